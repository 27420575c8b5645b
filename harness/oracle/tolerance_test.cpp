// The tolerance has two ends: it must not find what is only rounding, and it must not forgive a
// wrong divisor on two elements. The first is shown by the property suites, whose nightly profile
// judges over ten million cases; the second here, for every dtype.
#include <gtest/gtest.h>

#include "harness/oracle/judge.h"
#include "harness/oracle/mutants.h"

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

// Each was a false finding of ten million cases: a tiny norm in a denominator, numbers that cancel,
// a kink that bf16 rounds over.
TEST(IllConditioned, CasesAreNoMiscalculations) {
  for (const char* line :
       {"cosine_embedding_loss(input1=f64[2,1], input2=f64[2,1], target=f64[2])#21",
        "cosine_embedding_loss(input1=f64[1,1], input2=f64[1,1], target=f64[3], "
        "reduction=sum)#663",
        "cosine_embedding_loss(input1=f32[2,1]{0.05,-0.04}, input2=f32[2,1]{1.3,-0.03}, "
        "target=f32[2]{-1,1}, reduction=sum)",
        "triplet_margin_loss(anchor=bf16[6,2], positive=bf16[6,2], negative=bf16[6,2], margin=0, "
        "swap=true)#120"}) {
    const Case c = parse_case(line, all_specs());
    const Judgement judgement = Judge().judge(*find_loss(c.loss), c);
    EXPECT_NE(severity_of(judgement.verdict), Severity::kMiscalculation)
        << line << ": " << judgement.detail;
  }
}

}  // namespace
}  // namespace shapefuzz
