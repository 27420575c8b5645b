// SPDX-License-Identifier: BSD-3-Clause
// The share of a sweep that can be judged in one process: what crashes LibTorch is left out.
#pragma once

#include <cstddef>
#include <vector>

#include "bench/sweep_mix.h"
#include "harness/losses/loss/loss.h"

namespace shapefuzz {

struct SurvivedMix {
  std::vector<Block> blocks;
  std::size_t left_out = 0;  ///< cases that end a process
};

/// The blocks of sweep_mix(), each case judged once in a process of its own before.
SurvivedMix survived_mix(const Loss& loss, std::size_t every);

}  // namespace shapefuzz
