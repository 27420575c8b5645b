// SPDX-License-Identifier: BSD-3-Clause
#include "harness/testing/planted.h"

#include <gtest/gtest.h>

#include <iostream>
#include <map>
#include <set>

#include "harness/losses/registry/registry.h"
#include "harness/oracle/judge/judge.h"
#include "harness/search/isolate/death.h"
#include "harness/search/isolate/isolated_judge.h"
#include "harness/search/process/pool.h"
#include "harness/search/sweep/sweep.h"

namespace shapefuzz {
namespace {

const std::vector<Mutant>& all_planted() {
  static const std::vector<Mutant> all = planted_errors();
  return all;
}

class PlantedErrors : public ::testing::TestWithParam<Mutant> {
 protected:
  const Mutant& mutant() const { return GetParam(); }
  Case example() const { return parse_case(mutant().example, {&mutant().loss.spec}); }
};

// As `shapefuzz run` does.
TEST_P(PlantedErrors, AreJudgedByRunningThem) {
  Pool pool;
  pool.units = 1;
  pool.reuse_workers = false;
  pool.seconds_per_case = 1;
  std::string verdict;
  pool.work = [&](std::size_t, const auto& skipped, Position&) {
    if (!skipped.empty()) return std::string();
    const Judgement judgement =
        Judge(Policy::kExpand, MemoryMode::kFull).judge(mutant().loss, example());
    return std::string(to_string(judgement.verdict));
  };
  pool.on_result = [&](std::size_t, const std::string& result) { verdict += result; };
  pool.on_death = [&](const Death& death) {
    verdict = to_string(judgement_of(death, example(), mutant().loss.spec, {}).verdict);
  };
  pool.run();
  EXPECT_EQ(verdict, mutant().verdict);
}

TEST_P(PlantedErrors, AreJudgedBySweepingThem) {
  SweepOptions options;
  options.max_rank = 1;
  options.max_size = 3;
  options.deviations = false;
  options.full = true;  // they know the size 2
  options.judging.memory = MemoryMode::kFull;
  options.seconds_per_case = 1;
  const Tally tally = sweep(variations_of(mutant().loss, {"functional"}), options, {});
  std::uint64_t found = 0;
  for (const auto& [signature, finding] : tally.findings()) {
    if (signature.verdict != mutant().verdict) continue;
    found += finding.cases;
    EXPECT_EQ(finding.smallest.operands[0].shape, Shape{2}) << to_string(finding.smallest);
  }
  for (const auto& [reason, cases] : tally.reasons()) found += cases;  // of what is not_judged
  EXPECT_EQ(found, 3U);                                                // one for each reduction
  EXPECT_EQ(tally.cases(), 5 * 5 * 3U);  // nothing lost, nothing doubled
}

// As the property suites do: one judge for all cases.
TEST_P(PlantedErrors, AreJudgedBetweenHealthyCases) {
  IsolatedJudge judge(Policy::kExpand, MemoryMode::kFull);
  judge.limit_seconds(1);
  const std::string& name = mutant().loss.spec.name;
  const Case healthy = parse_case(name + "(input=f64[3], target=f64[3])", {&mutant().loss.spec});
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(to_string(judge.judge(mutant().loss, healthy).verdict), "pass");
    const Judgement judgement = judge.judge(mutant().loss, example());
    EXPECT_EQ(to_string(judgement.verdict), mutant().verdict) << judgement.detail;
  }
}

INSTANTIATE_TEST_SUITE_P(All, PlantedErrors, ::testing::ValuesIn(all_planted()),
                         [](const auto& info) { return info.param.name; });

Judgement judge(const std::string& name) {
  for (const Mutant& mutant : all_planted()) {
    if (mutant.name != name) continue;
    return IsolatedJudge(Policy::kExpand, MemoryMode::kFull)
        .judge(mutant.loss, parse_case(mutant.example, {&mutant.loss.spec}));
  }
  return {};
}

TEST(Faults, NameTheOperandTheAccessAndTheDistance) {
  const Judgement read = judge("reads_past_the_end");
  EXPECT_EQ(read.message, "reads past the end of target");
  EXPECT_EQ(read.detail, "reads element 2 of target, which holds 2: 0 bytes after its 16 bytes");
  const Judgement write = judge("writes_past_the_end");
  EXPECT_EQ(write.message, "writes past the end of target");
  EXPECT_EQ(write.detail,
            "writes element 102 of target, which holds 2: 800 bytes after its 16 bytes");
  const Judgement before = judge("reads_before_the_start");
  EXPECT_EQ(before.message, "reads before the start of target");
  EXPECT_EQ(before.detail,
            "reads element -1 of target, which holds 2: 8 bytes before its 16 bytes");
  EXPECT_EQ(judge("overflows_the_stack").message, "stack overflow");
  EXPECT_EQ(judge("changes_an_operand").detail, "the call changes target");
}

// A new process for each would cost a thousand times as much.
TEST(Faults, OutOfBoundsEndNoWorker) {
  Pool pool;
  pool.units = 1;
  pool.work = [&](std::size_t, const auto&, Position&) {
    std::string verdicts;
    Judge judge(Policy::kExpand, MemoryMode::kFull);
    for (const Mutant& mutant : all_planted()) {
      if (mutant.name.find("past_the_end") == std::string::npos) continue;
      if (mutant.name.find("null") != std::string::npos) continue;
      const Case c = parse_case(mutant.example, {&mutant.loss.spec});
      for (int i = 0; i < 100; ++i) {
        const Judgement judgement = judge.judge(mutant.loss, c);
        verdicts += judgement.verdict == Verdict::kOutOfBounds ? '+' : '-';
      }
    }
    return verdicts;
  };
  std::string verdicts;
  pool.on_result = [&](std::size_t, const std::string& result) { verdicts += result; };
  pool.on_death = [&](const Death& death) { ADD_FAILURE() << "signal " << death.signal; };
  pool.run();
  EXPECT_EQ(verdicts, std::string(200, '+'));
}

TEST(Faults, NameTheOperator) {
  const Loss& loss = *find_loss("multi_margin_loss");
  const Case c = parse_case("multi_margin_loss(input=f64[2,3], target=i64[2]{2,2}, weight=f64[1])",
                            {&loss.spec});
  const Judgement judgement = IsolatedJudge().judge(loss, c);
  if (judgement.outcome == Outcome::kRejected) GTEST_SKIP() << "LibTorch checks the weight";
  EXPECT_EQ(to_string(judgement.verdict), "out_of_bounds");
  EXPECT_EQ(judgement.message, "reads past the end of weight in aten::multi_margin_loss");
}

// Not a case is lost or doubled when one in a hundred ends its worker.
void sweep_crashing(std::size_t max_rank, std::int64_t max_size, std::uint64_t least_crashes) {
  const Loss loss = crashing_loss();
  SweepOptions options;
  options.max_rank = max_rank;
  options.max_size = max_size;
  options.jobs = 2;
  options.deviations = false;
  std::set<std::string> lines;
  std::uint64_t records = 0;
  SweepSinks sinks;
  sinks.passes = true;
  sinks.records = [&](const std::string& text) {
    std::size_t begin = 0;
    for (std::size_t end = text.find('\n'); end != std::string::npos;
         begin = end + 1, end = text.find('\n', begin)) {
      lines.insert(text.substr(begin, text.find("\",\"loss\"", begin) - begin));
      ++records;
    }
  };
  const auto variations = variations_of(loss, {"functional"});
  const Tally tally = sweep(variations, options, sinks);
  const std::uint64_t cases = count_cases(variations, options);
  EXPECT_EQ(tally.cases(), cases);
  EXPECT_EQ(records, cases);
  EXPECT_EQ(lines.size(), cases);
  std::uint64_t crashes = 0;
  for (const auto& [signature, finding] : tally.findings()) {
    if (signature.verdict == "crash") crashes += finding.cases;
  }
  EXPECT_GE(crashes, least_crashes);
  std::cout << crashes << " crashes in " << cases << " cases\n";
}

TEST(CrashingSweep, LosesAndDoublesNothing) { sweep_crashing(2, 3, 7); }

// The measure of docs/memory.md; run it with --gtest_also_run_disabled_tests.
TEST(CrashingSweep, DISABLED_LosesAndDoublesNothingInAThousandCrashes) {
  sweep_crashing(3, 5, 1000);
}

}  // namespace
}  // namespace shapefuzz
