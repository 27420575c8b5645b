// SPDX-License-Identifier: BSD-3-Clause
#include "harness/language/case/dtype.h"

#include <algorithm>
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

namespace {

// How a floating dtype stores a number: IEEE 754, and bfloat16 with its shorter fraction.
struct Format {
  DType dtype;
  int digits;   // of the significand, the leading one among them
  int least;    // exponent of the smallest normal number
  double most;  // the largest number
};

constexpr std::array<Format, 4> kFormats = {{
    {DType::kF16, 11, -14, 65504},
    {DType::kBF16, 8, -126, 0x1.fep127},
    {DType::kF32, 24, -126, std::numeric_limits<float>::max()},
    {DType::kF64, 53, -1022, std::numeric_limits<double>::max()},
}};

const Format* format_of(DType dtype) {
  for (const Format& format : kFormats) {
    if (format.dtype == dtype) return &format;
  }
  return nullptr;
}

}  // namespace

double rounded_to(DType dtype, double value) {
  const Format* const format = format_of(dtype);
  if (format == nullptr || dtype == DType::kF64 || !std::isfinite(value) || value == 0)
    return value;
  int exponent = 0;
  std::frexp(value, &exponent);  // value is below 2^exponent
  const int unit = std::max(exponent, format->least + 1) - format->digits;
  const double rounded = std::ldexp(std::nearbyint(std::ldexp(value, -unit)), unit);
  if (std::abs(rounded) <= format->most) return rounded;
  return std::copysign(std::numeric_limits<double>::infinity(), value);
}

double largest_of(DType dtype) {
  const Format* const format = format_of(dtype);
  return format == nullptr ? std::numeric_limits<double>::infinity() : format->most;
}

DType promoted(DType a, DType b) {
  const auto rank = [](DType dtype) {
    constexpr std::array<DType, 8> kOrder = {DType::kBool, DType::kU8,   DType::kI32, DType::kI64,
                                             DType::kF16,  DType::kBF16, DType::kF32, DType::kF64};
    return std::find(kOrder.begin(), kOrder.end(), dtype) - kOrder.begin();
  };
  const bool both_halves =
      (a == DType::kF16 && b == DType::kBF16) || (a == DType::kBF16 && b == DType::kF16);
  if (both_halves) return DType::kF32;
  return rank(a) < rank(b) ? b : a;
}

DType default_dtype(Kind kind) { return info(kind).integral ? DType::kI64 : DType::kF64; }

bool needs_conversion(Kind kind, DType dtype, DType output) {
  if (info(kind).integral) return dtype != DType::kI64;
  return dtype != output || (output != DType::kF32 && output != DType::kF64);
}

}  // namespace shapefuzz
