// SPDX-License-Identifier: BSD-3-Clause
// Twins: a small case that behaves like a large one, size by size.
//
//   mse_loss(input=f32[65536,1], target=f32[65536])     2^32 pairs
//   mse_loss(input=f32[2,1], target=f32[2])             its twin
//
// No loss of LibTorch knows a size but 0 and 1: what matters is which sizes are equal, which of two
// is larger, and which operands have as many elements as others. A twin keeps all that, so it has
// the same zone, mistake, outcome and verdict (`harness/sweep/twin_test.cpp` proves it). No
// LibTorch in here.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "harness/language/case/case.h"

namespace shapefuzz {

/// A case that has more elements than these is judged on its twin unless somebody asks for more
/// (`--exact`): 64 MiB of an f32, and some ten times as much for the references.
constexpr std::int64_t kMaxElements = std::int64_t{1} << 24;

/// The elements that a case has to compute, counted together: its operands, what they broadcast to,
/// its unreduced result, and the layer that its options describe. At most kMaxSize.
std::int64_t elements_of(const Case& c, const LossSpec& spec);

struct Twin {
  Case c;
  /// The sizes of the original that are others here, with what they are here; both grow.
  std::vector<std::pair<std::int64_t, std::int64_t>> sizes;

  /// What stands for a shape of the twin in the original.
  Shape original(const Shape& shape) const;
};

/// The twin on the smallest sizes. Sizes of 0 and 1 and the numbers of the contract stay what they
/// are. Values that the case lists are taken over where the twin has their places, and an illegal
/// one is among them if it was before.
Twin twin_of(const Case& c, const LossSpec& spec);

}  // namespace shapefuzz
