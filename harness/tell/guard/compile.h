// SPDX-License-Identifier: BSD-3-Clause
// A contract, compiled for guard.h.
#pragma once

#include <string_view>

#include "harness/language/contract/contract.h"
#include "shapefuzz/detail/shape_program.h"

namespace shapefuzz {

/// Reads a contract whose options nobody has declared: a name that stands in the parentheses of a
/// kind or behind `where` and in no shape is one. Throws ParseError.
Contract parse_without_options(std::string_view text);

/// The contract without what is no matter of shapes: an option is a name like any other, and what
/// is said of it alone is left out.
Contract by_shapes(Contract contract);

/// What the program has words for: one pack an operand, sizes that are not computed, kinds whose
/// legal values shapes do not decide (but for an index), no operands that exclude each other.
guard_detail::Program compile(const Contract& contract);

}  // namespace shapefuzz
