// SPDX-License-Identifier: BSD-3-Clause
// The references of an accepted call under one meaning of its shapes. Includes torch headers.
#pragma once

#include <array>
#include <optional>

#include "harness/oracle/judge/acceptance.h"
#include "harness/oracle/judge/comparison.h"

namespace shapefuzz {

/// Holds a call that the contract can read against the shape that it documents and against every
/// reference, the cheapest first; the first that disagrees is returned.
Comparison compare_with_references(const Acceptance& call, const Reading& reading, Zone zone);

/// A reduced result is wrong in its reduction where the unreduced one is right, and where it is not
/// what the documented reduction makes of that: what each element may be off by, all of them may.
bool is_wrong_in_reduction(const Acceptance& call, const Reading& reading, Zone zone);

/// The shape of the result before its reduction, by the same entry on the same operands; none where
/// that call is refused.
std::optional<Shape> unreduced_shape(const Acceptance& call);

/// The shapes of the operands as they came, in the contract's order.
std::array<Shape, kMaxOperands> shapes_of(const Acceptance& call);

}  // namespace shapefuzz
