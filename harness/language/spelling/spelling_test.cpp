// SPDX-License-Identifier: BSD-3-Clause
#include "harness/language/spelling/spelling.h"

#include <gtest/gtest.h>

#include "harness/language/case/nickname.h"
#include "harness/language/spelling/tensor_text.h"
#include "harness/language/text/parse_error.h"
#include "harness/testing/test_specs.h"

namespace shapefuzz {
namespace {

std::string read(std::string_view text) {
  return to_string(test_case(translated(text, test_specs())));
}

void expect_unreadable(std::string_view text, std::string_view expected) {
  try {
    translated(text, test_specs());
    ADD_FAILURE() << "this is read: " << text;
  } catch (const ParseError& error) {
    EXPECT_NE(std::string(error.what()).find(expected), std::string::npos) << error.what();
  }
}

TEST(Spelling, KnowsTheNamesThatPeopleType) {
  const std::string module = "mse_loss@module(input=f32[64,1], target=f32[64])";
  for (const char* name : {"MSELoss", "nn.MSELoss", "torch.nn.MSELoss", "torch::nn::MSELoss"}) {
    EXPECT_EQ(read(std::string(name) + "(input=float32[64,1], target=torch.float[64])"), module);
  }
  const std::string functional = "mse_loss(input=f32[64,1], target=f32[64])";
  for (const char* name : {"F.mse_loss", "torch.nn.functional.mse_loss", "F::mse_loss",
                           "torch::nn::functional::mse_loss", "mse_loss"}) {
    EXPECT_EQ(read(std::string(name) + "(f32[64,1], f32[64])"), functional);
  }
  EXPECT_EQ(read("at::mse_loss(f32[2], f32[2])"), "mse_loss@aten(input=f32[2], target=f32[2])");
}

TEST(Spelling, KnowsTheDtypesThatPeopleType) {
  for (const char* dtype : {"float64", "double", "torch.float64", "torch::kDouble", "f64"}) {
    EXPECT_EQ(read(std::string("mse_loss(input=") + dtype + "[2], target=f32[2])"),
              "mse_loss(input=f64[2], target=f32[2])");
  }
  for (const char* dtype : {"long", "int64", "torch.long", "torch::kInt64", "LongTensor"}) {
    EXPECT_EQ(read(std::string("nll_loss(input=f32[2,3], target=") + dtype + "[2])"),
              "nll_loss(input=f32[2,3], target=i64[2])");
  }
}

TEST(Spelling, ReadsPastedPython) {
  EXPECT_EQ(read("loss = F.nll_loss(torch.randn(3, 5, requires_grad=True), "
                 "torch.randint(0, 5, (3,)), reduction='sum')"),
            "nll_loss(input=f32[3,5], target=i64[3], reduction=sum)");
  EXPECT_EQ(read("nn.NLLLoss(ignore_index=-1)(torch.randn(3, 5), torch.tensor([1, 0, 4]))"),
            "nll_loss(input=f32[3,5], target=i64[3]{1,0,4}, ignore_index=-1)");
  EXPECT_EQ(read("F.mse_loss(torch.rand((4, 1)).squeeze(1), torch.zeros(4).double())"),
            "mse_loss(input=f32[4], target=f64[4])");
  EXPECT_EQ(read("nn.MSELoss()(nn.Sigmoid()(torch.randn(4, 6).view(-1, 3)), "
                 "torch.empty(8, 3).random_(2)).backward()"),
            "mse_loss@module(input=f32[8,3], target=f32[8,3])");
}

TEST(Spelling, KnowsTheDtypesOfFactories) {
  EXPECT_EQ(read("mse_loss(torch.full((2,), 50), torch.full((2,), 0.5))"),
            "mse_loss(input=i64[2]{50,50}, target=f32[2])");
  EXPECT_EQ(read("mse_loss(torch.arange(3), torch.randn(3, 4).mean(1))"),
            "mse_loss(input=i64[3], target=f32[3])");
}

TEST(Spelling, KeepsTheWholeNumbersThatFactoriesGive) {
  EXPECT_EQ(read("nn.NLLLoss(ignore_index=0)(torch.randn(2, 5), torch.zeros(2, dtype=torch.long))"),
            "nll_loss(input=f32[2,5], target=i64[2]{0,0}, ignore_index=0)");
  EXPECT_EQ(read("F.nll_loss(torch.randn(2, 5), torch.ones(2).long())"),
            "nll_loss(input=f32[2,5], target=i64[2]{1,1})");
  // Real ones only stand for a shape.
  EXPECT_EQ(read("F.mse_loss(torch.zeros(2, 3), torch.ones(2, 3))"),
            "mse_loss(input=f32[2,3], target=f32[2,3])");
}

TEST(Spelling, ReadsPastedCpp) {
  EXPECT_EQ(read("auto loss = torch::nn::functional::mse_loss(torch::randn({64, 1}), "
                 "torch::randn({64}), F::MSELossFuncOptions().reduction(torch::kSum));"),
            "mse_loss(input=f32[64,1], target=f32[64], reduction=sum)");
  EXPECT_EQ(read("torch::nll_loss(torch::randn({2, 3}, torch::kDouble), "
                 "torch::randint(0, 3, {2}, torch::kLong))"),
            "nll_loss@aten(input=f64[2,3], target=i64[2])");
}

TEST(Spelling, KeepsWhatACaseLineSays) {
  EXPECT_EQ(read("MSELoss(input=const f32[2]~strided{1,2}, target=f32(2))#7"),
            "mse_loss@module(input=const f32[2]~strided{1,2}, target=f32[2])#7");
}

TEST(Spelling, PointsToWhatTellsNoShape) {
  expect_unreadable("F.mse_loss(pred, y)", "found 'pred', expected a tensor for input that says");
  expect_unreadable("quantile(torch.randn(3))", "expected a loss, like mse_loss(...)");
  expect_unreadable("F.mse_loss(torch.randn(4).view(3), torch.randn(3))",
                    "sizes with the 4 elements of [4]");
  expect_unreadable("F.mse_loss(torch.randn(4), torch.randn(4), margin=1)",
                    "an operand or option of mse_loss");
  expect_unreadable("F.mse_loss(torch.randn(4).view(1e30), torch.randn(3))",
                    "sizes or dimensions that are whole numbers");
  expect_unreadable("mse_loss(input=f64[2], target=f64[2)",
                    "column 34: found '[', expected brackets");
  expect_unreadable("mse_loss(input=" + std::string(1000000, '['), "column 16: found '['");
  expect_unreadable("F.mse_loss(torch.tensor([1, [2]]), torch.randn(2))", "rows of equal length");
  expect_unreadable("F.mse_loss(torch.tensor([[1, 2], [3]]), torch.randn(2))",
                    "rows of equal length");
}

TEST(Spelling, ReadsCallsInOneAnotherToADepth) {
  const auto nested = [](std::size_t depth) {
    std::string text = "F.mse_loss(";
    for (std::size_t i = 0; i < depth; ++i) text += "torch.abs(";
    return text + "torch.randn(3)" + std::string(depth, ')') + ", torch.randn(3))";
  };
  EXPECT_EQ(read(nested(kMostNested)), "mse_loss(input=f32[3], target=f32[3])");
  for (const std::size_t depth : {kMostNested + 1, std::size_t{1000000}}) {
    expect_unreadable(nested(depth), "at most 64 calls in one another");
  }
}

TEST(Spelling, SuggestsTheLossThatSomebodyMeans) {
  const std::vector<std::string> losses = {"mse_loss", "l1_loss", "binary_cross_entropy"};
  EXPECT_EQ(losses_like("bce_loss", losses), " (did you mean binary_cross_entropy?)");
  EXPECT_EQ(losses_like("BCE", losses), " (did you mean binary_cross_entropy?)");
  EXPECT_EQ(losses_like("MAE", losses), " (did you mean l1_loss?)");
  EXPECT_EQ(losses_like("MSELos", losses), " (did you mean mse_loss?)");
  EXPECT_EQ(losses_like("quantile_loss", losses), "");
}

}  // namespace
}  // namespace shapefuzz
