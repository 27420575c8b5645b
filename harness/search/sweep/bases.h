// SPDX-License-Identifier: BSD-3-Clause
// The valid calls of a loss that a sweep deviates from, and those far beyond its bounds. No
// LibTorch in here.
#pragma once

#include <cstdint>
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

/// A valid call, and what the contract makes of it.
struct Base {
  Case c;
  Reading reading;
  bool storage = false;  ///< whether dtypes and layouts are tried with it
};

/// Valid calls of every alternative within the bounds; of a loss that has none there, all of them.
/// An operator whose contract says what each reduction returns has other calls for each.
std::vector<Base> base_cases(const Loss& loss, const Bounds& bounds, std::uint64_t seed);

/// Valid calls far beyond the bounds, unless somebody wants little.
std::vector<Case> far_cases(const Loss& loss, const Bounds& bounds, std::uint64_t seed);

}  // namespace shapefuzz
