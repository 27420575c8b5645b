// SPDX-License-Identifier: BSD-3-Clause
#include "harness/language/case/mistake.h"

#include <gtest/gtest.h>

#include <ostream>
#include <set>

#include "harness/testing/shape_gen.h"
#include "harness/testing/test_specs.h"

namespace shapefuzz {

void PrintTo(Mistake mistake, std::ostream* out) { *out << to_string(mistake); }

namespace {

TEST(Mistake, HasAName) {
  std::set<std::string_view> names;
  for (const Mistake mistake : all_mistakes()) names.insert(to_string(mistake));
  EXPECT_EQ(names.size(), all_mistakes().size());
  EXPECT_EQ(names.count(""), 0U);
  EXPECT_EQ(to_string(Mistake::kForgotUnsqueeze), "forgot_unsqueeze");
  EXPECT_EQ(to_string(Mistake::kOtherDtype), "other_dtype");
  EXPECT_EQ(to_string(Mistake::kIllegalOption), "illegal_option");
  EXPECT_EQ(to_string(Mistake::kOtherLayout), "other_layout");
}

TEST(Relate, NamesEachDocumentedExample) {
  EXPECT_EQ(relate({4, 3}, {4, 3}), Mistake::kNone);
  EXPECT_EQ(relate({4, 1}, {4}), Mistake::kForgotUnsqueeze);
  EXPECT_EQ(relate({4}, {4, 1}), Mistake::kForgotSqueeze);
  EXPECT_EQ(relate({}, {1}), Mistake::kOnlyOnes);
  EXPECT_EQ(relate({4, 3}, {}), Mistake::kReducedToScalar);
  EXPECT_EQ(relate({4, 3}, {1}), Mistake::kReducedToScalar);
  EXPECT_EQ(relate({4}, {4, 3}, 3), Mistake::kOneHotForIndex);
  EXPECT_EQ(relate({4, 3}, {3}), Mistake::kMissingBatch);
  EXPECT_EQ(relate({4, 3}, {4}), Mistake::kMissingLast);
  EXPECT_EQ(relate({4, 3}, {2, 4, 3}), Mistake::kExtraBatch);
  EXPECT_EQ(relate({4, 3}, {4, 3, 2}), Mistake::kExtraLast);
  EXPECT_EQ(relate({4, 3}, {3, 4}), Mistake::kTransposed);
  EXPECT_EQ(relate({4, 3}, {1, 3}), Mistake::kOneSample);
  EXPECT_EQ(relate({4, 3}, {2, 3}), Mistake::kShorterBatch);
  EXPECT_EQ(relate({4, 3}, {5, 3}), Mistake::kLongerBatch);
  EXPECT_EQ(relate({4, 3}, {4, 1}), Mistake::kSizeOne);
  EXPECT_EQ(relate({4, 1}, {4, 3}), Mistake::kSizeOneDemanded);
  EXPECT_EQ(relate({4, 3}, {4, 2}), Mistake::kOtherSize);
  EXPECT_EQ(relate({4, 3}, {7, 4, 3, 2}), Mistake::kOtherRank);
  EXPECT_EQ(relate({4, 3}, {4, 0}), Mistake::kEmpty);
}

TEST(Relate, KnowsTheClassesOfAnIndexOnly) {
  EXPECT_EQ(relate({4}, {4, 3}), Mistake::kExtraLast);
  EXPECT_EQ(relate({4}, {4, 3}, 5), Mistake::kExtraLast);
  EXPECT_EQ(relate({4, 2}, {4, 3, 2}, 3), Mistake::kOneHotForIndex);
  EXPECT_EQ(relate({}, {3}, 3), Mistake::kOneHotForIndex);
}

TEST(Relate, CallsOnlyLeadingOnesHarmless) {
  EXPECT_EQ(relate({3}, {1, 3}), Mistake::kOnlyOnes);
  EXPECT_EQ(relate({1, 1, 3}, {3}), Mistake::kOnlyOnes);
  EXPECT_EQ(relate({0, 3}, {1, 0, 3}), Mistake::kOnlyOnes);
  // Without elements there are no partners to lose, yet the shapes differ in more than ones.
  EXPECT_EQ(relate({0}, {5, 0}), Mistake::kExtraBatch);
  EXPECT_EQ(relate({2, 0}, {0}), Mistake::kMissingBatch);
  EXPECT_EQ(relate({0, 1}, {0, 5}), Mistake::kSizeOneDemanded);
  EXPECT_EQ(relate({0}, {0, 1}), Mistake::kForgotSqueeze);
}

TEST(Relate, IsUntroubledByShapesOfTheHighestRank) {
  Shape most;
  while (most.rank() < kMaxRank) most.push_back(2);
  const Shape fewer = most.slice(0, kMaxRank - 1);
  EXPECT_EQ(relate(most, fewer, 2), Mistake::kMissingLast);
  EXPECT_EQ(relate(fewer, most, 2), Mistake::kOneHotForIndex);
  for (const Mistake mistake : all_mistakes()) {
    EXPECT_NO_THROW(apply(mistake, most, 1, 2)) << to_string(mistake);
  }
}

TEST(Apply, MakesTheMistakeOfTheDocumentedExamples) {
  EXPECT_EQ(apply(Mistake::kForgotUnsqueeze, {4, 1}, 1), Shape({4}));
  EXPECT_EQ(apply(Mistake::kForgotSqueeze, {4}, 1), Shape({4, 1}));
  EXPECT_EQ(apply(Mistake::kReducedToScalar, {4, 3}, 1), Shape({1}));
  EXPECT_EQ(apply(Mistake::kReducedToScalar, {4, 3}, 2), Shape({}));
  EXPECT_EQ(apply(Mistake::kOneHotForIndex, {4}, 1, 3), Shape({4, 3}));
  EXPECT_EQ(apply(Mistake::kOneHotForIndex, {4, 2}, 1, 3), Shape({4, 3, 2}));
  EXPECT_EQ(apply(Mistake::kMissingBatch, {4, 3}, 1), Shape({3}));
  EXPECT_EQ(apply(Mistake::kMissingLast, {4, 3}, 1), Shape({4}));
  EXPECT_EQ(apply(Mistake::kExtraBatch, {4, 3}, 1), Shape({2, 4, 3}));
  EXPECT_EQ(apply(Mistake::kExtraLast, {4, 3}, 1), Shape({4, 3, 2}));
  EXPECT_EQ(apply(Mistake::kTransposed, {4, 3}, 1), Shape({3, 4}));
  EXPECT_EQ(apply(Mistake::kOneSample, {4, 3}, 1), Shape({1, 3}));
  EXPECT_EQ(apply(Mistake::kShorterBatch, {4, 3}, 1), Shape({3, 3}));
  EXPECT_EQ(apply(Mistake::kLongerBatch, {4, 3}, 1), Shape({5, 3}));
  EXPECT_EQ(apply(Mistake::kSizeOne, {4, 3}, 1), Shape({4, 1}));
  EXPECT_EQ(apply(Mistake::kSizeOneDemanded, {4, 1}, 2), Shape({4, 3}));
  EXPECT_EQ(apply(Mistake::kOtherSize, {4, 3}, 1), Shape({4, 4}));
  EXPECT_EQ(apply(Mistake::kEmpty, {4, 3}, 1), Shape({4, 0}));
}

TEST(Apply, IsImpossibleWhereTheShapeHasNothingToGetWrong) {
  EXPECT_EQ(apply(Mistake::kForgotUnsqueeze, {4, 3}, 1), std::nullopt);
  EXPECT_EQ(apply(Mistake::kOneHotForIndex, {4}, 1), std::nullopt);
  EXPECT_EQ(apply(Mistake::kTransposed, {4}, 1), std::nullopt);
  EXPECT_EQ(apply(Mistake::kTransposed, {3, 3}, 1), std::nullopt);
  EXPECT_EQ(apply(Mistake::kShorterBatch, {1, 3}, 1), std::nullopt);
  EXPECT_EQ(apply(Mistake::kMissingBatch, {}, 1), std::nullopt);
  EXPECT_EQ(apply(Mistake::kNone, {4, 3}, 1), std::nullopt);
  EXPECT_EQ(apply(Mistake::kOtherDtype, {4, 3}, 1), std::nullopt);
}

// Some shapes look like two mistakes: [4,1] without its last dimension is a forgotten unsqueeze.
// The name is then the first of the list, and never one behind the mistake that was made.
TEST(Apply, MakesAMistakeThatRelateNamesOrKnowsABetterNameFor) {
  std::set<Mistake> recognised;
  for (const Shape& demanded : every_shape(3, 4)) {
    for (const Mistake mistake : all_mistakes()) {
      for (const std::int64_t change : {1, 2}) {
        for (const auto classes : {std::optional<std::int64_t>(), std::optional<std::int64_t>(5)}) {
          const auto actual = apply(mistake, demanded, change, classes);
          if (!actual) continue;
          const Mistake named = relate(demanded, *actual, classes);
          ASSERT_NE(named, Mistake::kNone);
          ASSERT_LE(named, mistake) << to_string(demanded) << " " << to_string(*actual) << ": "
                                    << to_string(named) << " for " << to_string(mistake);
          if (named == mistake) recognised.insert(mistake);
        }
      }
    }
  }
  EXPECT_EQ(recognised,
            std::set<Mistake>(applicable_mistakes().begin(), applicable_mistakes().end()));
}

std::string mistake(std::string_view text) {
  const Case c = test_case(text);
  for (const LossSpec* spec : test_specs()) {
    if (spec->name == c.loss) return to_string(find_mistake(c, *spec));
  }
  return "no such loss";
}

TEST(FindMisfit, NamesTheOperandAndTheMistake) {
  EXPECT_EQ(mistake("mse_loss(input=[64,1], target=[64,1])"), "none");
  EXPECT_EQ(mistake("mse_loss(input=[64,1], target=[64])"), "target:forgot_unsqueeze");
  EXPECT_EQ(mistake("mse_loss(input=[64], target=[64,1])"), "target:forgot_squeeze");
  EXPECT_EQ(mistake("nll_loss(input=[4,3], target=i64[4,3])"), "target:one_hot_for_index");
  EXPECT_EQ(mistake("nll_loss(input=[4,3], target=[4], weight=[2])"), "weight:shorter_batch");
  EXPECT_EQ(mistake("nll_loss(input=[], target=[4])"), "input:output_does_not_fit");
}

TEST(FindMisfit, TellsWhatWasDemanded) {
  const Case c = test_case("mse_loss(input=[64,1], target=[64])");
  EXPECT_EQ(find_mistake(c, mse_spec()).demanded, Shape({64, 1}));
}

TEST(FindMisfit, NamesAnIllegalValueWhereTheShapesFit) {
  EXPECT_EQ(mistake("nll_loss(input=[2,3], target=[2]{0,3})"), "target:illegal_value");
  EXPECT_EQ(mistake("nll_loss(input=[2,3], target=[1]{3})"), "target:illegal_value")
      << "that it has to be expanded is no mistake";
  EXPECT_EQ(mistake("nll_loss(input=[1,2]{0,-1}, target=[1]{0})"), "input:boundary_value");
  EXPECT_EQ(mistake("mse_loss(input=[2]{0.5,100}, target=[2])"), "input:boundary_value");
  EXPECT_EQ(mistake("mse_loss(input=[2]{0.5,99}, target=[2])"), "none");
  EXPECT_EQ(mistake("nll_loss(input=[2,3], target=[2]{0,2})"), "none");
  EXPECT_EQ(mistake("nll_loss(input=[2,3], target=[2]{0,-100})"), "none");
}

TEST(FindMisfit, NamesADtypeThatMustBeConverted) {
  EXPECT_EQ(mistake("mse_loss(input=f64[2], target=f32[2])"), "target:other_dtype");
  EXPECT_EQ(mistake("nll_loss(input=f64[2,3], target=i32[2])"), "target:other_dtype");
  EXPECT_EQ(mistake("nll_loss(input=f64[4,3], target=f64[4])"), "target:other_dtype");
  // The output itself, too: no loss is documented for whole numbers.
  EXPECT_EQ(mistake("mse_loss(input=i64[2], target=i64[2])"), "input:other_dtype");
  EXPECT_EQ(mistake("nll_loss(input=i64[2,3], target=i64[2])"), "input:other_dtype");
}

TEST(FindMisfit, NamesAnOptionOutsideItsRange) {
  LossSpec spec = mse_spec();
  spec.illegal_option = [](const Case&, const LossSpec&) {
    return std::optional<std::string>("beta: a number of at least 0");
  };
  const Case c = test_case("mse_loss(input=[2], target=[2])");
  EXPECT_EQ(to_string(find_mistake(c, spec)), "beta:illegal_option");
}

}  // namespace
}  // namespace shapefuzz
