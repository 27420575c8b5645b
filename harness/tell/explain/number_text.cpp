// SPDX-License-Identifier: BSD-3-Clause
#include "harness/tell/explain/number_text.h"

#include <fmt/ranges.h>

#include <cmath>

namespace shapefuzz {

std::string number_text(double value) {
  return std::isnan(value) ? "nan" : fmt::format("{:.6g}", value);
}

std::string count_text(std::int64_t count) {
  std::string digits = std::to_string(count);
  for (std::size_t at = digits.size(); at > 3;) digits.insert(at -= 3, ",");
  return digits;
}

std::string number_text(const Numbers& numbers) {
  std::string values;
  for (const double value : numbers.values) {
    values += (values.empty() ? "" : ", ") + number_text(value);
  }
  if (numbers.shape.empty()) return values;
  const Shape& shape = numbers.shape;
  return fmt::format("[{}]: {}", fmt::join(shape.begin(), shape.end(), ", "), values);
}

std::string refusal_text(const std::string& message) {
  return "refused: " + message.substr(0, message.find('\n'));
}

std::string value_text(const Computed& computed) {
  return computed.accepted ? number_text(*computed.value) : refusal_text(computed.message);
}

std::string gradient_text(const Computed& computed, std::size_t operand, const Shape& shape) {
  if (!computed.backward_accepted) return refusal_text(computed.message);
  const auto& gradient = computed.gradients[operand];
  if (gradient) return number_text(*gradient);
  return number_text(
      Numbers{shape, std::vector<double>(static_cast<std::size_t>(shape.elements()), 0)});
}

}  // namespace shapefuzz
