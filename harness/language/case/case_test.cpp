// SPDX-License-Identifier: BSD-3-Clause
#include "harness/language/case/case.h"

#include <gtest/gtest.h>

#include "harness/testing/shape_gen.h"
#include "harness/testing/test_specs.h"

namespace shapefuzz {
namespace {

// The one spelling of a case.
std::string canonical(std::string_view text) { return to_string(test_case(text)); }

TEST(Case, ReadsEveryPartOfALine) {
  const Case c = test_case(
      "nll_loss@aten(input=f32[4,3]~transposed, target=i64[4]{0,2,1,0}, weight=f32[3],"
      " reduction=sum, ignore_index=-1)#7");
  EXPECT_EQ(c.loss, "nll_loss");
  EXPECT_EQ(c.entry, "aten");
  EXPECT_EQ(c.seed, 7U);
  ASSERT_EQ(c.operands.size(), 3U);
  EXPECT_EQ(c.operands[0].name, "input");
  EXPECT_EQ(c.operands[0].dtype, DType::kF32);
  EXPECT_EQ(c.operands[0].shape, Shape({4, 3}));
  EXPECT_EQ(c.operands[0].layout, Layout::kTransposed);
  EXPECT_TRUE(c.operands[0].values.empty());
  EXPECT_EQ(c.operands[1].layout, Layout::kContiguous);
  EXPECT_EQ(c.operands[1].values, (std::vector<double>{0, 2, 1, 0}));
  EXPECT_EQ(c.get<std::string>(nll_spec(), "reduction"), "sum");
  EXPECT_EQ(c.get<std::int64_t>(nll_spec(), "ignore_index"), -1);
}

TEST(Case, ReadsAndPrintsTheDocumentedLines) {
  EXPECT_EQ(canonical("mse_loss@functional(input=f64[64,1], target=f64[64], reduction=mean)#7"),
            "mse_loss(input=f64[64,1], target=f64[64])#7");
  EXPECT_EQ(canonical("nll_loss@aten(input=f32[4,3]~transposed, target=i64[4]{0,2,1,0}, "
                      "weight=f32[3], reduction=mean, ignore_index=-100)#0"),
            "nll_loss@aten(input=f32[4,3]~transposed, target=i64[4]{0,2,1,0}, weight=f32[3])");
  EXPECT_EQ(canonical("ctc_loss@functional(log_probs=f32[5,2,4], targets=i64[2,3], "
                      "input_lengths=i64[2]{5,5}, target_lengths=i64[2]{3,3}, blank=0)#1"),
            "ctc_loss(log_probs=f32[5,2,4], targets=i64[2,3], input_lengths=i64[2]{5,5}, "
            "target_lengths=i64[2]{3,3})#1");
}

TEST(Case, PrintsOperandsAndOptionsInTheLosssOrder) {
  EXPECT_EQ(canonical("nll_loss(ignore_index=1, weight=f64[3], reduction=none, target=i64[4], "
                      "input=f64[4,3])"),
            "nll_loss(input=f64[4,3], target=i64[4], weight=f64[3], reduction=none, "
            "ignore_index=1)");
}

TEST(Case, LeavesDefaultsOut) {
  EXPECT_EQ(canonical("mse_loss(input=f64[2]~contiguous, target=f64[2], reduction=mean)#0"),
            "mse_loss(input=f64[2], target=f64[2])");
  EXPECT_EQ(canonical("layer_loss@module(input=f64[2,3], target=i64[2], cutoffs=[2, 4], "
                      "div_value=4, head_bias=false)"),
            "layer_loss@module(input=f64[2,3], target=i64[2])");
  EXPECT_EQ(canonical("mse_loss(input=f64[0]{}, target=f64[0])"),
            "mse_loss(input=f64[0], target=f64[0])");
}

TEST(Case, ReadsEverySpellingOfAShape) {
  const std::string wanted = "mse_loss(input=f64[64,1], target=f64[64])";
  for (const char* text :
       {"mse_loss(input=f64(64, 1), target=f64(64,))",
        "mse_loss(input=f64torch.Size([64, 1]), target=f64torch.Size([64]))",
        "mse_loss(input=f64 torch.Size([64, 1]), target=f64 64)",
        "mse_loss(input=f64 64x1, target=f64 [64])", "mse_loss(input=[64, 1], target=(64,))",
        "mse_loss(input=torch.Size([64, 1]), target=64)",
        "  mse_loss ( input = f64 [ 64 , 1 ] ,target=f64[64] ) "}) {
    EXPECT_EQ(canonical(text), wanted) << text;
  }
}

TEST(Case, TakesAMissingDtypeFromTheKind) {
  EXPECT_EQ(canonical("nll_loss(input=[4,3], target=[4], weight=3)"),
            "nll_loss(input=f64[4,3], target=i64[4], weight=f64[3])");
}

TEST(Case, TakesAMissingEntryForFunctionalOrElseTheFirst) {
  EXPECT_EQ(test_case("mse_loss(input=[], target=[])").entry, "functional");
  EXPECT_EQ(test_case("layer_loss(input=[2,3], target=[2])").entry, "module");
  LossSpec spec = mse_spec();
  spec.entries = {"aten", "functional"};
  EXPECT_EQ(parse_case("mse_loss(input=[], target=[])", {&spec}).entry, "functional");
}

TEST(Case, ReadsEveryDtypeAndLayout) {
  for (const DType dtype : all_dtypes()) {
    for (const Layout layout : all_layouts()) {
      const std::string suffix =
          layout == Layout::kContiguous ? "" : "~" + std::string(to_string(layout));
      const std::string line = "mse_loss(input=" + std::string(to_string(dtype)) + "[2,3]" +
                               suffix + ", target=f64[2,3])";
      EXPECT_EQ(canonical(line), line);
      EXPECT_EQ(test_case(line).operands[0].dtype, dtype);
      EXPECT_EQ(test_case(line).operands[0].layout, layout);
    }
  }
}

TEST(Case, ReadsListedValues) {
  const Case c = test_case("mse_loss(input=f64[5]{1, -0.5,1e-3 , inf,-inf}, target=f64[]{2})");
  EXPECT_EQ(c.operands[0].values[2], 1e-3);
  EXPECT_EQ(to_string(c), "mse_loss(input=f64[5]{1,-0.5,0.001,inf,-inf}, target=f64[]{2})");
  EXPECT_EQ(canonical("mse_loss(input=f64[1]{nan}, target=f64[1]{-0})"),
            "mse_loss(input=f64[1]{nan}, target=f64[1]{-0})");
  EXPECT_EQ(canonical("mse_loss(input=i64[2]{-9007199254740992,9007199254740992}, target=[2])"),
            "mse_loss(input=i64[2]{-9007199254740992,9007199254740992}, target=f64[2])");
}

TEST(Case, TakesTwoNotANumbersForTheSameValue) {
  const std::string line =
      "layer_loss@module(input=f64[1,3]{nan,1,-nan}, target=i64[1], "
      "div_value=nan)";
  EXPECT_EQ(test_case(line), test_case(line));
  EXPECT_NE(test_case(line), test_case("layer_loss(input=f64[1,3]{nan,1,2}, target=i64[1])"));
}

TEST(Case, ReadsEverySeed) {
  EXPECT_EQ(test_case("mse_loss(input=[], target=[])#18446744073709551615").seed, ~0ULL);
  EXPECT_EQ(canonical("mse_loss(input=[], target=[]) # 12"),
            "mse_loss(input=f64[], target=f64[])#12");
}

TEST(Case, FindsItsOperandsAndOptions) {
  const Case c = test_case("nll_loss(input=[4,3], target=[4])");
  EXPECT_EQ(c.find_operand("target"), &c.operands[1]);
  EXPECT_EQ(c.find_operand("weight"), nullptr);
  EXPECT_EQ(c.get<std::string>(nll_spec(), "reduction"), "mean");
  EXPECT_THROW(c.option(nll_spec(), "margin"), std::out_of_range);
}

TEST(Case, SetsAnOptionInItsPlaceAndTakesADefaultOut) {
  Case c = test_case("nll_loss(input=[4,3], target=[4], ignore_index=1)");
  c.set_option(nll_spec(), "reduction", std::string("sum"));
  EXPECT_EQ(to_string(c), "nll_loss(input=f64[4,3], target=i64[4], reduction=sum, ignore_index=1)");
  c.set_option(nll_spec(), "ignore_index", std::int64_t{2});
  c.set_option(nll_spec(), "reduction", std::string("mean"));
  EXPECT_EQ(to_string(c), "nll_loss(input=f64[4,3], target=i64[4], ignore_index=2)");
  c.set_option(nll_spec(), "ignore_index", std::int64_t{-100});
  EXPECT_EQ(c, test_case("nll_loss(input=[4,3], target=[4])"));
}

TEST(Case, DiffersInEachOfItsParts) {
  const Case c = test_case("mse_loss(input=f64[2], target=f64[2])");
  for (const char* other :
       {"mse_loss@aten(input=f64[2], target=f64[2])", "mse_loss(input=f64[2], target=f32[2])",
        "mse_loss(input=f64[2], target=f64[1])", "mse_loss(input=f64[2]~sliced, target=f64[2])",
        "mse_loss(input=f64[2]{1,2}, target=f64[2])",
        "mse_loss(input=f64[2], target=f64[2], reduction=sum)",
        "mse_loss(input=f64[2], target=f64[2])#1"}) {
    EXPECT_NE(test_case(other), c) << other;
  }
}

TEST(Case, TellsTheContractShapesNumbersAndOptions) {
  const Call call =
      to_call(test_case("layer_loss(input=f32[4,3], target=u8[4], in_features=7, n_classes=-2)"),
              layer_spec());
  EXPECT_EQ(call.operands[0].shape, Shape({4, 3}));
  EXPECT_EQ(call.operands[0].numbers, NumberClass::kFloating);
  EXPECT_EQ(call.operands[1].numbers, NumberClass::kIntegral);
  EXPECT_FALSE(call.operands[2].present);
  EXPECT_EQ(layer_spec().contract.options,
            (std::vector<std::string>{"in_features", "n_classes", "head_bias"}));
  EXPECT_EQ(call.options[0], 7);
  EXPECT_EQ(call.options[1], -2);
  EXPECT_EQ(call.options[2], 0);
}

TEST(DType, NeedsAConversionWhereNoDocumentationPromisesOne) {
  EXPECT_FALSE(needs_conversion(Kind::kReal, DType::kF32, DType::kF32));
  EXPECT_TRUE(needs_conversion(Kind::kReal, DType::kF32, DType::kF64));
  EXPECT_TRUE(needs_conversion(Kind::kReal, DType::kI64, DType::kI64));
  EXPECT_FALSE(needs_conversion(Kind::kIndex, DType::kI64, DType::kF16));
  EXPECT_TRUE(needs_conversion(Kind::kIndex, DType::kI32, DType::kF64));
}

}  // namespace
}  // namespace shapefuzz
