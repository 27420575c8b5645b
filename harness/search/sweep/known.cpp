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

std::vector<Case> unseen(const Baseline& baseline, const Findings& found,
                         const std::vector<Variation>& variations) {
  std::set<Signature> signatures;
  std::set<std::string> causes;
  for (const auto& entry : found) {
    signatures.insert(without_cause(entry.first));
    causes.insert(entry.first.cause);
  }
  std::vector<Case> cases;
  for (const auto& [signature, known] : baseline.findings) {
    if (signatures.count(signature) == 0 && sweeps(variations, known.smallest)) {
      cases.push_back(known.smallest);
    }
  }
  for (const auto& [name, known] : baseline.causes) {
    if (causes.count(name) == 0 && sweeps(variations, known.smallest)) {
      cases.push_back(known.smallest);
    }
  }
  return cases;
}

std::vector<Case> exemplars(const Causes& causes, const std::vector<Variation>& variations) {
  std::vector<Case> cases;
  if (has_own_losses()) return cases;
  for (const Cause& cause : causes.all()) {
    for (const Exemplar& exemplar : cause.examples) {
      Case c = parse_case(exemplar.text, all_specs());
      if (sweeps(variations, c)) cases.push_back(std::move(c));
    }
  }
  return cases;
}

Replayed replay(const std::vector<Case>& cases, const SweepOptions& options) {
  Replayed replayed;
  warm_up_libtorch(options.judging.memory);
  Pool pool;
  pool.units = cases.size();
  pool.jobs = options.jobs;
  pool.seconds_per_case = options.seconds_per_case * options.judging.patience();
  pool.work = [&](std::size_t unit, const auto& skipped, Position&) {
    Tally one;
    const Case& c = cases[unit];
    if (!skipped.empty()) return one.to_text();
    const Loss& loss = *find_loss(c.loss);
    one.add(c, Judge(options.judging_of(c.loss)).judge(loss, c));
    return one.to_text();
  };
  const auto take = [&](std::size_t unit, const Tally& one) {
    const std::string line = to_string(cases[unit]);
    if (!one.reasons().empty()) replayed.unjudged.insert(line);
    if (!one.findings().empty()) replayed.shown[line] = one.findings().begin()->first;
    replayed.tally.add(one);
  };
  pool.on_result = [&](std::size_t unit, const std::string& text) {
    take(unit, Tally::parse(text, all_specs()));
  };
  pool.on_death = [&](const Death& death) {
    const Case& c = cases[death.unit];
    Tally one;
    one.add(c, judgement_of(death, c, find_loss(c.loss)->spec, options.judging));
    take(death.unit, one);
  };
  pool.run();
  return replayed;
}

std::vector<StaleCause> stale_causes(const Causes& causes, const std::vector<Variation>& variations,
                                     const Replayed& replayed, const std::string& libtorch) {
  std::vector<StaleCause> stale;
  if (has_own_losses()) return stale;
  for (const Cause& cause : causes.all()) {
    if (!cause.versions.must_strike(libtorch)) continue;
    for (const Exemplar& exemplar : cause.examples) {
      const Case c = parse_case(exemplar.text, all_specs());
      const std::string line = to_string(c);
      if (!sweeps(variations, c) || replayed.unjudged.count(line) != 0) continue;
      const auto shown = replayed.shown.find(line);
      const std::string what = shown == replayed.shown.end() ? "passes"
                               : shown->second.cause.empty() ? shown->second.verdict
                                                             : shown->second.cause;
      if (what == cause.name) continue;
      stale.push_back({std::string(cause.name), c, what});
    }
  }
  return stale;
}

}  // namespace shapefuzz
