// SPDX-License-Identifier: BSD-3-Clause
// Operands as tensors, and tensors as numbers. Includes torch headers.
#pragma once

#include <ATen/ATen.h>

#include <limits>
#include <vector>

#include "harness/language/case/case.h"

namespace shapefuzz {

/// The operand as a tensor that owns its memory: dtype and layout as the case says, `values` as its
/// elements (with the layout `expanded`, those of the first entry are repeated).
at::Tensor make_tensor(const Operand& operand, const std::vector<double>& values);

/// A contiguous tensor of that dtype with `values` as its elements.
at::Tensor make_tensor(at::IntArrayRef sizes, at::ScalarType type,
                       const std::vector<double>& values);

/// The sizes; a result of LibTorch may have more dimensions than a Shape holds (std::length_error).
Shape shape_of(const at::Tensor& tensor);

/// The sizes as LibTorch takes them; refers to `shape`.
inline at::IntArrayRef sizes_of(const Shape& shape) { return {shape.begin(), shape.rank()}; }

/// The elements as doubles, in row-major order.
std::vector<double> values_of(const at::Tensor& tensor);

/// Whether two tensors are both undefined, or alike in dtype, shape and the bits of every element.
bool same_bits(const at::Tensor& a, const at::Tensor& b);

/// Where two tensors of equal shape differ most, and by what factor.
struct Difference {
  bool equal = true;
  std::int64_t at = 0;  ///< the flat index
  double actual = 0;
  double expected = 0;
};

/// How far numbers may be apart and still be equal.
struct Allowance {
  double gap = 0;  ///< absolute
  /// A number of at least this size may be an infinity of its sign on the other side, or a NaN.
  double overflow = std::numeric_limits<double>::infinity();
  /// Whether the two infinities say the same: that there is no number.
  bool either_infinity = false;

  /// Equal are also two NaNs, and a NaN and an infinity: both say that there is no number, and the
  /// order of operations decides which of them it is.
  bool covers(double a, double b) const;
};

/// Compares element by element, as many as `actual` has; two NaNs are equal.
Difference compare(const std::vector<double>& actual, const std::vector<double>& expected,
                   const Allowance& allowed);

/// The largest absolute value, ignoring what is not finite; 0 if there is none.
double largest(const std::vector<double>& values);

/// The unit roundoff of the tensor's dtype, that of f64 for integers.
double unit_roundoff(const at::Tensor& tensor);
/// The largest finite number of the tensor's dtype; infinity for integers, which never become one.
double largest_finite(const at::Tensor& tensor);

}  // namespace shapefuzz
