// SPDX-License-Identifier: BSD-3-Clause
#include "harness/tell/explain/remarks.h"

#include <gtest/gtest.h>

#include "harness/losses/registry/registry.h"

namespace shapefuzz {
namespace {

Exhibit judged(const std::string& line) {
  return exhibit(parse_case(line, all_specs()), Judging(), /*exact=*/false);
}

std::string why(const std::string& line) { return why_not_finite(judged(line)); }

TEST(Remarks, SayWhyAResultIsNoNumber) {
  EXPECT_EQ(why("cross_entropy(input=f32[2,3], target=i64[2]{-100,-100})"),
            "the result is nan: all 2 targets are ignored (ignore_index = -100), so that the mean "
            "divides 0 by 0");
  EXPECT_EQ(why("nll_loss(input=f32[2,3], target=i64[2]{1,1}, weight=f32[3]{1,0,1})"),
            "the result is nan: the weights of the targets sum to 0, and the mean divides by that "
            "sum");
  EXPECT_EQ(why("ctc_loss(log_probs=f32[6,1,5], targets=i64[1,5]{1,1,2,2,3}, "
                "input_lengths=i64[1]{6}, target_lengths=i64[1]{5})"),
            "the result is inf: target 0 is longer than its input: 5 labels (and 2 repeated ones "
            "need a blank between them) in 6 frames, so that no path is left and the loss is "
            "infinite; zero_infinity = true makes it 0");
  EXPECT_EQ(why("mse_loss(input=f32[0], target=f32[0])"),
            "the result is nan: the mean of no elements divides 0 by 0");
  EXPECT_EQ(why("mse_loss(input=f32[2]{nan,1}, target=f32[2])"),
            "the result is nan: input holds nan");
  EXPECT_EQ(why("poisson_nll_loss(input=f32[2]{0,1}, target=f32[2], log_input=false, eps=0)"),
            "the result is inf: input holds 0, whose logarithm is infinite");
  EXPECT_EQ(why("mse_loss(input=f32[1]{1e30}, target=f32[1])"),
            "the result is inf: the numbers leave the range of f32, which ends at 3.40282e+38");
  EXPECT_EQ(why("mse_loss(input=f32[2], target=f32[2])"), "");
}

TEST(Remarks, SayUpToWhichSizeAGradientIsHeldAgainstTheFormula) {
  EXPECT_EQ(unheld_gradient(judged("mse_loss(input=f64[512], target=f64[512])")), "");
  EXPECT_NE(unheld_gradient(judged("mse_loss(input=f64[513], target=f64[513])")).find("1,026"),
            std::string::npos);
  const Exhibit wrong = judged("soft_margin_loss(input=f64[100], target=u8[100], reduction=sum)");
  EXPECT_EQ(wrong.judgement.verdict, Verdict::kWrongGradient);
}

TEST(Remarks, TellNumbersThatAreNotTheFormulas) {
  EXPECT_TRUE(is_far_from_formula(
      judged("cosine_embedding_loss(input1=f32[3]{1e25,0,0}, input2=f32[3]{1,0,0}, "
             "target=f32[]{1})")));
  // Neither the loss nor the formula cancels.
  EXPECT_FALSE(
      is_far_from_formula(judged("cross_entropy(input=f64[1,2]{1e17,1e17}, target=i64[1]{0})")));
}

TEST(Repairs, StandAloneWhereAKnownBugIsLeft) {
  const Exhibit exhibit = judged(
      "ctc_loss(log_probs=f32[2,5,4], targets=i64[2,3], input_lengths=i64[2], "
      "target_lengths=i64[2])");
  EXPECT_TRUE(exhibit.tried.helping.empty());
  EXPECT_EQ(exhibit.tried.spoiled_by, "ctc-logits-gradient");
  ASSERT_EQ(exhibit.tried.shown().size(), 1U);
  EXPECT_EQ(exhibit.tried.shown().front().c.operands.front().shape, (Shape{5, 2, 4}));
}

TEST(Remarks, SayWhatAMeanDividesBy) {
  const auto note = [](const std::string& line) {
    const auto notes = notes_on(judged(line));
    return notes.empty() ? std::string() : notes.front();
  };
  EXPECT_EQ(note("kl_div(input=f32[8,100], target=f32[8,100])"),
            "mean divides by all 800 elements, the classes too; batchmean divides by the 8 samples "
            "of the batch");
  EXPECT_EQ(note("kl_div(input=f32[8,16,100], target=f32[8,16,100], reduction=batchmean)"),
            "batchmean divides by 8, the first dimension, not by the 128 rows");
  EXPECT_EQ(note("cross_entropy(input=f32[3,2], target=i64[3]{0,-100,1})"),
            "mean divides by the 2 targets that are not ignored, not by 3");
  EXPECT_EQ(note("binary_cross_entropy_with_logits(input=f32[4,3,3,3], target=f32[4,3,3,3], "
                 "pos_weight=f32[3])"),
            "pos_weight [3] goes along the last dimension of input; for the classes in dimension 1 "
            "give it the shape [3, 1, 1]");
  EXPECT_EQ(note("mse_loss(input=f32[2], target=f32[2])"), "");
}

}  // namespace
}  // namespace shapefuzz
