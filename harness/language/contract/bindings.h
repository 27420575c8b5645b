// SPDX-License-Identifier: BSD-3-Clause
// Which sizes the names of a contract take: one pattern against one shape at a time.
#pragma once

#include <array>
#include <cstdint>
#include <limits>

#include "harness/language/contract/contract.h"
#include "harness/language/shape/shape.h"

namespace shapefuzz {

/// What the names of an alternative stand for. An option may have any value, so no size is the sign
/// of a name that nothing has bound.
constexpr std::int64_t kUnbound = std::numeric_limits<std::int64_t>::min();

struct Bindings {
  std::array<std::int64_t, kMaxNames> sizes;
  std::array<Shape, kMaxNames> packs;

  Bindings() { sizes.fill(kUnbound); }
  /// Only the options of a call are bound.
  Bindings(const Contract& contract, const std::array<std::int64_t, kMaxNames>& options);
  std::int64_t size_or(std::size_t name, std::int64_t otherwise) const {
    return sizes[name] == kUnbound ? otherwise : sizes[name];
  }
  /// The number that a dim of one size stands for, which may be below 0; `otherwise` for one whose
  /// name nothing has bound.
  std::int64_t size_or(const Dim& dim, std::int64_t otherwise) const {
    if (dim.type == Dim::Type::kNumber) return dim.number;
    return sizes[dim.name] == kUnbound ? otherwise : dim.factor * sizes[dim.name] + dim.number;
  }
};

/// Where the first pack of a pattern stands; kNoPack if it has none.
constexpr std::size_t kNoPack = kMaxRank + 1;
std::size_t pack_position(const Pattern& pattern);

/// Binds the names of a pattern to the sizes of a shape; false if they do not fit each other or
/// what is bound already.
bool match(const Pattern& pattern, const Shape& shape, Bindings& bindings);

/// Aligns `shape` from the right with the pattern, the pack being as long as it is bound so far,
/// and widens every name in `open` to the broadcast of what it meets. Names that are not open keep
/// their size. A pack at the left end grows with the shape; leading ones beyond the pattern are
/// dropped.
bool align(const Pattern& pattern, const Shape& shape, const std::array<bool, kMaxNames>& open,
           Bindings& bindings);

/// Whether a constraint is true of the bindings; a name that nothing has bound counts as 0.
bool holds(const Constraint& constraint, const Bindings& bindings);

/// The shape that a pattern takes; a name that nothing has bound counts as `unbound`, and so does
/// an option that is no size.
Shape instantiate(const Pattern& pattern, const Bindings& bindings, std::int64_t unbound = 1);

/// Whether the name stands in the shape of an operand; otherwise it is an option, declared or not.
bool names_a_size(const Alternative& alternative, std::size_t name);

}  // namespace shapefuzz
