// SPDX-License-Identifier: BSD-3-Clause
// Values: what stands in the operands of a case, drawn from their kinds with the case's seed.
//
// The generator is our own and uses no library's random numbers or transcendental functions, so a
// case has the same values under every LibTorch and every compiler. Real values are drawn from a
// continuum: that two elements, or two sums of elements, coincide by accident does not happen, so
// a row that was dropped or met the wrong partner always shows.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/language/case/case.h"

namespace shapefuzz {

/// A kind whose arguments are known: `index(C)` with C = 5.
struct BoundKind {
  Kind kind = Kind::kReal;
  std::int64_t argument = 0;  ///< C, T, S or L; below 0 for an index into nobody knows how many
  /// Of a label: the blank; of an index: the one that is ignored.
  std::optional<std::int64_t> special = std::nullopt;
};

/// The kind of operand `index`, its names bound as far as the shapes of the case tell.
BoundKind bind_kind(const OperandPattern& operand, const Bindings& bindings);

/// Fills `values` with `shape.elements()` legal values. Equal arguments give equal values.
void draw_values(const BoundKind& kind, const Shape& shape, std::uint64_t seed,
                 std::size_t operand_index, std::vector<double>& values);

/// The elements before they are rounded to the dtype: the listed ones, or else those that are
/// drawn, without their signs for an unsigned dtype; in the layout `expanded` the first entry's
/// again and again.
std::vector<double> effective_values(const Operand& operand, const BoundKind& kind,
                                     std::uint64_t seed, std::size_t operand_index);
/// The same as the operand holds them: 5e-324 is 0 in f32, and 0 is a class.
std::vector<double> held_values(const Operand& operand, const BoundKind& kind, std::uint64_t seed,
                                std::size_t operand_index);

/// Whether drawn values may break their kind: lengths that must sum up or classes that must be
/// distinct, when one is repeated.
inline bool may_break_kind(const Operand& operand, Kind kind) {
  return (kind == Kind::kSplit || kind == Kind::kClasses) && operand.layout == Layout::kExpanded;
}

/// Why the listed values of an operand of that shape break the kind, as in "-1 where the contract
/// has a class index in [0, 3)"; none if they are legal. (PyTorch documentation of each loss,
/// "Shape" and the description of its target.)
std::optional<std::string> illegal_value(const BoundKind& kind, const Shape& shape,
                                         const std::vector<double>& values);

/// Values that the kind excludes and a careless call may well hold, like the class C of C classes;
/// empty for a kind that has every number.
std::vector<double> illegal_samples(const BoundKind& kind);

/// Values at the edge of the kind, legal and hardly ever drawn: 0, 1e-20, -inf, the last class.
/// Legal by themselves, and in the place of any drawn value; empty for a kind that has no such.
std::vector<double> legal_samples(const BoundKind& kind);
/// Whether a real number is one of them. Of whole numbers nobody needs to be told: every class is
/// the first one now and then.
bool is_boundary(const BoundKind& kind, double value);

/// A well-mixed 64-bit number for a counter (splitmix64, Steele et al. 2014).
std::uint64_t mix(std::uint64_t counter);

}  // namespace shapefuzz
