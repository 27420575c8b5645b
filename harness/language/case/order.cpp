// SPDX-License-Identifier: BSD-3-Clause
#include "harness/language/case/order.h"

#include <array>

namespace shapefuzz {
namespace {

std::size_t unplainness(DType dtype) {
  switch (dtype) {
    case DType::kF64:
    case DType::kI64:
      return 0;
    case DType::kF32:
    case DType::kI32:
      return 1;
    case DType::kF16:
    case DType::kBF16:
    case DType::kU8:
    case DType::kBool:
      break;
  }
  return 2;
}

// One word is as good as another.
std::size_t unroundness(const OptionValue& value) {
  return std::holds_alternative<std::string>(value) ? 0 : to_string(value).size();
}

// What is compared before the text, the most important first.
using Key = std::array<std::uint64_t, 10>;

Key key_of(const Case& c) {
  Key key{};
  auto& [rank, empty, sizes, options, operands, layouts, dtypes, values, rounding, seed] = key;
  for (const Operand& operand : c.operands) {
    rank += operand.shape.rank();
    for (const std::int64_t size : operand.shape) {
      sizes += static_cast<std::uint64_t>(size);
      empty += size == 0 ? 1 : 0;
    }
    layouts += operand.layout == Layout::kContiguous ? 0 : 1;
    layouts += operand.constant ? 1 : 0;
    dtypes += unplainness(operand.dtype);
    values += operand.values.empty() ? 0 : 1;
    for (const double value : operand.values) rounding += unroundness(value);
  }
  for (const Option& option : c.options) rounding += unroundness(option.value);
  options = c.options.size();
  operands = c.operands.size();
  seed = c.seed;
  return key;
}

}  // namespace

std::size_t unroundness(double value) {
  if (value == 0 || value == 1) return 0;
  return to_string(value).size();
}

bool is_smaller(const Case& a, const Case& b) {
  const Key x = key_of(a);
  const Key y = key_of(b);
  if (x != y) return x < y;
  return to_string(a) < to_string(b);
}

}  // namespace shapefuzz
