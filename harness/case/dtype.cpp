#include "harness/case/dtype.h"

#include <array>
#include <cmath>
#include <limits>

namespace shapefuzz {

std::string_view to_string(DType dtype) {
  static constexpr std::array<std::string_view, 8> kNames = {"f16", "bf16", "f32", "f64",
                                                             "i32", "i64",  "u8",  "bool"};
  return kNames[static_cast<std::size_t>(dtype)];
}

const std::vector<DType>& all_dtypes() {
  static const std::vector<DType> dtypes = {DType::kF16, DType::kBF16, DType::kF32, DType::kF64,
                                            DType::kI32, DType::kI64,  DType::kU8,  DType::kBool};
  return dtypes;
}

NumberClass number_class(DType dtype) {
  return dtype <= DType::kF64 ? NumberClass::kFloating : NumberClass::kIntegral;
}

std::pair<std::int64_t, std::int64_t> whole_numbers(DType dtype) {
  using I32 = std::numeric_limits<std::int32_t>;
  constexpr std::int64_t kExact = std::int64_t{1} << 53;
  switch (dtype) {
    case DType::kBool:
      return {0, 1};
    case DType::kU8:
      return {0, 255};
    case DType::kI32:
      return {I32::min(), I32::max()};
    default:
      return {-kExact, kExact};
  }
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
