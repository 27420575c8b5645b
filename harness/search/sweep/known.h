// SPDX-License-Identifier: BSD-3-Clause
// What is known beyond a sweep's bounds, judged again: the findings of a baseline, and the
// exemplary cases of the causes. No LibTorch in here.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "harness/findings/baseline/baseline.h"
#include "harness/findings/records/tally.h"
#include "harness/oracle/causes/cause.h"
#include "harness/search/sweep/plan.h"
#include "harness/search/sweep/sweep.h"

namespace shapefuzz {

/// Whether one of the variations has the loss and the entry of `c`.
bool sweeps(const std::vector<Variation>& variations, const Case& c);

/// What the baseline knows of the swept losses and the sweep has not found, as it may be out of the
/// sweep's bounds: an entry has to reproduce whatever they are.
std::vector<Case> unseen(const Baseline& baseline, const Findings& found,
                         const std::vector<Variation>& variations);

/// The exemplary cases of the causes that are of the swept losses and entries.
std::vector<Case> exemplars(const Causes& causes, const std::vector<Variation>& variations);

struct Replayed {
  Tally tally;
  std::set<std::string> unjudged;          ///< the lines of cases that could not be judged
  std::map<std::string, Signature> shown;  ///< by the line of each case that is a finding
};

/// Judges the cases. Throws HarnessError.
Replayed replay(const std::vector<Case>& cases, const SweepOptions& options);

/// The causes that strike in every one of their exemplary cases, by the registry, and did not: a
/// case for each, and what it shows. `replayed` has judged them.
std::vector<StaleCause> stale_causes(const Causes& causes, const std::vector<Variation>& variations,
                                     const Replayed& replayed, const std::string& libtorch);

}  // namespace shapefuzz
