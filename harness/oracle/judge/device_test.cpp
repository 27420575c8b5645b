// SPDX-License-Identifier: BSD-3-Clause
#include "harness/oracle/judge/device.h"

#include <gtest/gtest.h>

#include "harness/losses/registry/registry.h"
#include "harness/oracle/causes/cause.h"
#include "harness/oracle/judge/judge.h"
#include "harness/testing/mutants.h"

namespace shapefuzz {
namespace {

Judgement on_meta(const std::string& line) {
  const Case c = parse_case(line, all_specs());
  return judge_on_device(*find_loss(c.loss), c, Device::kMeta, known_causes(Device::kMeta));
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
  const Judgement judgement = judge_on_device(loss, c, Device::kMeta, known_causes(Device::kMeta));
  EXPECT_EQ(judgement.verdict, Verdict::kEntryDisagreement) << judgement.detail;
  EXPECT_NE(judgement.detail.find("the CPU refuses it"), std::string::npos);
}

TEST(Meta, IsCaughtWithAnotherShape) {
  const Loss loss = loss_of_another_shape_on_meta();
  const Case c = parse_case(loss.spec.name + "(input=f64[3], target=f64[3])", {&loss.spec});
  const Judgement judgement = judge_on_device(loss, c, Device::kMeta, known_causes(Device::kMeta));
  EXPECT_EQ(judgement.verdict, Verdict::kWrongShape);
  EXPECT_EQ(judgement.detail, "the result has shape [1], on the CPU []");
}

// The CPU by another name, as long as it lives.
class Fake {
 public:
  explicit Fake(FakeCuda fake = {}) { use_fake_cuda(std::move(fake)); }
  ~Fake() { use_fake_cuda(std::nullopt); }
  Fake(const Fake&) = delete;
  Fake& operator=(const Fake&) = delete;
};

Judgement on_cuda(const std::string& line) {
  const Case c = parse_case(line, all_specs());
  Judging judging(Policy::kExpand, MemoryMode::kOff, Device::kCuda);
  return Judge(judging).judge(*find_loss(c.loss), c);
}

TEST(Cuda, AgreesWithTheCpuThatItIs) {
  const Fake fake;
  EXPECT_EQ(why_no_device(Device::kCuda), "");
  const std::vector<std::string> lines = {
      "mse_loss(input=f64[4,1], target=f64[4])",
      "mse_loss(input=f64[4], target=f64[4]~expanded)",
      "nll_loss(input=f64[2,3]~transposed, target=i64[2]~strided, weight=f64[3])",
      "mse_loss(input=f64[4,3], target=f64[2])",
      "nll_loss@op(input=f64[2], target=i64[]{-100})",
      "adaptive_log_softmax_with_loss(input=f64[3,2], target=i64[3], in_features=2, n_classes=4)"};
  for (const std::string& line : lines) {
    const Judgement judgement = on_cuda(line);
    EXPECT_EQ(judgement.verdict, Verdict::kPass) << line << ": " << judgement.detail;
    EXPECT_EQ(judgement.device, "cuda");
  }
}

TEST(Cuda, IsWrongWhereTheFormulaAgreesWithTheCpu) {
  const Fake fake({nullptr, [](const Case&) { return 1.5; }});
  const Judgement known = on_cuda("mse_loss(input=f64[4], target=f64[4])");
  EXPECT_EQ(known.verdict, Verdict::kWrongValue);
  EXPECT_NE(known.detail.find("on CUDA the result is"), std::string::npos) << known.detail;
  EXPECT_NE(known.detail.find("the documented formula agrees with the CPU"), std::string::npos);
  // No formula has a meaning for shapes that do not fit.
  const Judgement unknown = on_cuda("mse_loss(input=f64[4,1], target=f64[4])");
  EXPECT_EQ(unknown.verdict, Verdict::kEntryDisagreement) << unknown.detail;
}

TEST(Cuda, IsNoFindingWhereTheCpuContradictsTheFormula) {
  // The CPU's kl_div has a nan where the input is -inf and the target 0; a device that had none
  // would be right. Here both have it, and the sweep of the CPU tells of it.
  const Fake fake;
  EXPECT_FALSE(is_finding(on_cuda("kl_div(input=f64[2]{-inf,-1}, target=f64[2]{0,0.5})").verdict));
}

TEST(Cuda, IsLostByAnErrorThatOutlivesTheCase) {
  const Fake fake({[](const Case& c) { return c.operands[0].shape.rank() == 2; }, nullptr});
  const Judgement lost = on_cuda("mse_loss(input=f64[4,2], target=f64[4,2])");
  EXPECT_EQ(lost.verdict, Verdict::kCrash);
  EXPECT_EQ(lost.outcome, Outcome::kCrashed);
  EXPECT_EQ(lost.message, "CUDA error: a planted assert");
  EXPECT_EQ(on_cuda("mse_loss(input=f64[4], target=f64[4])").verdict, Verdict::kPass);
}

TEST(Cuda, IsNotAskedWhereTheCpuRefusesValues) {
  int asked = 0;
  const Fake fake({[&](const Case&) { return ++asked, false; }, nullptr});
  EXPECT_EQ(on_cuda("nll_loss(input=f64[2,3], target=i64[2]{0,7})").verdict, Verdict::kNotJudged);
  EXPECT_EQ(asked, 0);
}

TEST(Cuda, JudgesOnARealDevice) {
  if (!why_no_device(Device::kCuda).empty()) GTEST_SKIP() << "skipped: no CUDA device";
  EXPECT_EQ(on_cuda("mse_loss(input=f64[4], target=f64[4])").verdict, Verdict::kPass);
}

}  // namespace
}  // namespace shapefuzz
