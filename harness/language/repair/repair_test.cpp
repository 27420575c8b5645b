// SPDX-License-Identifier: BSD-3-Clause
#include "harness/language/repair/repair.h"

#include <gtest/gtest.h>

#include "harness/testing/test_specs.h"

namespace shapefuzz {
namespace {

// The edits of each repair, the likeliest first.
std::vector<std::string> repairs(std::string_view line) {
  const Case c = test_case(line);
  std::vector<std::string> texts;
  for (const LossSpec* spec : test_specs()) {
    if (spec->name != c.loss) continue;
    for (const Repair& repair : repairs_of(c, *spec)) {
      std::string text;
      for (const Edit& edit : repair.edits) text += (text.empty() ? "" : " and ") + to_cpp(edit);
      texts.push_back(text);
    }
  }
  return texts;
}

std::string first(std::string_view line) {
  const auto all = repairs(line);
  return all.empty() ? "" : all.front();
}

TEST(Repair, UndoesWhatPeopleGetWrong) {
  EXPECT_EQ(first("mse_loss(input=f32[64,1], target=f32[64])"), "target.unsqueeze(-1)");
  EXPECT_EQ(first("mse_loss(input=f32[64], target=f32[64,1])"), "target.squeeze(-1)");
  EXPECT_EQ(first("mse_loss(input=f32[2,1,8,8], target=f32[2,8,8])"), "target.unsqueeze(1)");
  EXPECT_EQ(first("mse_loss(input=f32[4,3], target=f32[3,4])"), "target.transpose(0, 1)");
  EXPECT_EQ(first("mse_loss(input=f32[8,3,6,7], target=f32[8,6,7,3])"),
            "target.permute({0, 3, 1, 2})");
  EXPECT_EQ(first("mse_loss(input=f32[8,28], target=f32[8,1,4,7])"), "target.reshape({8, 28})");
  EXPECT_EQ(first("nll_loss(input=f32[4,3,5], target=i64[4,1,5])"), "target.squeeze(1)");
  EXPECT_EQ(first("nll_loss(input=f32[4,3], target=i64[4,3])"), "target.argmax(1)");
  EXPECT_EQ(first("nll_loss(input=f32[4,5,3], target=i64[4,5])"), "input.transpose(1, 2)");
  EXPECT_EQ(first("nll_loss(input=f32[4,5,3], target=i64[20])"), "input.reshape({20, 3})");
  EXPECT_EQ(first("nll_loss(input=f32[3,8,9], target=i64[8,9])"),
            "input.unsqueeze(0) and target.unsqueeze(0)");
}

TEST(Repair, NamesTheOtherOperandWhereThatIsAsLikely) {
  const auto all = repairs("mse_loss(input=f32[64,1], target=f32[64])");
  ASSERT_GE(all.size(), 2U);
  EXPECT_EQ(all[0], "target.unsqueeze(-1)");
  EXPECT_EQ(all[1], "input.squeeze(-1)");
}

TEST(Repair, MendsTwoMistakesAtOnce) {
  EXPECT_EQ(first("nll_loss(input=f32[4,3], target=f32[4,1])"),
            "target.to(torch::kLong).squeeze(-1)");
  EXPECT_EQ(first("mse_loss(input=f32[64,1], target=i64[64])"),
            "target.to(torch::kFloat).unsqueeze(-1)");
}

TEST(Repair, LeavesADeliberateBroadcastToItsWriter) {
  const auto all = repairs("mse_loss(input=f32[32,1,5], target=f32[32,5,1])");
  ASSERT_GE(all.size(), 2U);
  EXPECT_EQ(all[0], "input.expand({32, 5, 5}) and target.expand({32, 5, 5})");
  EXPECT_EQ(all[1], "target.transpose(1, 2)");
}

TEST(Repair, HasNoneForAValidCaseAndWhereNothingSimpleHelps) {
  EXPECT_TRUE(repairs("mse_loss(input=f32[4,3], target=f32[4,3])").empty());
  EXPECT_TRUE(repairs("mse_loss(input=f32[4,3], target=f32[5,3])").empty());
  // Rows of six in rows of four mix the samples.
  EXPECT_TRUE(repairs("mse_loss(input=f32[4,6], target=f32[6,2,2])").empty());
}

TEST(Repair, MovesTheListedValues) {
  const Case c = test_case("mse_loss(input=f32[2,3], target=f32[3,2]{1,2,3,4,5,6})");
  const auto all = repairs_of(c, mse_spec());
  ASSERT_FALSE(all.empty());
  EXPECT_EQ(to_string(all[0].c), "mse_loss(input=f32[2,3], target=f32[2,3]{1,3,5,2,4,6})");
  const Case one_hot = test_case("nll_loss(input=f32[2,3], target=i64[2,3]{0,0,1,1,0,0})");
  const auto labels = repairs_of(one_hot, nll_spec());
  ASSERT_FALSE(labels.empty());
  EXPECT_EQ(to_string(labels[0].c), "nll_loss(input=f32[2,3], target=i64[2]{2,0})");
}

TEST(Repair, IsSpelledInBothLanguages) {
  const Edit edit = {"target", {{Method::kTo, {}, DType::kI64}, {Method::kPermute, {1, 0}}}};
  EXPECT_EQ(to_cpp(edit), "target.to(torch::kLong).permute({1, 0})");
  EXPECT_EQ(to_python(edit), "target.long().permute(1, 0)");
  const Edit scalar = {"target", {{Method::kReshape, {}}}};
  EXPECT_EQ(to_cpp(scalar), "target.reshape({})");
  EXPECT_EQ(to_python(scalar), "target.reshape(())");
}

TEST(Repair, SaysWhatItPutsRight) {
  const Case c = test_case("nll_loss(input=f32[4,3], target=f32[4,1])");
  const auto mistakes = mistakes_undone(c, nll_spec(), repairs_of(c, nll_spec()).at(0));
  ASSERT_EQ(mistakes.size(), 2U);
  EXPECT_EQ(to_string(mistakes[0]), "target:forgot_squeeze");
  EXPECT_EQ(to_string(mistakes[1]), "target:other_dtype");
}

}  // namespace
}  // namespace shapefuzz
