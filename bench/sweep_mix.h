// SPDX-License-Identifier: BSD-3-Clause
// The cases that a sweep of every loss judges, or an even share of them. No LibTorch in here.
#pragma once

#include <cstddef>
#include <vector>

#include "harness/losses/loss/loss.h"

namespace shapefuzz {

/// Cases that stand next to each other in a sweep: one pair of shapes, called in every way, or as
/// many deviations. The judge shares work between neighbours, so a share of a sweep has whole
/// blocks and no single cases.
struct Block {
  const Loss* loss = nullptr;
  std::vector<Case> cases;
};

/// Every `every`-th block of the sweep of `loss` with its default bounds (rank 3, size 3), from the
/// first one. With 1, all its cases.
std::vector<Block> sweep_mix(const Loss& loss, std::size_t every);

}  // namespace shapefuzz
