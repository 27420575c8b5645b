// SPDX-License-Identifier: BSD-3-Clause
#include "harness/oracle/judge/judge.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "harness/findings/files/file.h"
#include "harness/language/case/zone.h"
#include "harness/language/text/errors.h"
#include "harness/losses/registry/registry.h"
#include "harness/search/sweep/plan.h"
#include "harness/testing/mutants.h"

namespace shapefuzz {
namespace {

Judgement judge(const Loss& loss, const std::string& line, Policy policy = Policy::kExpand) {
  return Judge(policy).judge(loss, parse_case(line, {&loss.spec}));
}

Judgement judge(const std::string& line, Policy policy = Policy::kExpand) {
  const Case c = parse_case(line, all_specs());
  return Judge(policy).judge(*find_loss(c.loss), c);
}

TEST(Judge, FindsNothingInAHealthyLoss) {
  const Loss loss = healthy_loss();
  const Variation variation = variations_of(loss, {"functional"}).front();
  Judge oracle;
  for (const Shape& output : all_shapes(3, 2)) {
    for (const Shape& other : all_shapes(3, 2)) {
      for (const Way& way : variation.ways) {
        const Case c = variation.make_case(output, other, way, 0);
        const Judgement judgement = oracle.judge(loss, c);
        ASSERT_EQ(judgement.verdict, Verdict::kPass) << to_string(c) << ": " << judgement.detail;
      }
    }
  }
}

TEST(Judge, CallsTheClassicASilentBroadcast) {
  const Judgement judgement = judge("mse_loss(input=f64[64,1], target=f64[64], reduction=none)");
  EXPECT_EQ(judgement.verdict, Verdict::kSilentBroadcast);
  EXPECT_EQ(judgement.zone, Zone::kIncompatible);
  EXPECT_EQ(judgement.result_shape, (Shape{64, 64}));
  EXPECT_EQ(judgement.mistake.kind, Mistake::kForgotUnsqueeze);
  EXPECT_TRUE(judgement.warned);
}

TEST(Judge, PoliciesForgiveMoreOrLess) {
  const std::string classic = "mse_loss(input=f64[64,1], target=f64[64])";
  const std::string expandable = "mse_loss(input=f64[64,2], target=f64[1])";
  EXPECT_EQ(judge(classic, Policy::kBroadcast).verdict, Verdict::kPass);
  EXPECT_EQ(judge(classic, Policy::kStrict).verdict, Verdict::kSilentBroadcast);
  EXPECT_EQ(judge(expandable, Policy::kExpand).verdict, Verdict::kPass);
  EXPECT_EQ(judge(expandable, Policy::kStrict).verdict, Verdict::kSilentBroadcast);
}

// A mean has the shape of every mean. The unreduced loss of the same call does not.
TEST(Judge, LooksBehindAReductionForTheShape) {
  for (const char* reduction : {"none", "mean", "sum"}) {
    const Judgement judgement = judge(
        td_loss(), std::string("td_loss(q=f64[4,1], reward=f64[4], next_q=f64[4,1], reduction=") +
                       reduction + ")");
    EXPECT_EQ(judgement.zone, Zone::kValid);
    EXPECT_EQ(to_string(judgement.verdict), "wrong_shape") << reduction;
    EXPECT_EQ(judgement.detail,
              "for q [4,1], reward [4] and next_q [4,1] the unreduced loss is [4,4], where the "
              "contract says [4,1]");
    EXPECT_EQ(judgement.basis.reference, Basis::Reference::kContract);
  }
}

// The call that the author meant: what it gives cannot be held against what the loss makes of the
// demanded shapes, which is wrong.
TEST(Judge, TakesNoReferenceThatContradictsTheContract) {
  for (const char* reduction : {"none", "mean", "sum"}) {
    const Judgement judgement = judge(
        td_loss(), std::string("td_loss(q=f64[4,1], reward=f64[4,1], next_q=f64[4,1], reduction=") +
                       reduction + ")");
    EXPECT_EQ(to_string(judgement.verdict), "silent_broadcast") << reduction << judgement.detail;
    EXPECT_EQ(judgement.detail.find("for q [4,1], reward [4] and next_q [4,1] the unreduced loss "
                                    "is [4,4], where the contract says [4,1]"),
              0U)
        << judgement.detail;
  }
  const Judgement wrong =
      judge(td_loss(), "td_loss(q=f64[4,1], reward=f64[1,4], next_q=f64[4,1], reduction=mean)");
  EXPECT_EQ(to_string(wrong.verdict), "wrong_shape") << wrong.detail;
}

// With a formula there is somebody else to ask.
TEST(Judge, AsksTheFormulaWhereTheExpandedCallIsNoReference) {
  Loss loss = td_loss();
  loss.gold = [](const GoldCall& call) {
    GoldLoss result;
    for (std::size_t i = 0; i < call[0].size(); ++i) {
      const double gap = call[1][i] + 0.9 * call[2][i] - call[0][i];
      result.losses.push_back(gap * gap);
    }
    return result;
  };
  const std::string right = "td_loss(q=f64[4,1], reward=f64[4,1], next_q=f64[4,1])";
  EXPECT_EQ(to_string(judge(loss, right).verdict), "silent_broadcast");
  EXPECT_EQ(judge(loss, right).basis.reference, Basis::Reference::kFormula);
}

TEST(Judge, DoesNotDependOnTheOrderOfAlternatives) {
  for (const bool per_number_first : {false, true}) {
    for (const char* reduction : {"none", "mean"}) {
      const Judgement judgement = judge(
          gaussian_loss(per_number_first),
          std::string("gaussian_loss(input=f64[3,3], target=f64[3,1], var=f64[3], reduction=") +
              reduction + ")");
      EXPECT_EQ(judgement.zone, Zone::kExpandable);
      EXPECT_EQ(to_string(judgement.verdict), "pass") << per_number_first << judgement.detail;
    }
  }
}

// By columns or by rows, the call changes as many operands; the loss may mean either.
TEST(Judge, TakesWhateverMeaningTheCallHas) {
  const Judgement judgement =
      judge(loss_weighted_by_rows(),
            "rows_loss(input=f64[3,3], target=f64[3], scale=f64[3], reduction=none)");
  EXPECT_EQ(judgement.zone, Zone::kExpandable);
  EXPECT_EQ(to_string(judgement.verdict), "pass") << judgement.detail;
  EXPECT_EQ(judgement.basis.reading, 1U);
}

// Nothing was broadcast where a value or an option alone is wrong.
TEST(Judge, CallsAnIllegalValueWhatItIs) {
  for (const char* line :
       {"cosine_embedding_loss(input1=f32[3,4], input2=f32[3,4], target=f32[3]{0.5,1,-1})",
        "poisson_nll_loss(input=f32[2]{-1,2}, target=f32[2], log_input=false)",
        "nll_loss(input=f32[3,5], target=i64[3]{1,0,4}, weight=f32[5]{0.9,1,0.8,-0.7,-0.7})",
        "cross_entropy(input=f64[2,3], target=f64[2,3], label_smoothing=-0.25)",
        "hinge_embedding_loss(input=f64[2,3], target=f64[1]{0})"}) {
    const Judgement judgement = judge(line);
    EXPECT_EQ(judgement.zone, Zone::kIncompatible) << line;
    EXPECT_EQ(to_string(judgement.verdict), "illegal_value_accepted") << line << judgement.detail;
    EXPECT_EQ(to_string(judge(line, Policy::kBroadcast).verdict), "pass") << line;
  }
  const std::string both = "hinge_embedding_loss(input=f64[2,1], target=f64[2]{0,1})";
  EXPECT_EQ(to_string(judge(both).verdict), "silent_broadcast") << "the shapes are wrong too";
}

TEST(Judge, SaysWhatAOneHotTargetOfMultilabelMarginLossNames) {
  const Judgement judgement =
      judge("multilabel_margin_loss(input=f32[1,4]{0.1,0.2,0.4,0.8}, target=i64[1,4]{1,0,0,1})");
  EXPECT_EQ(to_string(judgement.verdict), "illegal_value_accepted") << judgement.detail;
  EXPECT_EQ(judgement.detail.find("target holds the classes 0 and 1 more than once in a row"), 0U)
      << judgement.detail;
  EXPECT_NE(judgement.detail.find("multilabel_soft_margin_loss"), std::string::npos);
}

// LibTorch's rules for dtypes are no miscalculation, but nobody means them.
TEST(Judge, CallsArithmeticOfWholeNumbersAHazard) {
  for (const char* line :
       {"l1_loss(input=u8[3], target=u8[3], reduction=none)",
        "triplet_margin_loss(anchor=u8[2], positive=u8[2], negative=u8[2])",
        "margin_ranking_loss(input1=f64[], input2=f64[], target=u8[])",
        "binary_cross_entropy_with_logits(input=f64[], target=f64[], pos_weight=u8[])",
        "hinge_embedding_loss(input=u8[4], target=f64[4], reduction=none, margin=0.5)"}) {
    const Judgement judgement = judge(line);
    EXPECT_EQ(to_string(judgement.verdict), "illegal_value_accepted") << line << judgement.detail;
    EXPECT_NE(judgement.detail.find(
                  "computed in uint8, which wraps around and has no fractions; convert "),
              std::string::npos)
        << judgement.detail;
  }
  const std::string gradient = "soft_margin_loss(input=f64[4], target=u8[4])";
  EXPECT_EQ(to_string(judge(gradient).verdict), "wrong_gradient") << "it contradicts the value";
}

// Wrong in its values and computed in whole numbers, the case is still no miscalculation.
TEST(Judge, CallsAnIllegalWholeNumberAHazardToo) {
  const Judgement judgement = judge("poisson_nll_loss(input=u8[2], target=i64[]{-1})");
  EXPECT_EQ(to_string(judgement.verdict), "illegal_value_accepted") << judgement.detail;
}

// What is wrong with whole numbers and without them is no matter of dtypes.
TEST(Judge, StillCallsABugOfWholeNumbersABug) {
  Loss loss = healthy_loss();
  loss.gold = find_loss("l1_loss")->gold;  // of a squared error, which is wrong in every dtype
  EXPECT_EQ(
      to_string(
          judge(loss, "healthy(input=i64[2]{1,3}, target=i64[2]{0,0}, reduction=none)").verdict),
      "wrong_value");
}

TEST(Judge, KnowsTheTargetWithoutDimensionsOfMultiMarginLoss) {
  for (const char* line : {"multi_margin_loss(input=f64[1,2], target=i64[], reduction=none)",
                           "multi_margin_loss(input=f64[2], target=i64[], reduction=none)"}) {
    EXPECT_EQ(judge(line).zone, Zone::kValid) << line;
    EXPECT_EQ(to_string(judge(line).verdict), "pass") << line << judge(line).detail;
  }
}

TEST(Judge, LetsCrossEntropyWithoutClassesBeNoNumber) {
  for (const char* line : {"cross_entropy(input=f64[0], target=f64[0])",
                           "cross_entropy(input=f64[2,0], target=f64[2,0])",
                           "cross_entropy(input=f64[2,0,0,2], target=i64[2,0,2], reduction=sum, "
                           "label_smoothing=0.25)"}) {
    EXPECT_EQ(to_string(judge(line).verdict), "pass") << line << judge(line).detail;
  }
}

// The formula's fault is not the loss's.
TEST(Judge, BlamesNoLossForItsFormula) {
  Loss loss = healthy_loss();
  loss.gold = [](const GoldCall& call) {
    GoldLoss result;
    for (std::size_t i = 0; i < call[0].size(); ++i) {
      const double gap = call[0][i] - call[1][i + 1];
      result.losses.push_back(gap * gap);
    }
    return result;
  };
  const Judgement judgement = judge(loss, "healthy(input=f64[4], target=f64[4])");
  EXPECT_EQ(judgement.verdict, Verdict::kNotJudged);
  EXPECT_EQ(judgement.detail,
            "the formula of healthy reads element 4 of target, which has 4 elements");
  loss.gold = [](const GoldCall&) { return GoldLoss(); };
  EXPECT_EQ(judge(loss, "healthy(input=f64[4], target=f64[4])").detail,
            "the formula of healthy gives 0 losses, where the contract says [4]");
}

TEST(Judge, ComparesMeansAsDocumented) {
  // Weighted means, lengths, batchmean: a plain mean of the unreduced result would be wrong.
  for (const char* line :
       {"nll_loss(input=f64[4,3], target=i64[4], weight=f64[3])",
        "nll_loss(input=f64[4,3], target=i64[4]{0,1,1,2}, ignore_index=1)",
        "cross_entropy(input=f64[4,3,2], target=i64[4,2], weight=f64[3], label_smoothing=0.1)",
        "cross_entropy(input=f64[4,3], target=f64[4,3], weight=f64[3])",
        "ctc_loss(log_probs=f64[9,2,4], targets=i64[2,3], input_lengths=[2], target_lengths=[2])",
        "kl_div(input=f64[4,3], target=f64[4,3], reduction=batchmean)",
        "triplet_margin_loss(anchor=f64[2,3], positive=f64[2,3], negative=f64[2,3], p=inf)",
        "triplet_margin_loss(anchor=f64[2,3], positive=f64[2,3], negative=f64[2,3], p=-inf)"}) {
    const Judgement judgement = judge(line);
    EXPECT_EQ(judgement.verdict, Verdict::kPass) << line << ": " << judgement.detail;
    EXPECT_EQ(judgement.zone, Zone::kValid) << line;
  }
}

// A count may be 0, and a rate too: "eps: small value to avoid evaluation of log(0)".
TEST(Judge, TakesNoLegalBoundaryForIllegal) {
  for (const char* line : {"poisson_nll_loss(input=f64[2], target=f64[2]{0,1})",
                           "poisson_nll_loss(input=f64[2]{0,1}, target=f64[2], log_input=false)"}) {
    EXPECT_EQ(to_string(judge(line).zone), "valid") << line;
    EXPECT_EQ(to_string(judge(line).verdict), "pass") << line << ": " << judge(line).detail;
  }
}

// A loss that is refused backward for a target that needs a gradient runs in a training, where the
// target needs none.
TEST(Judge, AsksForNoGradientOfAConstant) {
  const std::string call = "binary_cross_entropy@aten(input=f32[4,1,1,1], target=";
  EXPECT_EQ(judge(call + "f32[4])").verdict, Verdict::kBackwardRejected);
  EXPECT_EQ(judge(call + "const f32[4])").verdict, Verdict::kSilentBroadcast);
}

// A vector without elements has no norm of degree -1 or infinity: 1.13 has 0, 2.14 refuses it.
TEST(Judge, TakesNoNormOfNothing) {
  for (const char* p : {"-1", "inf", "-inf", "nan"}) {
    const std::string line =
        std::string("triplet_margin_loss(anchor=f64[0], positive=f64[0], negative=f64[0], p=") + p +
        ")";
    const Judgement judgement = judge(line);
    EXPECT_EQ(judgement.zone, Zone::kIncompatible) << line;
    const bool refused = judgement.outcome == Outcome::kRejected;
    EXPECT_EQ(judgement.verdict, refused ? Verdict::kPass : Verdict::kIllegalValueAccepted) << line;
  }
}

// A NaN in gives a NaN out; a formula that makes 0 of it would call that a miscalculation.
TEST(Judge, LetsANaNThroughTheFormulas) {
  for (const char* line :
       {"hinge_embedding_loss(input=f64[2]{nan,1}, target=f64[2]{-1,-1})",
        "margin_ranking_loss(input1=f64[2]{nan,1}, input2=f64[2], target=f64[2]{1,1})",
        "triplet_margin_loss(anchor=f64[2]{nan,1}, positive=f64[2], negative=f64[2])",
        "cosine_embedding_loss(input1=f64[2]{nan,1}, input2=f64[2], target=f64[]{-1})"}) {
    EXPECT_EQ(to_string(judge(line).verdict), "pass") << line << ": " << judge(line).detail;
  }
}

// A scalar that is broadcast to no element, and one that is no number: 0 times an infinite slope is
// NaN, or 0 where nothing is added up at all.
TEST(Judge, LeavesGradientsOpenThatNoElementDecides) {
  for (const char* line :
       {"kl_div@aten(input=f64[0], target=f64[]{0})",
        "margin_ranking_loss(input1=f64[], input2=f64[]{inf}, target=f64[]{-1})",
        "triplet_margin_with_distance_loss(anchor=f64[0], positive=f64[]{inf}, negative=f64[], "
        "swap=true)"}) {
    EXPECT_EQ(to_string(judge(line).verdict), "pass") << line << ": " << judge(line).detail;
  }
}

// What no alternative describes is one hazard, whatever its sizes are.
TEST(Judge, CallsARankThatIsNotDocumentedAHazardOfEverySize) {
  for (const char* shape : {"[2,3,4]", "[1,3,4]", "[1,1,1]"}) {
    const std::string operand = std::string("=f64") + shape;
    const std::string line = "triplet_margin_loss(anchor" + operand + ", positive" + operand +
                             ", negative" + operand + ", reduction=none)";
    EXPECT_EQ(to_string(judge(line).verdict), "silent_broadcast") << line << judge(line).detail;
  }
}

// Where the formula's own number is beyond the dtype, an infinity is the right answer.
TEST(Judge, CallsAnOverflowNoMiscalculation) {
  for (const char* line :
       {"mse_loss(input=f32[2]{1e30,1}, target=f32[2])",
        "mse_loss(input=f32[2]{1e30,1}, target=f32[2], reduction=none)",
        "l1_loss(input=f16[2]{60000,-60000}, target=f16[2]{-60000,60000})",
        "l1_loss(input=f16[2]{60000,60000}, target=f16[2]{0,0})",
        "l1_loss(input=f16[2]{60000,60000}, target=f16[2]{0,0}, reduction=sum)",
        "poisson_nll_loss(input=f32[2]{100,0}, target=f32[2])",
        "hinge_embedding_loss(input=f32[2]{-3e38,3e38}, target=f32[2]{1,1})",
        "hinge_embedding_loss(input=f64[3]{100,-100,0.3}, target=f64[3]{1,1,1})",
        "cross_entropy(input=f64[1,2]{100,99.5}, target=i64[1]{0})",
        "cosine_embedding_loss(input1=f32[2]{1e30,1}, input2=f32[2], target=f32[]{1})",
        "triplet_margin_loss(anchor=f32[2]{1e30,1}, positive=f32[2], negative=f32[2])"}) {
    const Judgement judgement = judge(line);
    EXPECT_NE(severity_of(judgement.verdict), Severity::kMiscalculation)
        << line << ": " << judgement.detail;
  }
}

// LibTorch 1.13 adds 1e-12 to a sum of squares, which is 0 in half precision. Expanded to no
// element, `input2` divides 0 by that 0; as it is, the call gives what the formula gives.
TEST(Judge, BlamesNoCallForWhatIsWrongWithTheExpandedOne) {
  const std::string line =
      "cosine_embedding_loss@aten(input1=f64[0], input2=f16[], target=bool[])#839";
  EXPECT_EQ(to_string(judge(line).verdict), "pass") << line << ": " << judge(line).detail;
}

TEST(Judge, StillCallsAnInfinityWrongWhereTheFormulaHasANumber) {
  for (const char* line : {"soft_margin_loss(input=f32[2]{100,-100}, target=f32[2]{-1,1})",
                           "soft_margin_loss(input=f64[2]{1000,1}, target=f64[2]{-1,1})"}) {
    const Judgement judgement = judge(line);
    EXPECT_EQ(to_string(judgement.verdict), "wrong_value") << line << ": " << judgement.detail;
  }
}

TEST(Judge, CallsAnOptionThatLeavesNoFeatureIllegal) {
  for (const char* divisor : {"-4", "nan", "1000"}) {
    const std::string line =
        "adaptive_log_softmax_with_loss@module(input=f64[3,64], target=i64[3], in_features=64, "
        "div_value=" +
        std::string(divisor) + ")";
    EXPECT_EQ(to_string(judge(line).zone), "incompatible") << line;
    EXPECT_EQ(to_string(judge(line).verdict), "pass") << line << ": " << judge(line).detail;
  }
}

TEST(Judge, GivesTheSameJudgementInEveryLayout) {
  for (const Layout layout : all_layouts()) {
    for (const char* line : {"mse_loss(input=f64[4,3], target=f64[4,3], reduction=none)",
                             "cross_entropy(input=f64[4,3,2], target=i64[4,2])"}) {
      Case c = parse_case(line, all_specs());
      for (Operand& operand : c.operands) operand.layout = layout;
      const Judgement judgement = Judge().judge(*find_loss(c.loss), c);
      EXPECT_EQ(judgement.verdict, Verdict::kPass) << to_string(c) << ": " << judgement.detail;
    }
  }
}

TEST(Judge, PassesEveryDtypeThatNeedsNoConversion) {
  for (const char* dtype : {"f32", "f64"}) {
    const std::string line =
        std::string("mse_loss(input=") + dtype + "[4,3], target=" + dtype + "[4,3])";
    EXPECT_EQ(to_string(judge(line).verdict), "pass") << line << ": " << judge(line).detail;
    EXPECT_EQ(to_string(judge(line).zone), "valid") << line;
  }
}

TEST(Judge, LetsALossRefuseWhatWouldNeedAConversion) {
  for (const char* line :
       {"mse_loss(input=bf16[4,3], target=bf16[4,3])", "l1_loss(input=f32[4,3], target=i64[4,3])",
        "binary_cross_entropy(input=f32[4], target=f64[4])"}) {
    EXPECT_EQ(to_string(judge(line).verdict), "pass") << line << ": " << judge(line).detail;
    EXPECT_EQ(to_string(judge(line).zone), "expandable") << line;
  }
}

TEST(Judge, NamesTheSampleThatIsNotItsOwn) {
  for (const Mutant& mutant : all_mutants()) {
    const std::string detail = judge(mutant.loss, mutant.example).detail;
    if (mutant.name == "mixes_samples") {
      EXPECT_EQ(detail.find("sample 0 alone"), 0U) << detail;
    }
    if (mutant.name == "depends_on_order") {
      EXPECT_EQ(detail.find("sample 1 alone"), 0U) << detail;
    }
    if (mutant.name == "middle_sees_its_neighbours") {
      EXPECT_EQ(detail.find("sample 1 alone"), 0U) << detail;
    }
  }
}

}  // namespace
}  // namespace shapefuzz
