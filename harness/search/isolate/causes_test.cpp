// SPDX-License-Identifier: BSD-3-Clause
// The registry of causes: each explains its exemplary cases, nothing else does, and a second fault
// in the same place is not explained away.
#include "harness/oracle/causes/cause.h"

#include <gtest/gtest.h>

#include <set>

#include "harness/findings/baseline/baseline.h"
#include "harness/losses/registry/registry.h"
#include "harness/oracle/libtorch/setup.h"
#include "harness/search/isolate/isolated_judge.h"
#include "harness/testing/faces.h"
#include "harness/testing/mutants.h"

namespace shapefuzz {
namespace {

Judging judging() { return {Policy::kExpand, MemoryMode::kFull}; }

std::string name_of(const Cause& cause) { return std::string(cause.name); }

TEST(Causes, AreCompleteAndFew) {
  std::set<std::string_view> names;
  for (const Cause& cause : known_causes().all()) {
    EXPECT_TRUE(names.insert(cause.name).second) << cause.name;
    for (const std::string_view text : {cause.name, cause.title, cause.condition}) {
      EXPECT_FALSE(text.empty()) << cause.name;
    }
    EXPECT_FALSE(cause.verdicts.empty()) << cause.name;
    for (const std::string_view loss : cause.losses) {
      EXPECT_NE(find_loss(loss), nullptr) << cause.name << ": " << loss;
    }
    for (const Exemplar& exemplar : cause.examples) {
      const Case c = parse_case(exemplar.text, all_specs());
      EXPECT_TRUE(cause.is_of(c.loss, c.entry)) << cause.name << ": " << exemplar.text;
      EXPECT_TRUE(cause.has(exemplar.verdict)) << cause.name << ": " << exemplar.text;
    }
  }
  EXPECT_LE(names.size(), 60U);
}

TEST(Causes, WithAWrongNumberPredictItUnlessItIsChance) {
  for (const Cause& cause : known_causes().all()) {
    const bool computes = cause.has(Verdict::kWrongValue) || cause.has(Verdict::kWrongShape) ||
                          cause.has(Verdict::kWrongGradient) || cause.has(Verdict::kWrongReduction);
    EXPECT_TRUE(!computes || cause.predict != nullptr || !cause.chance.empty()) << cause.name;
  }
}

TEST(Causes, ExplainTheirExemplaryCasesInTheReleasesThatHaveThem) {
  IsolatedJudge judge(judging());
  for (const Cause& cause : known_causes().all()) {
    for (const Exemplar& exemplar : cause.examples) {
      const Case c = parse_case(exemplar.text, all_specs());
      const Judgement judgement = judge.judge(*find_loss(c.loss), c);
      if (cause.versions.must_strike(libtorch_version())) {
        EXPECT_EQ(judgement.cause, cause.name) << exemplar.text << " " << judgement.detail;
        EXPECT_EQ(to_string(judgement.verdict), to_string(exemplar.verdict)) << exemplar.text;
      } else {
        EXPECT_NE(judgement.cause, cause.name) << exemplar.text;
      }
    }
  }
}

TEST(Causes, OfMetaExplainTheirExemplaryCases) {
  Judging on_meta = judging();
  on_meta.device = Device::kMeta;
  IsolatedJudge judge(on_meta);
  for (const Cause& cause : known_causes(Device::kMeta).all()) {
    for (const Exemplar& exemplar : cause.examples) {
      const Case c = parse_case(exemplar.text, all_specs());
      const Judgement judgement = judge.judge(*find_loss(c.loss), c);
      const bool strikes = cause.versions.must_strike(libtorch_version());
      EXPECT_EQ(judgement.cause, strikes ? cause.name : "") << exemplar.text;
      EXPECT_EQ(is_finding(judgement.verdict), strikes) << exemplar.text << judgement.detail;
    }
  }
}

// Where there is no GPU, only their conditions can be tried.
TEST(Causes, OfCudaAreThoseOfItsBaseline) {
  const Causes& causes = known_causes(Device::kCuda);
  const Baseline baseline =
      read_baseline(baseline_directory() + "/libtorch-2.11-cuda.txt", all_specs());
  EXPECT_EQ(baseline.causes.size(), causes.all().size());
  for (const auto& [name, known] : baseline.causes) {
    const Cause* const cause = causes.find(name);
    ASSERT_NE(cause, nullptr) << name;
    const Case& c = known.smallest;
    const LossSpec& spec = find_loss(c.loss)->spec;
    const CaseValues values = values_of(c, spec);
    for (const Verdict verdict : cause->verdicts) {
      Judgement judgement;
      judgement.verdict = verdict;
      for (const Cause& other : causes.all()) {
        if (!other.has(verdict)) continue;
        EXPECT_EQ(other.fits({spec, c, judgement, values}), other.name == name)
            << other.name << " " << to_string(c);
      }
    }
  }
}

TEST(Causes, ExplainWhatCampaignsHaveMet) {
  IsolatedJudge judge(judging());
  std::size_t explained = 0;
  for (const Case& c : combinations()) {
    const Judgement judgement = judge.judge(*find_loss(c.loss), c);
    if (!is_finding(judgement.verdict)) continue;
    EXPECT_FALSE(judgement.cause.empty())
        << to_string(c) << " " << to_string(judgement.verdict) << " " << judgement.detail;
    explained += judgement.cause.empty() ? 0 : 1;
  }
  EXPECT_GT(explained, 20U);
}

// Whoever takes one out of the registry hears of it.
TEST(Causes, AreMissedWhereOneIsTakenOut) {
  for (const Cause& cause : known_causes().all()) {
    if (!cause.versions.must_strike(libtorch_version()) || cause.examples.empty()) continue;
    const Causes others = known_causes().without(cause.name);
    Judging without = judging();
    without.causes = &others;
    IsolatedJudge judge(without);
    bool missed = false;
    for (const Exemplar& exemplar : cause.examples) {
      const Case c = parse_case(exemplar.text, all_specs());
      missed = missed || judge.judge(*find_loss(c.loss), c).cause.empty();
    }
    EXPECT_TRUE(missed) << cause.name << ": another cause explains all of it";
  }
}

// A fault on top of a known bug is another bug: the prediction is about one of them only. Twice 0,
// twice infinity and twice nan are the same again, so one of the exemplary cases is enough.
TEST(Causes, ExplainNoDoubledLoss) {
  const std::set<std::string_view> of_nothing = {"empty-target-dtype", "empty-byte-target",
                                                 "class-weight-rank"};
  for (const Cause& cause : known_causes().all()) {
    if (!cause.versions.must_strike(libtorch_version()) || !cause.chance.empty()) continue;
    if (of_nothing.count(cause.name) != 0) continue;
    int doubled_ones = 0;
    int reported = 0;
    for (const Exemplar& exemplar : cause.examples) {
      const Case c = parse_case(exemplar.text, all_specs());
      const bool has_a_value = outcome_of(exemplar.verdict) == Outcome::kAccepted;
      if (!has_a_value || !find_loss(c.loss)->spec.reduces) continue;
      const Loss doubled = with_doubled_result(*find_loss(c.loss));
      const Judgement judgement = IsolatedJudge(judging()).judge(doubled, c);
      ++doubled_ones;
      reported += judgement.cause.empty() ? 1 : 0;
    }
    EXPECT_TRUE(doubled_ones == 0 || reported > 0) << name_of(cause);
  }
}

TEST(Versions, SayWhereACauseStrikes) {
  Versions versions;
  EXPECT_TRUE(versions.must_strike("1.13.1"));
  EXPECT_EQ(versions.text(), "1.13.1, 2.6.0 and 2.14.1");
  versions.last_bad = "2.6";
  versions.first_good = "2.14";
  EXPECT_EQ(versions.text(), "1.13.1 and 2.6.0, fixed in 2.14.1");
  EXPECT_TRUE(versions.must_strike("2.6.0"));
  EXPECT_TRUE(versions.may_strike("2.9.1")) << "nobody has measured it";
  EXPECT_FALSE(versions.must_strike("2.9.1"));
  EXPECT_FALSE(versions.may_strike("2.14.1"));
  versions = {"2.6", "2.14", "2.14", ""};
  EXPECT_EQ(versions.text(), "2.14.1");
  EXPECT_FALSE(versions.may_strike("2.6.0"));
  EXPECT_TRUE(versions.must_strike("2.14.1"));
}

}  // namespace
}  // namespace shapefuzz
