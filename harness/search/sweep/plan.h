// SPDX-License-Identifier: BSD-3-Clause
// The plan of a sweep: every way to vary two operands of a loss over all small shapes.
//
// The first operand is varied against each other operand in turn; the rest is derived from the
// contract. An operand that is an index in one alternative and a probability in another is swept as
// both. No LibTorch in here.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/language/case/case.h"
#include "harness/losses/loss/loss.h"

namespace shapefuzz {

/// Every shape of rank 0..max_rank with sizes min_size..max_size, by rank, then lexicographically.
std::vector<Shape> all_shapes(std::size_t max_rank, std::int64_t max_size,
                              std::int64_t min_size = 0);

/// What is called with each pair of shapes.
struct Way {
  std::string entry;
  std::string reduction;  ///< empty where the loss has no such option
};

/// Every reduction of every entry, the entries of one reduction next to each other: they share the
/// operands of a case, and the judge makes those once. No reduction comes first: what is refused
/// without one is refused with each (refusals.h).
std::vector<Way> ways_of(const Loss& loss, const std::vector<std::string>& entries);

/// One way to vary a loss: the output and one more operand.
struct Variation {
  const Loss* loss = nullptr;
  std::vector<std::string> entries;
  std::size_t varied = 1;     ///< the operand that varies with the first one; 0 where it is alone
  Contract contract;          ///< the alternatives that have these dtypes
  std::vector<DType> dtypes;  ///< by operand
  std::vector<Way> ways;

  const std::string& operand_name(std::size_t i) const;
  /// The case with these two shapes: required operands that do not vary are derived.
  Case make_case(const Shape& output, const Shape& varied_shape, const Way& way,
                 std::uint64_t seed) const;
};

/// The variations of some entries of a loss.
std::vector<Variation> variations_of(const Loss& loss, const std::vector<std::string>& entries);

/// The case, called in that way.
void set_way(Case& c, const LossSpec& spec, const Way& way);

}  // namespace shapefuzz
