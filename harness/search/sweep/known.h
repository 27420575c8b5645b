// SPDX-License-Identifier: BSD-3-Clause
// What a baseline knows beyond a sweep's bounds, judged again. No LibTorch in here.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "harness/findings/baseline/baseline.h"
#include "harness/findings/records/tally.h"
#include "harness/search/sweep/plan.h"
#include "harness/search/sweep/sweep.h"

namespace shapefuzz {

/// Whether one of the variations has the loss and the entry of `c`.
bool sweeps(const std::vector<Variation>& variations, const Case& c);

/// Judges what the baseline knows of the swept losses and the sweep has not found, as it may be out
/// of the sweep's bounds: an entry has to reproduce whatever they are. Those that could not be
/// judged are put into `unjudged`. Throws HarnessError.
Tally replay_known(const Baseline& baseline, const Findings& found,
                   const std::vector<Variation>& variations, const SweepOptions& options,
                   std::set<std::string>& unjudged);

}  // namespace shapefuzz
