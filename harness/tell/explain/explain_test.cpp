// SPDX-License-Identifier: BSD-3-Clause
// The sentences about a judgement.
#include "harness/tell/explain/explain.h"

#include <gtest/gtest.h>

#include <string>

#include "harness/language/case/zone.h"
#include "harness/testing/test_specs.h"

namespace shapefuzz {
namespace {

Explanation explain_accepted(const std::string& line, Verdict verdict) {
  const Case c = parse_case(line, test_specs());
  const LossSpec& spec = mse_spec();
  Judgement judgement;
  judgement.zone = zone_of(c, spec);
  judgement.verdict = verdict;
  judgement.result_shape = Shape{};
  judgement.mistake = find_mistake(c, spec);
  Background background;
  background.repairs = repairs_of(c, spec);
  background.unreduced = Shape{64, 64};
  return explain(c, spec, judgement, background);
}

TEST(Explain, NamesTheMistakeAndWhatToWriteInstead) {
  const Explanation e =
      explain_accepted("mse_loss(input=f64[64,1], target=f64[64])", Verdict::kSilentBroadcast);
  EXPECT_EQ(e.zone, "incompatible: target is [64] where [64, 1] is demanded (forgot_unsqueeze)");
  EXPECT_EQ(e.why,
            "input [64, 1] and target [64] broadcast to [64, 64], so every element of input is "
            "paired with every element of target, 4,096 pairs in all");
  EXPECT_EQ(e.instead, "target.unsqueeze(-1), so that target is f64[64, 1]");
}

TEST(Explain, HasNothingToAddToAPlainPass) {
  const Explanation e =
      explain_accepted("mse_loss(input=f64[64,1], target=f64[64,1])", Verdict::kPass);
  EXPECT_EQ(e.zone, "valid");
  EXPECT_EQ(e.why, "");
  EXPECT_EQ(e.instead, "");
}

TEST(Explain, SaysWhatAPassIs) {
  const auto meaning = [](const std::string& line, Outcome outcome, bool warned = false) {
    const Case c = parse_case(line, test_specs());
    Judgement judgement;
    judgement.zone = zone_of(c, mse_spec());
    judgement.outcome = outcome;
    judgement.warned = warned;
    return explain(c, mse_spec(), judgement).meaning;
  };
  const std::string valid = "mse_loss(input=f32[10,1], target=f32[10,1])";
  const std::string repeated = "mse_loss(input=f32[10,1], target=f32[1,1])";
  EXPECT_EQ(meaning(valid, Outcome::kAccepted), "accepted, and right");
  EXPECT_EQ(meaning("mse_loss(input=f32[3], target=f32[2])", Outcome::kRejected),
            "refused, as it should be");
  EXPECT_EQ(meaning(repeated, Outcome::kRejected), "refused, as it may be");
  EXPECT_EQ(meaning(repeated, Outcome::kAccepted, true),
            "accepted: the target is repeated 10 times, as `expand` would; LibTorch warns; "
            "`--policy strict` calls this a hazard");
  EXPECT_EQ(meaning("mse_loss(input=f32[3], target=f64[3])", Outcome::kAccepted),
            "accepted: the target is converted from f64; `--policy strict` calls this a hazard");
}

TEST(Explain, NamesBothOfTwoMistakes) {
  const Explanation e =
      explain_accepted("mse_loss(input=f32[64,1], target=i64[64])", Verdict::kBackwardRejected);
  EXPECT_EQ(e.zone,
            "incompatible: target is [64] where [64, 1] is demanded (forgot_unsqueeze); target is "
            "i64 where f32 is demanded (other_dtype)");
}

TEST(Explain, HasAMeaningForEveryVerdict) {
  for (const Verdict verdict : all_verdicts())
    EXPECT_FALSE(meaning_of(verdict).empty()) << to_string(verdict);
  for (const Verdict verdict : all_verdicts()) EXPECT_FALSE(meaning_of(verdict, true).empty());
}

TEST(Explain, SaysWhatEachMistakeIsAbout) {
  const Case c = parse_case("mse_loss(input=f64[64,1], target=f64[64])", test_specs());
  for (const Mistake mistake : all_mistakes()) {
    if (mistake == Mistake::kNone) continue;
    Judgement judgement;
    judgement.zone = Zone::kIncompatible;
    judgement.verdict = Verdict::kSilentBroadcast;
    judgement.mistake = {mistake, "target", {64, 1}};
    const std::string zone = explain(c, mse_spec(), judgement).zone;
    EXPECT_NE(zone.find("target"), std::string::npos) << to_string(mistake) << ": " << zone;
  }
}

}  // namespace
}  // namespace shapefuzz
