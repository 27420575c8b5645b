// SPDX-License-Identifier: BSD-3-Clause
#include "harness/search/sweep/known.h"

#include <algorithm>

#include "harness/losses/registry/registry.h"
#include "harness/oracle/judge/judge.h"
#include "harness/oracle/libtorch/setup.h"
#include "harness/search/isolate/death.h"
#include "harness/search/process/pool.h"

namespace shapefuzz {

bool sweeps(const std::vector<Variation>& variations, const Case& c) {
  return std::any_of(variations.begin(), variations.end(), [&](const Variation& v) {
    return v.loss->spec.name == c.loss &&
           std::find(v.entries.begin(), v.entries.end(), c.entry) != v.entries.end();
  });
}

Tally replay_known(const Baseline& baseline, const Findings& found,
                   const std::vector<Variation>& variations, const SweepOptions& options,
                   std::set<std::string>& unjudged) {
  std::vector<Case> cases;
  for (const auto& [signature, known] : baseline) {
    if (found.count(signature) == 0 && sweeps(variations, known.smallest)) {
      cases.push_back(known.smallest);
    }
  }
  Tally tally;
  warm_up_libtorch(options.judging.memory);
  Pool pool;
  pool.units = cases.size();
  pool.jobs = options.jobs;
  pool.seconds_per_case = options.seconds_per_case;
  pool.work = [&](std::size_t unit, const auto& skipped, Position&) {
    Tally one;
    const Case& c = cases[unit];
    if (!skipped.empty()) return one.to_text();
    const Loss& loss = *find_loss(c.loss);
    one.add(c, Judge(options.judging).judge(loss, c));
    return one.to_text();
  };
  const auto take = [&](std::size_t unit, const Tally& one) {
    if (!one.reasons().empty()) unjudged.insert(to_string(cases[unit]));
    tally.add(one);
  };
  pool.on_result = [&](std::size_t unit, const std::string& text) {
    take(unit, Tally::parse(text, all_specs()));
  };
  pool.on_death = [&](const Death& death) {
    const Case& c = cases[death.unit];
    Tally one;
    one.add(c, judgement_of(death, c, find_loss(c.loss)->spec));
    take(death.unit, one);
  };
  pool.run();
  return tally;
}

}  // namespace shapefuzz
