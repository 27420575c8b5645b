// SPDX-License-Identifier: BSD-3-Clause
#include "harness/search/shrink/shapes.h"

#include <algorithm>
#include <tuple>

namespace shapefuzz {
namespace {

constexpr std::size_t kSmallRank = 3;

void append_shapes(std::size_t operands, std::size_t rank, ShapeTuple& tuple,
                   std::vector<ShapeTuple>& all) {
  if (operands == 0) {
    if (rank == 0) all.push_back(tuple);
    return;
  }
  const std::size_t least = operands == 1 ? rank : 0;
  for (std::size_t own = least; own <= rank; ++own) {
    Shape shape;
    for (std::size_t i = 0; i < own; ++i) shape.push_back(0);
    // Counts up in base kSmallSize + 1.
    for (bool more = true; more;) {
      tuple.push_back(shape);
      append_shapes(operands - 1, rank - own, tuple, all);
      tuple.pop_back();
      more = false;
      for (std::size_t i = own; i-- > 0 && !more;) {
        more = shape[i] < kSmallSize;
        shape[i] = more ? shape[i] + 1 : 0;
      }
    }
  }
}

std::vector<Shape> small_shapes() {
  std::vector<Shape> shapes;
  for (std::size_t rank = 0; rank <= kSmallRank; ++rank) {
    for (const ShapeTuple& tuple : tuples_of_rank(1, rank)) shapes.push_back(tuple.front());
  }
  return shapes;
}

// Outputs of more dimensions than the small shapes have, each of one or two, and what follows them.
void append_followers(const Call& original, const std::vector<std::size_t>& others,
                      const LossSpec& spec, std::vector<ShapeTuple>& all) {
  constexpr std::size_t kMostRank = 8;
  Call call = original;
  for (const std::size_t other : others) call.operands[other].present = false;
  const std::size_t top = std::min(original.operands[0].shape.rank(), kMostRank);
  for (std::size_t rank = kSmallRank + 1; rank <= top; ++rank) {
    for (unsigned twos = 0; twos < 1U << rank; ++twos) {
      Shape output;
      for (std::size_t i = 0; i < rank; ++i) output.push_back((twos >> i & 1U) == 0 ? 1 : 2);
      call.operands[0].shape = output;
      const Reading reading = nearest_reading(spec.contract, call);
      ShapeTuple tuple = {output};
      for (const std::size_t other : others) tuple.push_back(reading.shapes[other]);
      all.push_back(std::move(tuple));
    }
  }
}

}  // namespace

bool operator<(const Bulk& a, const Bulk& b) {
  return std::tie(a.rank, a.empty, a.sizes) < std::tie(b.rank, b.empty, b.sizes);
}

bool operator==(const Bulk& a, const Bulk& b) {
  return std::tie(a.rank, a.empty, a.sizes) == std::tie(b.rank, b.empty, b.sizes);
}

Bulk bulk_of(const ShapeTuple& tuple) {
  Bulk bulk;
  for (const Shape& shape : tuple) {
    bulk.rank += shape.rank();
    for (const std::int64_t size : shape) {
      bulk.empty += size == 0 ? 1 : 0;
      bulk.sizes += size;
    }
  }
  return bulk;
}

std::size_t count_tuples(std::size_t operands, std::size_t rank, std::size_t most) {
  if (operands == 0) return rank == 0 ? 1 : 0;
  // Every way to cut the dimensions into operands, times every size of each.
  std::size_t count = 1;
  for (std::size_t i = 1; i <= rank; ++i) {
    count = count * (operands - 1 + i) / i;
    if (count > most) return most + 1;
  }
  for (std::size_t i = 0; i < rank; ++i) {
    count *= static_cast<std::size_t>(kSmallSize) + 1;
    if (count > most) return most + 1;
  }
  return count;
}

std::vector<ShapeTuple> tuples_of_rank(std::size_t operands, std::size_t rank) {
  std::vector<ShapeTuple> all;
  ShapeTuple tuple;
  append_shapes(operands, rank, tuple, all);
  return all;
}

std::vector<ShapeTuple> derived_tuples(const Case& c, const LossSpec& spec) {
  const std::vector<Shape> shapes = small_shapes();
  const Call original = to_call(c, spec);
  std::vector<std::size_t> others;  // that are there, by their place in the contract
  for (std::size_t i = 1; i < kMaxOperands; ++i) {
    if (original.operands[i].present) others.push_back(i);
  }
  std::vector<ShapeTuple> all;
  for (const std::size_t varied : others) {
    Call call = original;
    for (const std::size_t other : others) call.operands[other].present = other == varied;
    for (const Shape& output : shapes) {
      call.operands[0].shape = output;
      for (const Shape& shape : shapes) {
        call.operands[varied].shape = shape;
        const Reading reading = nearest_reading(spec.contract, call);
        ShapeTuple tuple = {output};
        for (const std::size_t other : others) {
          tuple.push_back(other == varied ? shape : reading.shapes[other]);
        }
        all.push_back(std::move(tuple));
      }
    }
  }
  append_followers(original, others, spec, all);
  return all;
}

}  // namespace shapefuzz
