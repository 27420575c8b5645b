// SPDX-License-Identifier: BSD-3-Clause
// The part of a sweep that is not about shapes: options, values, dtypes and layouts.
//
// Around a few valid calls of every alternative of the contract, one thing at a time is made
// different. No LibTorch in here.
#pragma once

#include <string>
#include <vector>

#include "harness/losses/loss/loss.h"

namespace shapefuzz {

struct Bounds {
  std::size_t max_rank = 3;
  std::int64_t max_size = 3;
  /// Illegal values that LibTorch uses as addresses too: only with MemoryMode::kFull, which traps
  /// them on both sides of a tensor. Else a reference call, which has plain memory, corrupts that.
  bool unchecked = false;
  /// Empty dimensions, dtypes, and values at the edge of a kind or outside of it.
  bool thorough = true;
};

/// The deviations of some entries, for every reduction that they have.
std::vector<Case> deviations_of(const Loss& loss, const std::vector<std::string>& entries,
                                const Bounds& bounds, std::uint64_t seed);

}  // namespace shapefuzz
