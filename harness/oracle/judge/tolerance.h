// SPDX-License-Identifier: BSD-3-Clause
// How far two right results may be apart: what rounding, overflow and cancelling explain. Includes
// torch headers.
#pragma once

#include <cstdint>
#include <vector>

#include "harness/oracle/judge/execute.h"

namespace shapefuzz {

/// The absolute gap that rounding explains, for numbers of at most `scale`, where `elements` were
/// added up. Rounding may differ in every operation on the way: at most 16 in a row for the formula
/// of a loss and its backward (a transcendental function counts as 2, a composite loss rounds after
/// each kernel), and 2 for each element that a reduction adds up, in either order of summation. In
/// f64 this is 1e-15 for small cases; in bf16, the coarsest, 0.08 for two elements, where a wrong
/// divisor is off by the loss itself (tolerance_test.cpp).
double tolerance(double roundoff, std::int64_t elements, double scale);

/// The unit roundoff of the coarsest number format on the way: a result in f64 of operands in f32
/// is as good as f32. Whole numbers that are computed with become the default dtype, f32.
double roundoff_of(const Loss& loss, const at::Tensor& value, const Tensors& operands);

/// The largest finite number of the narrowest format on the way. Where the true number is beyond
/// it, an infinity is right, and so is the NaN of two infinities.
double overflow_of(const Loss& loss, const at::Tensor& value, const Tensors& operands);

/// How many numbers may have been added up on the way to one element of the result or a gradient.
std::int64_t summands(const Execution& actual, const Tensors& operands);

/// The gap that a small denominator explains. A norm or a probability there makes numbers on the
/// way that are larger than operands and gradients, and may cancel: in the gradient of a cosine of
/// single numbers all of them do. `largest_result`, if it is above 1, makes them as much larger. No
/// more than a ten-thousandth for every eight numbers that are added up, which no wrong divisor
/// hides in.
double allowed_for_quotients(const Tensors& operands, double roundoff, std::int64_t elements,
                             double largest_result = 1);

/// A scale for operands that are larger than drawn ones. The 16 operations of a tolerance have room
/// for those, up to 3; larger ones may cancel to a small result, as 100 and -100 in a mean. Whole
/// numbers are such operands, too, if they are computed with and not counted with.
double scale_of_operands(const Loss& loss, const Tensors& operands);

/// How far a gradient may be from finite differences, relative to them but at least to 1.
double gradient_tolerance(const Loss& loss, const Execution& actual, const OperandSet& operands);

/// Whether a gradient may be NaN in one order of operations and a number in another: an operand
/// that is not finite makes NaN of any number, and a sum over no element makes 0 times infinity of
/// the slope at the edge of a kind, as that of x log x at 0.
bool leaves_gradients_open(const Tensors& operands);

/// Whether a weight is infinite: it makes either infinity of what cancels up to a rounding.
bool has_infinite_weight(const Loss& loss, const Tensors& operands);

/// Whether an operand holds a number below the smallest normal one of its dtype: a product on the
/// way to a gradient may be 0 then, and what is divided by that number again is off by anything.
bool hold_subnormal(const Tensors& operands);

/// The smallest normal number of the narrowest format among the operands; 0 of none.
double smallest_normal(const Tensors& operands);

bool has_nan(const std::vector<double>& values);
/// Whether any operand holds a NaN.
bool hold_nan(const OperandSet& operands);

}  // namespace shapefuzz
