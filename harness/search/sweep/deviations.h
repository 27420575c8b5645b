// SPDX-License-Identifier: BSD-3-Clause
// The part of a sweep that is not about shapes: options, values, dtypes and layouts.
//
// Around a few valid calls of every alternative of the contract, one thing at a time is made
// different. No LibTorch in here.
#pragma once

#include <string>
#include <vector>

#include "harness/losses/loss/loss.h"
#include "harness/search/sweep/bases.h"

namespace shapefuzz {

/// The deviations of some entries, for every reduction that they have; of LibTorch's losses by the
/// entries behind the first one with the first reduction only. Those far beyond the bounds come
/// first.
std::vector<Case> deviations_of(const Loss& loss, const std::vector<std::string>& entries,
                                const Bounds& bounds, std::uint64_t seed);

}  // namespace shapefuzz
