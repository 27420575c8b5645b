// SPDX-License-Identifier: BSD-3-Clause
#include "harness/language/case/dtype.h"

#include <cmath>
#include <limits>

#include "harness/language/text/table.h"

namespace shapefuzz {
namespace {

using I32 = std::numeric_limits<std::int32_t>;
constexpr std::int64_t kExact = std::int64_t{1} << 53;

struct DTypeRow {
  DType value;
  std::string_view name;
  NumberClass number_class;
  std::int64_t least;  // whole number that it holds, or of which a double says all
  std::int64_t most;
};

constexpr std::array<DTypeRow, 8> kDTypes = {{
    {DType::kF16, "f16", NumberClass::kFloating, -kExact, kExact},
    {DType::kBF16, "bf16", NumberClass::kFloating, -kExact, kExact},
    {DType::kF32, "f32", NumberClass::kFloating, -kExact, kExact},
    {DType::kF64, "f64", NumberClass::kFloating, -kExact, kExact},
    {DType::kI32, "i32", NumberClass::kIntegral, I32::min(), I32::max()},
    {DType::kI64, "i64", NumberClass::kIntegral, -kExact, kExact},
    {DType::kU8, "u8", NumberClass::kIntegral, 0, 255},
    {DType::kBool, "bool", NumberClass::kIntegral, 0, 1},
}};
static_assert(is_table_of<DType>(kDTypes));

}  // namespace

std::string_view to_string(DType dtype) { return row_of(kDTypes, dtype).name; }

const std::vector<DType>& all_dtypes() {
  static const std::vector<DType> dtypes = values_of_table(kDTypes);
  return dtypes;
}

NumberClass number_class(DType dtype) { return row_of(kDTypes, dtype).number_class; }

std::pair<std::int64_t, std::int64_t> whole_numbers(DType dtype) {
  const DTypeRow& row = row_of(kDTypes, dtype);
  return {row.least, row.most};
}

bool holds(DType dtype, double value) {
  if (number_class(dtype) == NumberClass::kFloating) return true;
  const auto [low, high] = whole_numbers(dtype);
  return value == std::floor(value) && value >= static_cast<double>(low) &&
         value <= static_cast<double>(high);
}

DType default_dtype(Kind kind) { return info(kind).integral ? DType::kI64 : DType::kF64; }

bool needs_conversion(Kind kind, DType dtype, DType output) {
  if (info(kind).integral) return dtype != DType::kI64;
  return dtype != output || (output != DType::kF32 && output != DType::kF64);
}

}  // namespace shapefuzz
