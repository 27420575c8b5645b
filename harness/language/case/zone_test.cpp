// SPDX-License-Identifier: BSD-3-Clause
#include "harness/language/case/zone.h"

#include <gtest/gtest.h>

#include "harness/language/case/mistake.h"
#include "harness/language/contract/call_text.h"
#include "harness/testing/shape_gen.h"
#include "harness/testing/test_specs.h"

namespace shapefuzz {
namespace {

Zone zone(std::string_view text, const LossSpec& spec) { return zone_of(test_case(text), spec); }

TEST(Zone, IsThatOfTheShapesWhereNothingElseIsWrong) {
  EXPECT_EQ(zone("mse_loss(input=[64,1], target=[64,1])", mse_spec()), Zone::kValid);
  EXPECT_EQ(zone("mse_loss(input=[64,2], target=[1])", mse_spec()), Zone::kExpandable);
  EXPECT_EQ(zone("mse_loss(input=[64,1], target=[64])", mse_spec()), Zone::kIncompatible);
}

TEST(Zone, IsIncompatibleForAListedValueOutsideItsKind) {
  EXPECT_EQ(zone("nll_loss(input=[2,3], target=[2]{0,2})", nll_spec()), Zone::kValid);
  EXPECT_EQ(zone("nll_loss(input=[2,3], target=[2]{0,3})", nll_spec()), Zone::kIncompatible);
  EXPECT_EQ(zone("nll_loss(input=[2,3], target=[2]{0,-1})", nll_spec()), Zone::kIncompatible);
  EXPECT_EQ(zone("nll_loss(input=[1,1]{0.5}, target=[1])", nll_spec()), Zone::kIncompatible);
  EXPECT_EQ(zone("nll_loss(input=[2,3], target=[1]{3})", nll_spec()), Zone::kIncompatible);
}

TEST(Zone, IsThatOfTheValuesAsTheyAreStored) {
  const std::string ctc = "ctc_loss(log_probs=[1,2,2], input_lengths=[2], target_lengths=[2], ";
  EXPECT_EQ(zone(ctc + "targets=f64[2,1]{1,5e-324})", ctc_spec()), Zone::kIncompatible);
  const auto mistake = [&](const char* targets) {
    return to_string(find_mistake(test_case(ctc + targets), ctc_spec()));
  };
  EXPECT_EQ(mistake("targets=f64[2,1]{1,1.5})"), "targets:illegal_value");
  EXPECT_EQ(mistake("targets=f32[2,1]{1,1.000000001})"), "targets:other_dtype");
}

TEST(Zone, IsValidForTheIndexThatIsIgnored) {
  EXPECT_EQ(zone("nll_loss(input=[2,3], target=[2]{0,-100})", nll_spec()), Zone::kValid);
  EXPECT_EQ(zone("nll_loss(input=[2,3], target=[2]{0,-1}, ignore_index=-1)", nll_spec()),
            Zone::kValid);
}

TEST(Zone, AsksForLengthsWithinTheSequences) {
  const std::string ctc = "ctc_loss(log_probs=[5,2,4], targets=[2,3], ";
  EXPECT_EQ(zone(ctc + "input_lengths=[2]{5,4}, target_lengths=[2]{3,0})", ctc_spec()),
            Zone::kValid);
  EXPECT_EQ(zone(ctc + "input_lengths=[2]{5,6}, target_lengths=[2])", ctc_spec()),
            Zone::kIncompatible);
  EXPECT_EQ(zone(ctc + "input_lengths=[2], target_lengths=[2]{3,4})", ctc_spec()),
            Zone::kIncompatible);
  const std::string concatenated = "ctc_loss(log_probs=[5,2,4], targets=[6], input_lengths=[2], ";
  EXPECT_EQ(zone(concatenated + "target_lengths=[2]{2,4})", ctc_spec()), Zone::kValid);
  EXPECT_EQ(zone(concatenated + "target_lengths=[2]{2,3})", ctc_spec()), Zone::kIncompatible);
  EXPECT_EQ(zone(concatenated + "target_lengths=[2]{7,-1})", ctc_spec()), Zone::kIncompatible);
}

TEST(Zone, AsksForABlankThatIsAClassAndNoLabel) {
  const std::string ctc =
      "ctc_loss(log_probs=[5,1,4], targets=[1,2]{1,2}, input_lengths=[1], "
      "target_lengths=[1], blank=";
  EXPECT_EQ(zone(ctc + "0)", ctc_spec()), Zone::kValid);
  EXPECT_EQ(zone(ctc + "3)", ctc_spec()), Zone::kValid);
  EXPECT_EQ(zone(ctc + "1)", ctc_spec()), Zone::kIncompatible);
  EXPECT_EQ(zone(ctc + "4)", ctc_spec()), Zone::kIncompatible);
  EXPECT_EQ(zone(ctc + "-1)", ctc_spec()), Zone::kIncompatible);
}

TEST(Zone, AsksNothingOfWhatRowsArePaddedWith) {
  const std::string ctc = "ctc_loss(log_probs=[5,2,4], input_lengths=[2], targets=[2,3]";
  const std::string lengths = ", target_lengths=[2]{2,1})";
  EXPECT_EQ(zone(ctc + "{1,2,0,3,0,0}" + lengths, ctc_spec()), Zone::kValid);
  EXPECT_EQ(zone(ctc + "{1,2,-1,3,-1,99}" + lengths, ctc_spec()), Zone::kValid);
  EXPECT_EQ(zone(ctc + "{1,0,0,3,0,0}" + lengths, ctc_spec()), Zone::kIncompatible);
  EXPECT_EQ(zone(ctc + "{1,2,0,-1,0,0}" + lengths, ctc_spec()), Zone::kIncompatible);
  EXPECT_EQ(zone(ctc + "{1,2,0,3,0,0}, target_lengths=[2]{3,1})", ctc_spec()), Zone::kIncompatible);
  EXPECT_EQ(zone(ctc + "{1,2,0,3,0,0}, target_lengths=[2]{-1,1})", ctc_spec()),
            Zone::kIncompatible);
}

TEST(Zone, IsExpandableWhereLibTorchMustConvert) {
  EXPECT_EQ(zone("mse_loss(input=f32[2], target=f32[2])", mse_spec()), Zone::kValid);
  EXPECT_EQ(zone("mse_loss(input=f32[2], target=f64[2])", mse_spec()), Zone::kExpandable);
  EXPECT_EQ(zone("mse_loss(input=i64[2], target=i64[2])", mse_spec()), Zone::kExpandable);
  EXPECT_EQ(zone("nll_loss(input=f64[2,3], target=i32[2])", nll_spec()), Zone::kExpandable);
  EXPECT_EQ(zone("mse_loss(input=f32[2,1], target=f64[2])", mse_spec()), Zone::kIncompatible);
}

TEST(Zone, IsIncompatibleForAnOptionOutsideItsRange) {
  LossSpec spec = mse_spec();
  spec.illegal_option = [](const Case& c, const LossSpec& own) -> std::optional<std::string> {
    if (c.get<std::string>(own, "reduction") != "sum") return std::nullopt;
    return "reduction: mean or none";
  };
  EXPECT_EQ(zone("mse_loss(input=[2], target=[2])", spec), Zone::kValid);
  EXPECT_EQ(zone("mse_loss(input=[2], target=[2], reduction=sum)", spec), Zone::kIncompatible);
}

TEST(Zone, TakesTheClassesFromAnOption) {
  EXPECT_EQ(zone("layer_loss(input=[2,3], target=[2]{4,0})", layer_spec()), Zone::kValid);
  EXPECT_EQ(zone("layer_loss(input=[2,3], target=[2]{5,0})", layer_spec()), Zone::kIncompatible);
  EXPECT_EQ(zone("layer_loss(input=[2,3], target=[2]{5,0}, n_classes=6)", layer_spec()),
            Zone::kValid);
  EXPECT_EQ(zone("layer_loss(input=[2,4], target=[2])", layer_spec()), Zone::kIncompatible);
}

TEST(Zone, SkipsOptionalOperandsThatAreMissing) {
  EXPECT_EQ(zone("nll_loss(input=[2,3], target=[2], weight=[3]{1,0,2})", nll_spec()), Zone::kValid);
  EXPECT_EQ(zone("nll_loss(input=[2,3], target=[2], weight=[3]{1,-1,2})", nll_spec()),
            Zone::kIncompatible);
}

TEST(Zone, GivesTheReadingOfACaseThatHasOne) {
  Reading reading;
  zone_of(test_case("mse_loss(input=f32[4,2], target=f64[2])"), mse_spec(), &reading);
  EXPECT_EQ(reading.alternative, &mse_spec().contract.alternatives[0]);
  EXPECT_EQ(reading.shapes[1], Shape({4, 2}));
  EXPECT_EQ(reading.result, Shape({4, 2}));
}

}  // namespace
}  // namespace shapefuzz
