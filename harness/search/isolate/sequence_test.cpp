// SPDX-License-Identifier: BSD-3-Clause
// A process that dies of several cases, and of none alone.
#include "harness/search/isolate/sequence.h"

#include <gtest/gtest.h>

#include "harness/testing/planted.h"

namespace shapefuzz {
namespace {

class Sequence : public ::testing::Test {
 protected:
  std::optional<SequenceDeath> judge(const std::vector<int>& sizes) {
    std::vector<Step> steps;
    for (const int size : sizes) {
      const std::string text = loss.spec.name + "(input=f64[" + std::to_string(size) +
                               "], target=f64[" + std::to_string(size) + "])";
      steps.push_back({&loss, parse_case(text, {&loss.spec})});
    }
    return judge_in_sequence(steps, {Policy::kExpand, MemoryMode::kOff}, 5);
  }

  Loss loss = damaging_loss();
};

TEST_F(Sequence, FindsWhatOnlyACaseBeforeExplains) {
  const auto death = judge({1, 4, 3, 5, 2});
  ASSERT_TRUE(death.has_value());
  EXPECT_EQ(death->judgement.verdict, Verdict::kCrash);
  EXPECT_EQ(death->steps.back().c.operands[0].shape, Shape({2}));
  EXPECT_EQ(death->steps.size(), 4U) << "the last four are enough, the last two are not";
}

TEST_F(Sequence, BlamesTheCaseAtWhichItDies) {
  const auto death = judge({3, 2, 1});
  ASSERT_TRUE(death.has_value());
  EXPECT_EQ(death->steps.size(), 2U);
  EXPECT_EQ(death->steps.back().c.operands[0].shape, Shape({2}));
}

TEST_F(Sequence, IsSilentWhereNothingDies) { EXPECT_FALSE(judge({2, 1, 2, 3}).has_value()); }

}  // namespace
}  // namespace shapefuzz
