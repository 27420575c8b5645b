// SPDX-License-Identifier: BSD-3-Clause
// The dtypes of operands, under the names that case lines use.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/language/contract/unify.h"

namespace shapefuzz {

enum class DType { kF16, kBF16, kF32, kF64, kI32, kI64, kU8, kBool };

std::string_view to_string(DType dtype);
/// Every dtype, in the order of the enumeration.
const std::vector<DType>& all_dtypes();
NumberClass number_class(DType dtype);
inline bool is_half(DType dtype) { return dtype == DType::kF16 || dtype == DType::kBF16; }
/// The least and the largest whole number that an integral dtype holds; of i64, those up to 2^53,
/// which are exact in the doubles that carry all values.
std::pair<std::int64_t, std::int64_t> whole_numbers(DType dtype);
/// Whether a value can be listed for an operand of the dtype: every number, or a whole one of its.
bool holds(DType dtype, double value);

/// The nearest number that a floating dtype holds, of two the even one; beyond its largest number
/// infinite. Of a whole-number dtype the value itself.
double rounded_to(DType dtype, double value);
/// The largest finite number of a floating dtype; infinite for the others.
double largest_of(DType dtype);
/// The dtype that an operation on two tensors is computed in (PyTorch documentation, "Type
/// promotion"), where neither is a scalar.
DType promoted(DType a, DType b);

/// The dtype that an operand of this kind has unless somebody says otherwise: f64, or i64 for an
/// index. Doubles, so that a comparison is about shapes and not about rounding.
DType default_dtype(Kind kind);

/// Whether LibTorch would have to convert an operand of this kind and dtype: real numbers stored in
/// another dtype than the output's, half precision (which few CPU kernels have), an index in
/// another dtype than i64. No documentation promises that, so a loss may refuse it; if it accepts,
/// the result must be right.
bool needs_conversion(Kind kind, DType dtype, DType output);

}  // namespace shapefuzz
