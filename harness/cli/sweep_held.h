// SPDX-License-Identifier: BSD-3-Clause
// A sweep held against what is known: the registry of causes and a baseline.
#pragma once

#include <vector>

#include "harness/findings/baseline/baseline.h"
#include "harness/search/sweep/sweep.h"

namespace shapefuzz {

/// A sweep's findings beside what is known.
struct Held {
  Tally judged;  ///< those of the sweep, and what is known beyond its bounds
  BaselineNews news;
  Baseline known;  ///< the baseline as it would be written now
};

/// Replays what the sweep has not met of the baseline and of the causes' exemplary cases, and
/// compares. An empty baseline stands for none. Throws HarnessError.
Held hold_against_known(const SweepOptions& options, const std::vector<Variation>& variations,
                        const Baseline& baseline, const Tally& tally);

}  // namespace shapefuzz
