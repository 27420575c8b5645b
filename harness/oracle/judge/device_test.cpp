// SPDX-License-Identifier: BSD-3-Clause
#include "harness/oracle/judge/device.h"

#include <gtest/gtest.h>

#include "harness/losses/registry/registry.h"
#include "harness/testing/mutants.h"

namespace shapefuzz {
namespace {

Judgement on_meta(const std::string& line) {
  const Case c = parse_case(line, all_specs());
  return judge_on_device(*find_loss(c.loss), c, Device::kMeta);
}

TEST(Meta, AgreesWithTheCpuOnAcceptedAndRefusedShapes) {
  const Judgement accepted = on_meta("mse_loss(input=f64[4,1], target=f64[4], reduction=none)");
  EXPECT_EQ(accepted.verdict, Verdict::kPass) << accepted.detail;
  EXPECT_EQ(accepted.outcome, Outcome::kAccepted);
  EXPECT_EQ(accepted.result_shape, (Shape{4, 4}));
  EXPECT_EQ(accepted.device, "meta");
  const Judgement refused = on_meta("mse_loss(input=f64[4,3], target=f64[2])");
  EXPECT_EQ(refused.verdict, Verdict::kPass) << refused.detail;
  EXPECT_EQ(refused.outcome, Outcome::kRejected);
}

TEST(Meta, IsNotJudgedWithoutAKernel) {
  const Judgement judgement = on_meta("multilabel_margin_loss(input=f64[2,3], target=i64[2,3])");
  EXPECT_EQ(judgement.verdict, Verdict::kNotJudged) << judgement.detail;
  EXPECT_FALSE(is_finding(judgement.verdict));
}

TEST(Meta, IsNotJudgedByRefusalsOfTheCpuThatAreAboutValues) {
  const Judgement judgement = on_meta("nll_loss(input=f64[2,3], target=i64[2]{0,7})");
  EXPECT_EQ(judgement.verdict, Verdict::kNotJudged) << judgement.detail;
}

TEST(Meta, DisagreesWhereOnlyOneOfThemRefuses) {
  const Loss loss = loss_that_meta_does_not_check();
  const Case c = parse_case(loss.spec.name + "(input=f64[3,1], target=f64[3])", {&loss.spec});
  const Judgement judgement = judge_on_device(loss, c, Device::kMeta);
  EXPECT_EQ(judgement.verdict, Verdict::kEntryDisagreement) << judgement.detail;
  EXPECT_NE(judgement.detail.find("the CPU refuses it"), std::string::npos);
}

TEST(Meta, IsCaughtWithAnotherShape) {
  const Loss loss = loss_of_another_shape_on_meta();
  const Case c = parse_case(loss.spec.name + "(input=f64[3], target=f64[3])", {&loss.spec});
  const Judgement judgement = judge_on_device(loss, c, Device::kMeta);
  EXPECT_EQ(judgement.verdict, Verdict::kWrongShape);
  EXPECT_EQ(judgement.detail, "the result has shape [1], on the CPU []");
}

}  // namespace
}  // namespace shapefuzz
