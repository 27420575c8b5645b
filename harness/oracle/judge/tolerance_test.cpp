// SPDX-License-Identifier: BSD-3-Clause
// The tolerance has two ends: it must not find what is only rounding, and it must not forgive a
// wrong divisor on two elements. The first is shown by the property suites, whose nightly profile
// judges over ten million cases; the second here, for every dtype.
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <cmath>
#include <optional>
#include <tuple>

#include "harness/language/case/zone.h"
#include "harness/losses/registry/registry.h"
#include "harness/oracle/judge/judge.h"
#include "harness/oracle/judge/tolerance.h"
#include "harness/testing/mutants.h"

namespace shapefuzz {
namespace {

Mutant wrong_divisor() {
  for (const Mutant& mutant : all_mutants()) {
    if (mutant.name == "wrong_sum_over_two") return mutant;
  }
  throw std::logic_error("no such mutant");
}

class Tolerance : public ::testing::TestWithParam<std::string> {};

TEST_P(Tolerance, CatchesAWrongDivisorOnTwoElements) {
  const Mutant mutant = wrong_divisor();
  const Loss healthy = healthy_loss();
  Judge judge;
  int caught = 0;
  int judged = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const std::string arguments =
        "(input=" + GetParam() + "[2], target=" + GetParam() + "[2])#" + std::to_string(seed);
    const Case right = parse_case("healthy" + arguments, {&healthy.spec});
    const Judgement judgement = judge.judge(healthy, right);
    ASSERT_EQ(to_string(judgement.verdict), "pass") << to_string(right) << judgement.detail;
    const Case wrong = parse_case(mutant.loss.spec.name + arguments, {&mutant.loss.spec});
    ++judged;
    if (judge.judge(mutant.loss, wrong).verdict != Verdict::kPass) ++caught;
  }
  // A loss that is nearly 0 has nearly the same double: one in a hundred may be.
  EXPECT_GE(caught, judged * 99 / 100);
}

INSTANTIATE_TEST_SUITE_P(Of, Tolerance, ::testing::Values("f64", "f32", "f16", "bf16"),
                         [](const auto& info) { return info.param; });

// A valid case of the loss whose result has two elements before the mean is taken.
std::optional<Case> case_of_two(const Loss& loss) {
  for (const Alternative& alternative : loss.spec.contract.alternatives) {
    for (const Shape& pack : {Shape{}, Shape{2}}) {
      Case c;
      c.loss = loss.spec.name;
      c.entry = loss.spec.entries.front();
      c.options = loss.sweep_options;
      Bindings bindings(loss.spec.contract, to_call(c, loss.spec).options);
      for (std::size_t name = 0; name < alternative.names.size(); ++name) {
        if (bindings.sizes[name] != kUnbound) continue;
        bindings.sizes[name] = 2;
        bindings.packs[name] = pack;
      }
      for (const OperandPattern& operand : alternative.operands) {
        if (operand.optional) continue;
        c.operands.emplace_back();
        c.operands.back().name = operand.name;
        c.operands.back().dtype = default_dtype(operand.kind);
        c.operands.back().shape = instantiate(operand.pattern, bindings);
      }
      Reading reading;
      const bool valid = zone_of(c, loss.spec, &reading) == Zone::kValid;
      if (valid && reading.result.elements() == 2) return c;
    }
  }
  return std::nullopt;
}

// Some losses accept bf16 and refuse its backward; their values can be judged all the same.
bool is_wrong_value(const Judgement& judgement) {
  return judgement.verdict == Verdict::kWrongValue || judgement.verdict == Verdict::kWrongReduction;
}

struct Caught {
  int judged = 0;
  int caught = 0;
};

// How often the loss with a doubled mean, or else with a doubled gradient, is found out.
Caught count_caught(const Loss& loss, Case c, bool value) {
  const Loss mutant = value ? with_doubled_mean(loss) : with_doubled_gradient(loss);
  Judge judge;
  Caught count;
  for (c.seed = 0; c.seed < 200; ++c.seed) {
    const Judgement healthy = judge.judge(loss, c);
    if (healthy.outcome != Outcome::kAccepted) continue;
    if (value ? is_wrong_value(healthy) : healthy.verdict != Verdict::kPass) continue;
    // A mean or a gradient near 0 has nearly the same double; a digest is not far from a norm.
    const double size = std::abs(value ? *healthy.digest : *healthy.gradient_digest);
    if (!std::isfinite(size) || size < (value ? 0.5 : 0.1)) continue;
    ++count.judged;
    const Judgement wrong = judge.judge(mutant, c);
    if (value ? is_wrong_value(wrong) : wrong.verdict == Verdict::kWrongGradient) ++count.caught;
  }
  return count;
}

using LossAndDType = std::tuple<const Loss*, DType>;

class EveryTolerance : public ::testing::TestWithParam<LossAndDType> {};

TEST_P(EveryTolerance, CatchesAWrongDivisorOnTwoElements) {
  const auto& [loss, dtype] = GetParam();
  std::optional<Case> c = case_of_two(*loss);
  ASSERT_TRUE(c.has_value());
  for (Operand& operand : c->operands) {
    if (number_class(operand.dtype) == NumberClass::kFloating) operand.dtype = dtype;
  }
  // The adaptive softmax's mean is a plain number; ctc_loss has a wrong gradient by itself
  // (docs/findings.md). Few kernels have bf16.
  const bool has_gradient = loss->detached_reductions.empty() && loss->spec.name != "ctc_loss";
  for (const bool value : {true, false}) {
    const Caught count = count_caught(*loss, *c, value);
    const std::string what = value ? "values" : "gradients";
    RecordProperty(what, fmt::format("{} of {}", count.caught, count.judged));
    const int least = dtype != DType::kBF16 && (value || has_gradient) ? 11 : 0;
    EXPECT_GE(count.judged, least) << what;
    EXPECT_GE(count.caught, count.judged * 9 / 10) << what << " of " << count.judged;
  }
}

std::vector<LossAndDType> losses_and_dtypes() {
  std::vector<LossAndDType> all;
  for (const Loss& loss : all_losses()) {
    for (const DType dtype : {DType::kF64, DType::kF32, DType::kBF16})
      all.emplace_back(&loss, dtype);
  }
  return all;
}

INSTANTIATE_TEST_SUITE_P(Of, EveryTolerance, ::testing::ValuesIn(losses_and_dtypes()),
                         [](const auto& info) {
                           return std::get<0>(info.param)->spec.name + "_" +
                                  std::string(to_string(std::get<1>(info.param)));
                         });

Judgement judge(const Loss& loss, const std::string& line) {
  return Judge().judge(loss, parse_case(line, {&loss.spec}));
}

Judgement judge(const std::string& line) {
  const Case c = parse_case(line, all_specs());
  return Judge().judge(*find_loss(c.loss), c);
}

// In bf16 each of the losses 4, 0 and 0 may be off by 0.34, their mean by 0.17: it is off by 0.2
// because they are, not because it is another mean.
TEST(Rounding, DoesNotBlameTheReductionForWhatTheLossesAreOffBy) {
  const Loss loss = with_less(*find_loss("l1_loss"));
  const std::string line = "l1_loss(input=bf16[3]{2,0,0}, target=bf16[3]{-2,0,0}";
  EXPECT_EQ(to_string(judge(loss, line + ", reduction=none)").verdict), "pass");
  EXPECT_EQ(to_string(judge(loss, line + ")").verdict), "wrong_value");
}

// exp(100) is beyond f32, which is what a whole number is converted to.
TEST(Rounding, LetsAWholeNumberOverflowAsTheDefaultDtype) {
  const Judgement judgement = judge("poisson_nll_loss(input=i64[]{100}, target=f64[])");
  EXPECT_EQ(to_string(judgement.verdict), "pass") << judgement.detail;
}

// 0 times an infinite weight, and the difference of two infinite norms.
TEST(Rounding, TakesNoReferenceFromAFormulaThatSaysNothing) {
  const Judgement judgement =
      judge("multi_margin_loss@op(input=f64[1], target=i64[], weight=f64[1]{inf})");
  EXPECT_EQ(to_string(judgement.verdict), "pass") << judgement.detail;
}

// What may be an index is none where it holds fractions: 100 is a probability here, and scales.
TEST(Rounding, OfAnOperandThatIsNoIndexCountsWhateverElseItMayBe) {
  const Loss& loss = *find_loss("cross_entropy");
  const Tensors fractions = {at::zeros({1, 2}), at::full({1, 2}, 100.0)};
  const Tensors classes = {at::zeros({1, 2}), at::full({1}, 100, at::kLong)};
  EXPECT_EQ(scale_of_operands(loss, fractions), 25);
  EXPECT_EQ(scale_of_operands(loss, classes), 1);
}

// 100 and 1 - 100 times the same logarithm: what is left of them is a rounding of 69 in bf16.
TEST(Rounding, OfAWholeNumberIsAsLargeAsThatOfAnother) {
  const Judgement judgement = judge(
      "multilabel_soft_margin_loss(input=bf16[1,1]{0}, target=i32[]{100}, weight=i32[3]~strided, "
      "reduction=sum)#37");
  EXPECT_NE(judgement.cause, "") << judgement.detail;
}

// The last sigmoid is its target up to a rounding of bf16, and an infinite weight makes either
// infinity of that.
TEST(Rounding, HasNoSignBeforeAnInfiniteWeight) {
  const Judgement judgement = judge(
      "binary_cross_entropy_with_logits(input=f64[15], target=bf16[15], weight=f64[]{inf}, "
      "pos_weight=f64[])#2");
  EXPECT_EQ(to_string(judgement.verdict), "pass") << judgement.detail;
}

// The input, which has no dimension, is rounded to f16 and is then the target; expanded it stays
// f64, and is not.
TEST(Rounding, LeavesAKinkToRounding) {
  const Judgement judgement =
      judge("l1_loss@op(input=f64[]{1.8972688292361304}, target=f16[1,2]{0,1.8972688292361304})");
  EXPECT_EQ(to_string(judgement.verdict), "silent_broadcast") << judgement.detail;
}

// Each was a false finding of ten million cases: a tiny norm in a denominator, numbers that cancel,
// a kink that bf16 rounds over.
TEST(IllConditioned, CasesAreNoMiscalculations) {
  for (const char* line :
       {"cosine_embedding_loss(input1=f64[2,1], input2=f64[2,1], target=f64[2])#21",
        "cosine_embedding_loss(input1=f64[1,1], input2=f64[1,1], target=f64[3], "
        "reduction=sum)#663",
        "cosine_embedding_loss(input1=f32[2,1]{0.05,-0.04}, input2=f32[2,1]{1.3,-0.03}, "
        "target=f32[2]{-1,1}, reduction=sum)",
        // Whole numbers that wrap make a cosine of 25.
        "cosine_embedding_loss(input1=u8[1,1]~expanded{100}, input2=f32[1,1], target=i64[3], "
        "reduction=none, margin=-0.5)#929",
        "triplet_margin_loss(anchor=bf16[6,2], positive=bf16[6,2], negative=bf16[6,2], margin=0, "
        "swap=true)#120"}) {
    const Judgement judgement = judge(line);
    EXPECT_NE(severity_of(judgement.verdict), Severity::kMiscalculation)
        << line << ": " << judgement.detail;
  }
}

}  // namespace
}  // namespace shapefuzz
