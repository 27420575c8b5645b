// SPDX-License-Identifier: BSD-3-Clause
// Tuples of small shapes, one shape an operand, for the search from the bottom up.
#pragma once

#include <cstdint>
#include <vector>

#include "harness/language/case/case.h"

namespace shapefuzz {

using ShapeTuple = std::vector<Shape>;

/// The sizes of a tuple, in the order of cases: fewer empty dimensions before smaller sizes.
struct Bulk {
  std::size_t rank = 0;
  std::size_t empty = 0;
  std::int64_t sizes = 0;

  friend bool operator<(const Bulk& a, const Bulk& b);
  friend bool operator==(const Bulk& a, const Bulk& b);
};
Bulk bulk_of(const ShapeTuple& tuple);

/// The largest size that is tried from the bottom up: the least that has a size of 1, one that is
/// demanded and one that is neither.
constexpr std::int64_t kSmallSize = 3;

/// How many tuples of `operands` shapes have `rank` dimensions in all, or `most` + 1 if more do.
std::size_t count_tuples(std::size_t operands, std::size_t rank, std::size_t most);

/// Those tuples, in no particular order.
std::vector<ShapeTuple> tuples_of_rank(std::size_t operands, std::size_t rank);

/// The tuples that a sweep has: for the operands of `c`, every small shape of the output with every
/// small shape of one other operand, the rest derived from the contract.
std::vector<ShapeTuple> derived_tuples(const Case& c, const LossSpec& spec);

}  // namespace shapefuzz
