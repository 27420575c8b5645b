// SPDX-License-Identifier: BSD-3-Clause
// Want of memory at every place of a case: never a finding, never a pass, never a lost record.
#include "harness/oracle/memory/shortage.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <set>

#include "harness/losses/registry/registry.h"
#include "harness/oracle/judge/judge.h"
#include "harness/oracle/libtorch/setup.h"
#include "harness/search/generate/draw.h"
#include "harness/search/generate/mutate.h"
#include "harness/search/generate/mutations.h"
#include "harness/search/isolate/death.h"
#include "harness/search/process/pool.h"
#include "harness/search/sweep/sweep.h"
#include "harness/testing/planted.h"

namespace shapefuzz {
namespace {

struct Subjected {
  const Loss* loss = nullptr;
  Case c;
  MemoryMode memory = MemoryMode::kFull;
};

// A few cases of each entry of each loss, legal ones and mutants of them.
std::vector<Subjected> subjects(MemoryMode memory) {
  std::vector<Subjected> all;
  for (const Loss& loss : all_losses()) {
    const Mutator mutator({{&loss.spec, loss.sweep_options, loss.unchecked}});
    for (const Entry& entry : loss.entries) {
      for (std::uint64_t seed = 1; seed <= 3; ++seed) {
        DrawBounds bounds;
        bounds.max_size = 3;
        const Case drawn =
            draw_case(loss.spec, entry.name, loss.sweep_options, SeededPick(seed), bounds);
        all.push_back({&loss, drawn, memory});
        // What an illegal case does to memory is watched, or it would be done to ours.
        if (memory != MemoryMode::kFull) continue;
        Case mutant = mutator.mutate(drawn, seed);
        mutant.entry = entry.name;
        repair(mutant, loss.spec);
        all.push_back({&loss, mutant, memory});
      }
    }
  }
  return all;
}

// Judges the case again and again, the n-th time with the n-th tensor refused its memory, until
// none is. What goes wrong is said in the result.
std::string judge_with_shortages(const Subjected& subject,
                                 const std::vector<std::uint64_t>& skipped, Position& position) {
  constexpr std::uint64_t kMost = 5000;
  const auto& [loss, c, memory] = subject;
  // Some cases end their process without our doing, and are none to ask anything of.
  if (!skipped.empty() && skipped.front() == 0) return "";
  Judge judge(Policy::kExpand, memory);
  const Verdict without = judge.judge(*loss, c).verdict;
  std::string text;
  for (std::uint64_t n = 1; n < kMost; ++n) {
    position.next_case.store(n);
    if (std::binary_search(skipped.begin(), skipped.end(), n)) continue;
    inject_shortage(n);
    const Judgement judgement = Judge(Policy::kExpand, memory).judge(*loss, c);
    const bool injected = inject_shortage(0) == 0;
    const Verdict expected = injected ? Verdict::kNotJudged : without;
    if (judgement.verdict != expected) {
      text += fmt::format("{}, allocation {}: {} {}\n", to_string(c), n,
                          to_string(judgement.verdict), judgement.detail);
    }
    if (!injected) return text;
    // Nothing is left of it: neither in what a judge keeps for the next case, nor elsewhere.
    if (judge.judge(*loss, c).verdict != without) {
      text += fmt::format("{}, after allocation {}: another verdict\n", to_string(c), n);
    }
    position.cases.fetch_add(1);
  }
  return text + to_string(c) + ": allocates without end\n";
}

class Shortages : public ::testing::TestWithParam<MemoryMode> {};

TEST_P(Shortages, AtEveryAllocationAreNeitherFindingsNorPasses) {
  const std::vector<Subjected> all = subjects(GetParam());
  Pool pool;
  pool.units = all.size();
  pool.jobs = 2;
  std::string wrong;
  std::uint64_t injected = 0;
  std::uint64_t deaths = 0;
  pool.work = [&](std::size_t unit, const auto& skipped, Position& position) {
    return judge_with_shortages(all[unit], skipped, position);
  };
  pool.on_result = [&](std::size_t, const std::string& text) { wrong += text; };
  pool.on_progress = [&](std::uint64_t cases, std::size_t) { injected = cases; };
  pool.on_death = [&](const Death& death) {
    const Subjected& subject = all[death.unit];
    if (death.at_case == 0) return;
    ++deaths;
    const Judgement judgement = judgement_of(death, subject.c, subject.loss->spec, {});
    if (judgement.verdict == Verdict::kNotJudged) return;
    wrong += fmt::format("{}, allocation {}: {} {}\n", to_string(subject.c), death.at_case,
                         to_string(judgement.verdict), judgement.message);
  };
  warm_up_libtorch(GetParam());
  pool.run();
  EXPECT_EQ(wrong, "");
  std::cout << all.size() << " cases, at least " << injected << " refusals, " << deaths
            << " deaths\n";
}

INSTANTIATE_TEST_SUITE_P(Modes, Shortages,
                         ::testing::Values(MemoryMode::kOff, MemoryMode::kGuard, MemoryMode::kFull),
                         [](const auto& info) { return std::string(to_string(info.param)); });

struct Swept {
  Tally tally;
  std::vector<std::string> cases;  // of the records
};

Swept sweep_of(const Loss& loss) {
  SweepOptions options;
  options.max_rank = 2;
  options.max_size = 2;
  options.jobs = 2;
  options.judging.memory = MemoryMode::kFull;
  options.deviations = false;
  Swept swept;
  SweepSinks sinks;
  sinks.passes = true;
  sinks.records = [&](const std::string& text) {
    for (std::size_t at = text.find("{\"case\":"); at != std::string::npos;
         at = text.find("\n{\"case\":", at + 1)) {
      swept.cases.push_back(text.substr(at, text.find(",\"loss\"", at) - at));
    }
  };
  swept.tally = sweep(variations_of(loss, loss.spec.entries), options, sinks);
  return swept;
}

// The signatures that a sweep has found, each with its number of cases.
std::map<std::string, std::uint64_t> counted(const Findings& findings) {
  std::map<std::string, std::uint64_t> counts;
  for (const auto& [signature, finding] : findings) counts[to_string(signature)] = finding.cases;
  return counts;
}

void expect_a_sweep_to_survive_shortages(const Loss& loss) {
  const Swept clean = sweep_of(loss);
  for (const std::uint64_t every : {7, 61, 307}) {
    inject_shortage(every, every);  // the workers have it from here
    const Swept swept = sweep_of(loss);
    inject_shortage(0);
    EXPECT_EQ(swept.tally.cases(), clean.tally.cases());
    EXPECT_EQ(swept.cases.size(), clean.cases.size());
    EXPECT_EQ(std::set<std::string>(swept.cases.begin(), swept.cases.end()).size(),
              clean.cases.size());
    std::uint64_t unjudged = 0;
    for (const auto& entry : swept.tally.counts()) unjudged += entry.second.not_judged;
    EXPECT_GT(unjudged, 0U);
    ASSERT_EQ(swept.tally.reasons().size(), 1U);
    EXPECT_EQ(swept.tally.reasons().begin()->second, unjudged);
    const auto known = counted(clean.tally.findings());
    for (const auto& [signature, cases] : counted(swept.tally.findings())) {
      ASSERT_EQ(known.count(signature), 1U) << signature;
      EXPECT_LE(cases, known.at(signature)) << signature;
    }
  }
}

TEST(ShortagesInASweep, LoseNoRecordAndFindNothing) {
  expect_a_sweep_to_survive_shortages(*find_loss("mse_loss"));
  expect_a_sweep_to_survive_shortages(*find_loss("binary_cross_entropy"));
}

TEST(ShortagesInASweep, ThatLeaveNothingOfALossAreTold) {
  const Loss& loss = *find_loss("mse_loss");
  EXPECT_FALSE(sweep_of(loss).tally.leaves_a_loss_out());
  inject_shortage(1, 1);
  const Swept swept = sweep_of(loss);
  inject_shortage(0);
  EXPECT_TRUE(swept.tally.leaves_a_loss_out());
  EXPECT_EQ(swept.tally.findings().size(), 0U);
}

// A loss that must not throw dies of it.
TEST(ShortagesInASweep, ThatEndTheWorkerAreNoCrash) {
  expect_a_sweep_to_survive_shortages(unprepared_loss());
}

}  // namespace
}  // namespace shapefuzz
