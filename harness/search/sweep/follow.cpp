// SPDX-License-Identifier: BSD-3-Clause
#include "harness/search/sweep/follow.h"

#include <algorithm>
#include <array>
#include <optional>

namespace shapefuzz {
namespace {

// What each name of the output's pattern stands for: sizes, none where the output is too short.
using Parts = std::array<std::optional<Shape>, kMaxNames>;

// From both ends, as far as the output goes, the right one first; what is left in the middle
// belongs to the pack or, where there is none, to the first dimension.
Parts parts_of(const Pattern& pattern, const Shape& output) {
  Parts parts;
  const std::size_t pack = pack_position(pattern);
  const std::size_t elastic = pack == kNoPack ? 0 : pack;
  std::size_t left = output.rank();
  for (std::size_t i = pattern.size(); i-- > 0;) {
    const std::size_t wanted = i == elastic ? left - std::min(left, i) : 1;
    const std::size_t taken = std::min(wanted, left);
    left -= taken;
    if (pattern[i].type != Dim::Type::kNumber) parts[pattern[i].name] = output.slice(left, taken);
  }
  return parts;
}

}  // namespace

Shape follow(const Shape& output, const Reading& nearest, std::size_t i) {
  const auto& operands = nearest.alternative->operands;
  const Parts parts = parts_of(operands[0].pattern, output);
  if (operands[i].pattern == operands[0].pattern) return output;
  Shape shape;
  for (const Dim& dim : operands[i].pattern) {
    const Shape part = dim.type != Dim::Type::kNumber && parts[dim.name]
                           ? *parts[dim.name]
                           : instantiate({dim}, nearest.bindings);
    if (shape.rank() + part.rank() <= kMaxRank) shape.append(part);
  }
  return shape;
}

}  // namespace shapefuzz
