// SPDX-License-Identifier: BSD-3-Clause
#include "harness/language/case/padding.h"

#include "harness/language/case/values.h"

namespace shapefuzz {

std::vector<double> without_padding(const std::vector<double>& values, std::int64_t width,
                                    const std::vector<double>& lengths) {
  std::vector<double> read;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto row = i / static_cast<std::size_t>(width);
    const auto place = static_cast<double>(i % static_cast<std::size_t>(width));
    const bool is_told =
        row < lengths.size() && lengths[row] >= 0 && lengths[row] <= static_cast<double>(width);
    if (!is_told || place < lengths[row]) read.push_back(values[i]);
  }
  return read;
}

std::vector<double> read_values(const Case& c, const Reading& reading, const Operand& operand,
                                std::size_t index) {
  const auto& patterns = reading.alternative->operands;
  const auto held = [&](const Operand& o, std::size_t i) {
    return held_values(o, bind_kind(patterns[i], reading.bindings), c.seed, i);
  };
  std::vector<double> values = held(operand, index);
  const Pattern& pattern = patterns[index].pattern;
  if (patterns[index].kind != Kind::kLabel || operand.shape != reading.shapes[index]) return values;
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    const bool counts_them = patterns[i].kind == Kind::kLength &&
                             patterns[i].arguments.front() == pattern.back() &&
                             patterns[i].pattern == Pattern(pattern.begin(), pattern.end() - 1);
    const Operand* const lengths = counts_them ? c.find_operand(patterns[i].name) : nullptr;
    if (lengths == nullptr || lengths->shape != reading.shapes[i]) continue;
    return without_padding(values, operand.shape.from_right(0), held(*lengths, i));
  }
  return values;
}

}  // namespace shapefuzz
