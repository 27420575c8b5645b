// SPDX-License-Identifier: BSD-3-Clause
// Choosing one of several with a pick: an element, an index, an operand, a size.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "harness/language/case/case.h"
#include "harness/search/generate/draw.h"

namespace shapefuzz {

/// Sizes that are drawn anew stay below.
constexpr std::int64_t kMaxDrawnSize = 9;

template <class T, class AnyPick>
const T& element_of(const std::vector<T>& list, AnyPick& pick) {
  return list[static_cast<std::size_t>(pick(0, static_cast<std::int64_t>(list.size())))];
}

inline std::size_t index_below(std::size_t count, SeededPick& pick) {
  return static_cast<std::size_t>(pick(0, static_cast<std::int64_t>(count)));
}

inline Operand& any_operand(Case& c, SeededPick& pick) {
  return c.operands[index_below(c.operands.size(), pick)];
}

/// The size of any dimension of any operand; 1 for one without.
inline std::int64_t any_size(const Case& c, SeededPick& pick) {
  const Shape& shape = c.operands[index_below(c.operands.size(), pick)].shape;
  return shape.empty() ? 1 : shape[index_below(shape.rank(), pick)];
}

}  // namespace shapefuzz
