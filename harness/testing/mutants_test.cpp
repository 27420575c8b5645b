// SPDX-License-Identifier: BSD-3-Clause
// Every faulty loss is caught, with the verdict that it deserves.
#include "harness/testing/mutants.h"

#include <gtest/gtest.h>

#include "harness/oracle/judge/judge.h"
#include "harness/search/sweep/plan.h"

namespace shapefuzz {
namespace {

class Mutants : public ::testing::TestWithParam<Mutant> {};

TEST_P(Mutants, AreCaughtWithTheRightVerdict) {
  const Mutant& mutant = GetParam();
  const Judgement judgement =
      Judge().judge(mutant.loss, parse_case(mutant.example, {&mutant.loss.spec}));
  EXPECT_EQ(to_string(judgement.verdict), mutant.verdict) << judgement.detail;
}

TEST_P(Mutants, AreCaughtBySweepingThem) {
  const Mutant& mutant = GetParam();
  const Variation variation = variations_of(mutant.loss, {"functional"}).front();
  Judge oracle;
  bool caught = false;
  for (const Shape& output : all_shapes(2, 3)) {
    for (const Shape& other : all_shapes(2, 3)) {
      for (const Way& way : variation.ways) {
        const Case c = variation.make_case(output, other, way, 0);
        caught = caught || to_string(oracle.judge(mutant.loss, c).verdict) == mutant.verdict;
      }
    }
  }
  EXPECT_TRUE(caught);
}

INSTANTIATE_TEST_SUITE_P(All, Mutants, ::testing::ValuesIn(all_mutants()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace shapefuzz
