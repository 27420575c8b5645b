// SPDX-License-Identifier: BSD-3-Clause
#include "harness/search/generate/shape_mutations.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "harness/language/case/mistake.h"
#include "harness/search/generate/choose.h"

namespace shapefuzz {
namespace {

Shape without(const Shape& shape, std::size_t dim) {
  Shape result = shape.slice(0, dim);
  result.append(shape.slice(dim + 1, shape.rank() - dim - 1));
  return result;
}

Shape with(const Shape& shape, std::size_t dim, std::int64_t size) {
  if (shape.rank() == kMaxRank) return shape;
  Shape result = shape.slice(0, dim);
  result.push_back(size);
  result.append(shape.slice(dim, shape.rank() - dim));
  return result;
}

// What another size is worth a try: none, one, one off, that of another dimension, any.
std::int64_t other_size(const Case& c, std::int64_t size, SeededPick& pick) {
  switch (pick(0, 6)) {
    case 0:
      return 0;
    case 1:
      return 1;
    case 2:
      return size + 1;
    case 3:
      return std::max<std::int64_t>(size - 1, 0);
    case 4:
      return any_size(c, pick);
    default:
      return pick(0, kMaxDrawnSize);
  }
}

// [N,1] and [1,N]: two operands that broadcast to a shape that neither has.
void ones_on_both_sides(Case& c, const MutationContext& context) {
  Operand& a = any_operand(c, context.pick);
  Operand& b = any_operand(c, context.pick);
  const Shape longer = a.shape.rank() < b.shape.rank() ? b.shape : a.shape;
  a.shape = b.shape = longer;
  for (std::size_t dim = 0; dim < longer.rank(); ++dim) {
    const std::int64_t which = context.pick(0, 3);
    if (which == 0) a.shape[dim] = 1;
    if (which == 1) b.shape[dim] = 1;
  }
}

}  // namespace

void change_size(Case& c, const MutationContext& context) {
  Shape& shape = any_operand(c, context.pick).shape;
  if (shape.empty()) return;
  std::int64_t& size = shape[index_below(shape.rank(), context.pick)];
  size = other_size(c, size, context.pick);
}

void change_size_everywhere(Case& c, const MutationContext& context) {
  const std::int64_t size = any_size(c, context.pick);
  const std::int64_t other = other_size(c, size, context.pick);
  for (Operand& operand : c.operands) {
    for (std::size_t i = 0; i < operand.shape.rank(); ++i) {
      if (operand.shape[i] == size) operand.shape[i] = other;
    }
  }
}

void change_rank(Case& c, const MutationContext& context) {
  SeededPick& pick = context.pick;
  Shape& shape = any_operand(c, pick).shape;
  if (pick(0, 2) == 0) {
    shape = with(shape, index_below(shape.rank() + 1, pick), other_size(c, 1, pick));
  } else if (!shape.empty()) {
    shape = without(shape, index_below(shape.rank(), pick));
  }
}

void change_rank_everywhere(Case& c, const MutationContext& context) {
  SeededPick& pick = context.pick;
  const std::size_t at = index_below(any_operand(c, pick).shape.rank() + 1, pick);
  const bool more = pick(0, 3) != 0;
  const std::int64_t size = other_size(c, 1, pick);
  for (Operand& operand : c.operands) {
    if (more && at <= operand.shape.rank()) {
      operand.shape = with(operand.shape, at, size);
    } else if (!more && at < operand.shape.rank()) {
      operand.shape = without(operand.shape, at);
    }
  }
}

void swap_dims(Case& c, const MutationContext& context) {
  Shape& shape = any_operand(c, context.pick).shape;
  if (shape.rank() < 2) return;
  std::swap(shape[index_below(shape.rank(), context.pick)],
            shape[index_below(shape.rank(), context.pick)]);
}

void swap_operands(Case& c, const MutationContext& context) {
  Operand& a = any_operand(c, context.pick);
  Operand& b = any_operand(c, context.pick);
  std::swap(a.shape, b.shape);
  if (context.pick(0, 2) == 0) return;
  std::swap(a.dtype, b.dtype);
  std::swap(a.layout, b.layout);
  std::swap(a.values, b.values);
}

void copy_shape(Case& c, const MutationContext& context) {
  const Shape shape = any_operand(c, context.pick).shape;
  any_operand(c, context.pick).shape = shape;
}

void make_mistake(Case& c, const MutationContext& context) {
  SeededPick& pick = context.pick;
  constexpr std::int64_t kBothOneIn = 16;  // every other mistake is of one operand
  if (pick(0, kBothOneIn) == 0) return ones_on_both_sides(c, context);
  const std::size_t i = index_below(c.operands.size(), pick);
  std::optional<std::int64_t> classes;
  if (pick(0, 4) == 0) classes = any_size(c, pick);
  const Mistake mistake = element_of(applicable_mistakes(), pick);
  const auto shape = apply(mistake, c.operands[i].shape, pick(1, 3), classes);
  if (shape) c.operands[i].shape = *shape;
}

}  // namespace shapefuzz
