// SPDX-License-Identifier: BSD-3-Clause
// Broadcasting without LibTorch: the elements of an operand, repeated as a larger shape has them.
#pragma once

#include <vector>

#include "harness/language/shape/shape.h"

namespace shapefuzz {

/// `values` of shape `from` expanded to `to`, or reshaped where only sizes of 1 differ; leading
/// ones that `to` does not have are dropped.
std::vector<double> expand_values(const std::vector<double>& values, const Shape& from,
                                  const Shape& to);

}  // namespace shapefuzz
