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

}  // namespace
}  // namespace shapefuzz
