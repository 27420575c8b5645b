// SPDX-License-Identifier: BSD-3-Clause
// A contract, compiled for guard.h.
#pragma once

#include <string_view>
#include <vector>

#include "harness/language/contract/contract.h"
#include "shapefuzz/detail/shape_program.h"

namespace shapefuzz {

/// Reads a contract whose options nobody has declared: a name that stands in the parentheses of a
/// kind or behind `where` and in no shape is one. A name that stands in one place only is an error,
/// as in every contract of somebody's own; the text may have several lines. Throws ParseError.
Contract parse_without_options(std::string_view lines);

/// The contract without what is no matter of shapes: an option is a name like any other, and what
/// is said of it alone is left out.
Contract by_shapes(Contract contract);

/// A program that keeps its arrays.
struct CompiledContract {
  std::vector<guard_detail::Place> places;
  std::vector<guard_detail::PatternProgram> operands;
  std::vector<guard_detail::Comparison> comparisons;
  std::vector<guard_detail::AlternativeProgram> alternatives;

  /// It lives as long as this does, and is not changed.
  guard_detail::Program program() const;
};

/// What a program has words for: one pack an operand, sizes that are not computed, kinds whose
/// legal values depend on no more than one name, no operands that exclude each other.
CompiledContract compile(const Contract& contract);

}  // namespace shapefuzz
