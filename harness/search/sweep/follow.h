// SPDX-License-Identifier: BSD-3-Clause
// Operands for an output that no alternative of the contract has. No LibTorch in here.
#pragma once

#include <cstddef>

#include "harness/language/contract/unify.h"

namespace shapefuzz {

/// The shape that goes with the output as the pattern of operand `i` goes with the output's: for
/// [N,D] and an output [2,3,4], [N,D] is [2,3,4], [N] is [2,3] and [D] is [4]. Names that the
/// output does not carry are those of `nearest`, the reading that comes closest.
Shape follow(const Shape& output, const Reading& nearest, std::size_t i);

}  // namespace shapefuzz
