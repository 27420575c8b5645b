// SPDX-License-Identifier: BSD-3-Clause
#include "bench/mutants/hunt.h"

#include <rapidcheck.h>

#include <chrono>
#include <set>
#include <unordered_set>

#include "harness/oracle/judge/judge.h"
#include "harness/search/campaign/explorer.h"
#include "harness/search/sweep/deviations.h"
#include "harness/search/sweep/plan.h"
#include "harness/search/sweep/reach.h"
#include "properties/property.h"
#include "properties/suite.h"

namespace shapefuzz {
namespace {

double now() {
  const auto since = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration<double>(since).count();
}

// A campaign's worker without its files.
class Campaign : public ExplorerHost {
 public:
  Campaign(const Loss& loss, const Hunter& hunter, std::uint64_t seed)
      : hunt_(hunter.quarry), explorer_({&loss}, hunter.judging, seed, *this) {}

  Hunted run(std::uint64_t most_cases) {
    for (std::uint64_t i = 0; i < most_cases && !hunt_.is_over(); ++i) explorer_.step();
    return hunt_.result();
  }

  void about_to_run(const Case& /*c*/) override {
    if (!hunt_.is_over()) hunt_.begin_case();
  }
  void has_run() override {}
  std::int64_t one_in(const Case& /*c*/, const LocatedMistake& /*mistake*/) override { return 1; }
  bool add_feature(std::uint64_t feature) override { return features_.insert(feature).second; }
  void on_interesting(const Case& /*c*/) override {}
  void on_finding(const Case& c, const LossSpec& /*spec*/, const Judgement& judgement) override {
    if (!hunt_.is_over()) hunt_.end_case(c, judgement);
  }

 private:
  Hunt hunt_;
  std::unordered_set<std::uint64_t> features_;
  Explorer explorer_;
};

}  // namespace

Hunter hunter_of(const std::string& loss, Quarry quarry) {
  const std::set<std::string> one_sided = {"absolute_expands_target", "huber_takes_one_target",
                                           "triplet_one_negative"};
  const bool strict = quarry == Quarry::kFault && one_sided.count(loss) > 0;
  Judging judging(strict ? Policy::kStrict : Policy::kExpand, MemoryMode::kFull);
  judging.thorough = true;
  return {quarry, judging};
}

Hunt::Hunt(Quarry quarry) : quarry_(quarry), before_(planted()), begun_(now()) {}

void Hunt::begin_case() {
  if (hunted_.cases > 0 && hunted_.reached == 0 && planted().reached > before_.reached) {
    hunted_.reached = hunted_.cases;
  }
  if (hunted_.cases > 0 && hunted_.triggered == 0 && planted().triggered > before_.triggered) {
    hunted_.triggered = hunted_.cases;
  }
  ++hunted_.cases;
  triggered_before_ = planted().triggered;
}

bool Hunt::end_case(const Case& c, const Judgement& judgement) {
  const bool counts = quarry_ == Quarry::kAnything || planted().triggered > triggered_before_;
  if (is_finding(judgement.verdict) && counts && !hunted_.found) {
    hunted_.found = c;
    hunted_.verdict = judgement.verdict;
    found_at_ = now();
  }
  return !hunted_.found;
}

Hunted Hunt::result() {
  if (!hunted_.found) found_at_ = now();
  hunted_.seconds = found_at_ - begun_;
  begin_case();  // what the last case has reached
  --hunted_.cases;
  return hunted_;
}

void for_each_sweep_case(const Loss& loss, std::uint64_t seed,
                         const std::function<bool(const Case&)>& visit) {
  const Bounds bounds = {3, 3, /*unchecked=*/true, /*thorough=*/true};
  for (const Case& c : deviations_of(loss, loss.spec.entries, bounds, seed)) {
    if (!visit(c)) return;
  }
  const std::vector<Shape> within = all_shapes(bounds.max_rank, bounds.max_size);
  for (const Variation& v : variations_of(loss, loss.spec.entries)) {
    const Grid grid(v, within);
    for (std::size_t i = 0; i < grid.outputs(); ++i) {
      for (const Shape& other : grid.others(i)) {
        for (const Way& way : v.ways) {
          if (!visit(v.make_case(grid.output(i), other, way, seed))) return;
        }
      }
    }
  }
}

Hunted hunt_by_sweep(const Loss& loss, const Hunter& hunter, std::uint64_t seed) {
  Judge judge(hunter.judging);
  Hunt hunt(hunter.quarry);
  for_each_sweep_case(loss, seed, [&](const Case& c) {
    hunt.begin_case();
    return hunt.end_case(c, judge.judge(loss, c));
  });
  return hunt.result();
}

Hunted hunt_by_properties(const Loss& loss, const Hunter& hunter, std::uint64_t seed) {
  constexpr int kCasesOfCi = 1000;  // properties/profile.cpp
  const Baseline nothing_known;
  Hunt hunt(hunter.quarry);
  std::uint64_t before = 0;  // judged by the properties that have passed
  for (const Property& property : all_properties()) {
    if (hunt.is_over()) break;
    Trial* running = nullptr;
    Trial trial(loss, loss.spec.entries.front(), nothing_known, hunter.judging,
                [&](const Case& c, const Judgement& judgement) {
                  hunt.skip_to(before + running->judged());
                  if (!hunt.end_case(c, judgement)) throw PropertyFailed("found");
                });
    running = &trial;
    rc::detail::TestParams params;
    params.seed = seed;
    params.maxSuccess = kCasesOfCi;
    params.disableShrinking = true;
    rc::detail::checkTestable(
        [&] {
          hunt.skip_to(before + trial.judged());
          hunt.begin_case();
          check_drawn(property, trial);
        },
        rc::detail::TestMetadata(), params);
    if (!hunt.is_over()) before += trial.judged();
  }
  return hunt.result();
}

Hunted hunt_by_campaign(const Loss& loss, const Hunter& hunter, std::uint64_t seed,
                        std::uint64_t most_cases) {
  return Campaign(loss, hunter, seed).run(most_cases);
}

}  // namespace shapefuzz
