// SPDX-License-Identifier: BSD-3-Clause
#include "harness/cli/sweep_held.h"

#include <utility>

#include "harness/oracle/causes/cause.h"
#include "harness/oracle/libtorch/setup.h"
#include "harness/search/sweep/known.h"

namespace shapefuzz {

Held hold_against_known(const SweepOptions& options, const std::vector<Variation>& variations,
                        const Baseline& baseline, const Tally& tally) {
  const Judging& judging = options.judging;
  // The registry is about findings as they are judged unless somebody asks for another thing.
  const bool as_registered = judging.policy == Policy::kExpand && baseline.policies.empty() &&
                             judging.memory == MemoryMode::kFull;
  std::vector<Case> cases = unseen(baseline, tally.findings(), variations);
  if (as_registered) {
    for (Case& c : exemplars(known_causes(judging.device), variations))
      cases.push_back(std::move(c));
  }
  const Replayed replayed = replay(cases, options);
  const auto reaches = [&](const Case& c) {
    return sweeps(variations, c) && replayed.unjudged.count(to_string(c)) == 0;
  };
  Held held;
  held.judged = tally;
  held.judged.add(replayed.tally);
  held.news = compare(baseline, held.judged.findings(), reaches);
  if (as_registered) {
    for (StaleCause& stale :
         stale_causes(known_causes(judging.device), variations, replayed, libtorch_version())) {
      held.news.stale_causes.push_back(std::move(stale));
    }
  }
  // Compared with nothing, what the sweep itself has met is news.
  if (baseline.empty()) {
    held.news.fresh_causes = compare(baseline, tally.findings(), reaches).fresh_causes;
  }
  held.known = rewritten(baseline, held.judged.findings(), reaches);
  return held;
}

}  // namespace shapefuzz
