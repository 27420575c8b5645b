// SPDX-License-Identifier: BSD-3-Clause
#include "harness/oracle/judgement/verdict.h"

#include <gtest/gtest.h>

#include <set>

#include "harness/testing/test_specs.h"

namespace shapefuzz {
namespace {

TEST(Verdict, HasANameOfItsOwn) {
  std::set<std::string_view> names;
  for (const Verdict verdict : all_verdicts()) names.insert(to_string(verdict));
  EXPECT_EQ(names.size(), all_verdicts().size());
  EXPECT_EQ(to_string(Verdict::kPass), "pass");
  EXPECT_EQ(to_string(Verdict::kSilentBroadcast), "silent_broadcast");
  EXPECT_EQ(to_string(Verdict::kTimedOut), "timed_out");
}

TEST(Verdict, BelongsToOneGroupAndTheWorstComeFirst) {
  EXPECT_EQ(severity_of(Verdict::kPass), Severity::kNone);
  EXPECT_EQ(severity_of(Verdict::kInputMutated), Severity::kMemory);
  EXPECT_EQ(severity_of(Verdict::kWrongShape), Severity::kMiscalculation);
  EXPECT_EQ(severity_of(Verdict::kBackwardRejected), Severity::kMiscalculation);
  EXPECT_EQ(severity_of(Verdict::kSilentBroadcast), Severity::kHazard);
  EXPECT_EQ(severity_of(Verdict::kTimedOut), Severity::kHazard);
  for (std::size_t i = 2; i < all_verdicts().size(); ++i) {
    EXPECT_LE(severity_of(all_verdicts()[i - 1]), severity_of(all_verdicts()[i]));
  }
}

TEST(Policy, IsReadByItsName) {
  EXPECT_EQ(parse_policy("strict"), Policy::kStrict);
  EXPECT_EQ(parse_policy("expand"), Policy::kExpand);
  EXPECT_EQ(parse_policy("broadcast"), Policy::kBroadcast);
  EXPECT_EQ(parse_policy("Expand"), std::nullopt);
  EXPECT_EQ(parse_policy(""), std::nullopt);
}

TEST(Signature, HasNoNumbersOrDtypesOfTheMessage) {
  EXPECT_EQ(without_particulars("Expected size 64 but got size 1.5."),
            "Expected size # but got size #");
  EXPECT_EQ(without_particulars("got [2, 3, 4] and [5]"), "got [#] and [#]");
  EXPECT_EQ(without_particulars("got [] and [2]"), "got [#] and [#]");
  EXPECT_EQ(without_particulars("got [][]"), "got [#][#]");
  EXPECT_EQ(without_particulars("Target -1 is out of bounds."), "Target -# is out of bounds.");
  EXPECT_EQ(without_particulars("expected Long but found BFloat16"), "expected # but found #");
  EXPECT_EQ(without_particulars("not implemented for 'Half'"), "not implemented for '#'");
  EXPECT_EQ(without_particulars("Longer than LongTensor"), "Longer than LongTensor");
}

TEST(Signature, IsOneLineOfPartsThatABarSeparates) {
  EXPECT_EQ(without_particulars(" two\nlines\tand  \xc3\x97 a|b "), "two lines and a/b");
  EXPECT_EQ(without_particulars(""), "");
}

TEST(Signature, IsTheSameForCasesThatDifferInSizesOnly) {
  const auto signature = [](std::string_view text, std::string message) {
    const Case c = test_case(text);
    Judgement judgement;
    judgement.verdict = Verdict::kSilentBroadcast;
    judgement.message = std::move(message);
    judgement.mistake = find_mistake(c, mse_spec());
    return signature_of(c, judgement);
  };
  const Signature small = signature("mse_loss(input=[2,1], target=[2])", "");
  const Signature large = signature("mse_loss(input=[64,1], target=[64])#3", "");
  EXPECT_EQ(small, large);
  EXPECT_EQ(to_string(small),
            "mse_loss | functional | silent_broadcast | target:forgot_unsqueeze | -");
  EXPECT_LT(small, signature("mse_loss(input=[2,1], target=[2])", "size 2"));
  EXPECT_FALSE(small == signature("mse_loss@aten(input=[2,1], target=[2])", ""));
}

TEST(Judgement, OfADeathTellsASignalFromSilence) {
  const Case c = test_case("mse_loss(input=[2,1], target=[2])");
  const Judgement crash = judgement_of_death(c, mse_spec(), 11);
  EXPECT_EQ(crash.verdict, Verdict::kCrash);
  EXPECT_EQ(crash.outcome, Outcome::kCrashed);
  EXPECT_FALSE(crash.message.empty());
  EXPECT_EQ(crash.zone, Zone::kIncompatible);
  EXPECT_EQ(to_string(crash.mistake), "target:forgot_unsqueeze");
  Fault in_case;
  in_case.runs_case = true;
  EXPECT_EQ(judgement_of_death(c, mse_spec(), 0, in_case).verdict, Verdict::kTimedOut);
  EXPECT_EQ(judgement_of_death(c, mse_spec(), 0, in_case).outcome, Outcome::kTimedOut);
  // The harness's own formula may take long too, which says nothing of the loss.
  EXPECT_EQ(judgement_of_death(c, mse_spec(), 0).verdict, Verdict::kNotJudged);
}

}  // namespace
}  // namespace shapefuzz
