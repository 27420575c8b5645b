// SPDX-License-Identifier: BSD-3-Clause
// What a loss accepts, asked by calls whose sizes are all different, so that every size of an
// operand and of the result tells which dimension of the output it is. Includes no torch headers.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/losses/loss/loss.h"

namespace shapefuzz {

/// Which dimensions of the output an operand has, in their order: a bit each, the first one is 1.
using Dimensions = std::uint32_t;

constexpr std::size_t kMostInferredRank = 4;
constexpr Dimensions all_dimensions(std::size_t rank) { return (Dimensions{1} << rank) - 1; }

/// The output's shape of that rank, and what an operand with some of its dimensions has.
Shape output_of_rank(std::size_t rank);
Shape with_dimensions(const Shape& output, Dimensions dimensions);

/// An accepted call.
struct Observed {
  std::size_t rank = 0;              ///< of the output
  std::vector<bool> integral;        ///< by operand: whole numbers
  std::vector<Dimensions> operands;  ///< of the required operands; the output has all
  Dimensions result = 0;
  std::string entry;        ///< the first one that accepts the call
  Fold fold = Fold::kNone;  ///< of a single number: what it is of the samples' own
  enum class How {
    kSampleBySample,
    kBroadcast,  ///< an operand is repeated, as the same call on the expanded one shows
    kScalar,     ///< scalars are taken for rows of one element
    kUnread,     ///< of an operand no more than the beginning is read
    kOtherwise,  ///< a sample alone has another loss than in its batch
  } how = How::kSampleBySample;

  friend bool operator==(const Observed& a, const Observed& b) {
    return a.rank == b.rank && a.operands == b.operands && a.result == b.result;
  }
};

/// Calls the loss with every choice of dimensions for its required operands, and of floating and
/// whole numbers for those behind the output.
std::vector<Observed> observe(const Loss& loss);

/// Whether the loss accepts an optional operand with these dimensions beside an observed call, and
/// does not merely repeat it.
bool takes_optional(const Loss& loss, const Observed& call, std::size_t operand,
                    Dimensions dimensions);

/// Whether the loss refuses negative numbers in an operand of an observed call.
bool refuses_negative(const Loss& loss, const Observed& call, std::size_t operand);

}  // namespace shapefuzz
