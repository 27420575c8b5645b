// SPDX-License-Identifier: BSD-3-Clause
#include "harness/language/case/values.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <set>

#include "harness/testing/shape_gen.h"
#include "harness/testing/test_specs.h"

namespace shapefuzz {
namespace {

std::vector<double> draw(const BoundKind& kind, const Shape& shape, std::uint64_t seed = 0,
                         std::size_t operand = 0) {
  std::vector<double> values;
  draw_values(kind, shape, seed, operand, values);
  return values;
}

// Draws many values and expects that each is legal by `legal`, written down here once more.
void expect_all(const BoundKind& kind, const std::function<bool(double)>& legal) {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    for (const double value : draw(kind, {200}, seed)) {
      ASSERT_TRUE(legal(value)) << info(kind.kind).name << ": " << value;
    }
  }
}

std::set<double> distinct(const BoundKind& kind) {
  const std::vector<double> values = draw(kind, {1000});
  return {values.begin(), values.end()};
}

TEST(Values, AreMixedBySplitmix64) {
  // The first outputs of the reference implementation for the seed 0.
  EXPECT_EQ(mix(0), 0xe220a8397b1dcdafU);
  EXPECT_EQ(mix(0x9e3779b97f4a7c15U), 0x6e789e6aa1b965f4U);
}

TEST(Values, AreTheSameInEveryVersion) {
  // A case line without values means these; whoever changes them changes every case there is.
  const std::vector<double> reals = draw({Kind::kReal}, {2}, 7, 1);
  EXPECT_EQ(to_string(reals[0]), "1.93422845334808");
  EXPECT_EQ(to_string(reals[1]), "0.49813534301800777");
  EXPECT_EQ(draw({Kind::kIndex, 5}, {8}, 7, 1), (std::vector<double>{4, 4, 1, 0, 2, 3, 3, 4}));
  EXPECT_EQ(draw({Kind::kClasses, 4}, {2, 4}, 7, 1),
            (std::vector<double>{0, 1, -1, -1, 1, 0, 3, -1}));
  EXPECT_EQ(draw({Kind::kSplit, 9}, {4}, 7, 1), (std::vector<double>{4, 2, 3, 0}));
}

TEST(Values, LieInTheRangeOfTheirKind) {
  expect_all({Kind::kReal}, [](double v) { return v >= -2 && v < 2; });
  expect_all({Kind::kPositive}, [](double v) { return v > 0 && v < 2; });
  expect_all({Kind::kWeight}, [](double v) { return v > 0 && v < 2; });
  expect_all({Kind::kProb}, [](double v) { return v > 0 && v < 1; });
  expect_all({Kind::kLogProb}, [](double v) { return v < 0; });
}

TEST(Values, OfTheDiscreteKindsAreAllOfThem) {
  EXPECT_EQ(distinct({Kind::kSign}), (std::set<double>{-1, 1}));
  EXPECT_EQ(distinct({Kind::kBinary}), (std::set<double>{0, 1}));
  EXPECT_EQ(distinct({Kind::kIndex, 4}), (std::set<double>{0, 1, 2, 3}));
  EXPECT_EQ(distinct({Kind::kIndex, 1}), (std::set<double>{0}));
  EXPECT_EQ(distinct({Kind::kLabel, 4, 0}), (std::set<double>{1, 2, 3}));
  EXPECT_EQ(distinct({Kind::kLabel, 4, 2}), (std::set<double>{0, 1, 3}));
  EXPECT_EQ(distinct({Kind::kLabel, 4, 3}), (std::set<double>{0, 1, 2}));
  EXPECT_EQ(distinct({Kind::kLength, 3}), (std::set<double>{1, 2, 3}));
  EXPECT_EQ(distinct({Kind::kLength, 0}), (std::set<double>{0}));
}

TEST(Values, AreNeverTwiceTheSameForKindsOfRealNumbers) {
  for (const Kind kind :
       {Kind::kReal, Kind::kPositive, Kind::kWeight, Kind::kProb, Kind::kLogProb}) {
    std::set<double> seen;
    for (std::size_t operand = 0; operand < 3; ++operand) {
      for (std::uint64_t seed = 0; seed < 3; ++seed) {
        const std::vector<double> values = draw({kind}, {5000}, seed, operand);
        seen.insert(values.begin(), values.end());
      }
    }
    EXPECT_EQ(seen.size(), 45000U) << info(kind).name;
  }
}

RC_GTEST_PROP(Values, DependOnSeedAndOperandAlone, ()) {
  const KindInfo& info = *rc::gen::elementOf(all_kinds());
  const BoundKind kind{info.value, *rc::gen::inRange<std::int64_t>(0, 6), 0};
  const Shape shape = *shapes(3, 4);
  const auto seed = *rc::gen::arbitrary<std::uint64_t>();
  const auto operand = *rc::gen::inRange<std::size_t>(0, kMaxOperands);
  const std::vector<double> first = draw(kind, shape, seed, operand);
  std::vector<double> again = {99, 98, 97};  // what stood there before is of no account
  draw_values(kind, shape, seed, operand, again);
  RC_ASSERT(again == first);
}

TEST(Values, DifferBetweenSeedsAndOperands) {
  const std::vector<double> values = draw({Kind::kReal}, {10}, 1, 1);
  EXPECT_NE(draw({Kind::kReal}, {10}, 2, 1), values);
  EXPECT_NE(draw({Kind::kReal}, {10}, 1, 2), values);
}

TEST(Values, OfASplitSumToTheirArgument) {
  for (std::int64_t length = 0; length < 20; ++length) {
    for (std::int64_t pieces = 1; pieces < 6; ++pieces) {
      const std::vector<double> values = draw({Kind::kSplit, length}, {pieces}, 3);
      EXPECT_EQ(std::accumulate(values.begin(), values.end(), 0.0), static_cast<double>(length));
      for (const double value : values) {
        EXPECT_GE(value, 0);
        EXPECT_EQ(value, std::floor(value));
      }
    }
  }
  EXPECT_EQ(draw({Kind::kSplit, 7}, {}), std::vector<double>{7});
  EXPECT_TRUE(draw({Kind::kSplit, 0}, {0}).empty());
}

TEST(Values, OfClassesAreDistinctInARowAndThenMinusOne) {
  bool full = false;
  bool padded = false;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const std::vector<double> values = draw({Kind::kClasses, 4}, {5, 4}, seed);
    for (auto row = values.begin(); row != values.end(); row += 4) {
      const auto end = std::find(row, row + 4, -1.0);
      EXPECT_NE(end, row) << "a row without a class compares nothing";
      EXPECT_EQ(std::set<double>(row, end).size(), static_cast<std::size_t>(end - row));
      EXPECT_TRUE(std::all_of(row, end, [](double v) { return v >= 0 && v < 4; }));
      EXPECT_TRUE(std::all_of(end, row + 4, [](double v) { return v == -1; }));
      full = full || end == row + 4;
      padded = padded || end != row + 4;
    }
  }
  EXPECT_TRUE(full && padded);
}

TEST(Values, OfClassesFitRowsOfAnotherLength) {
  for (const double value : draw({Kind::kClasses, 2}, {3, 5})) EXPECT_LT(value, 2);
  EXPECT_EQ(draw({Kind::kClasses, 0}, {2, 2}), (std::vector<double>{-1, -1, -1, -1}));
  EXPECT_EQ(draw({Kind::kClasses, 1}, {}), std::vector<double>{0});
  // Many rows and many classes at once: what a mistyped shape asks for must not take hours.
  EXPECT_EQ(draw({Kind::kClasses, 1 << 22}, {1 << 20, 2}).size(), std::size_t{1} << 21);
}

TEST(Values, ExistForEveryKindAndShape) {
  for (const KindInfo& kind : all_kinds()) {
    for (const Shape& shape : every_shape(3, 2)) {
      for (const std::int64_t argument : {-3, 0, 1, 2, 5}) {
        const BoundKind bound{kind.value, argument, std::nullopt};
        ASSERT_EQ(draw(bound, shape).size(), static_cast<std::size_t>(shape.elements()));
        // With an argument that has values at all, those that are drawn are legal.
        const bool has_values =
            argument >= 2 && (kind.value != Kind::kSplit || shape.elements() > 0);
        if (has_values) {
          EXPECT_EQ(illegal_value(bound, shape, draw(bound, shape)), std::nullopt) << kind.name;
        }
      }
    }
  }
}

bool legal(const BoundKind& kind, const std::vector<double>& values) {
  return !illegal_value(kind, {static_cast<std::int64_t>(values.size())}, values);
}

TEST(IllegalValue, IsOneOutsideItsKind) {
  const double nan = std::nan("");
  EXPECT_TRUE(legal({Kind::kReal}, {-1e300, nan, 0}));
  EXPECT_TRUE(legal({Kind::kPositive}, {1e-300}));
  EXPECT_TRUE(legal({Kind::kPositive}, {1, 0}));
  EXPECT_FALSE(legal({Kind::kPositive}, {1, -1e-300}));
  EXPECT_TRUE(legal({Kind::kWeight}, {0}));
  EXPECT_FALSE(legal({Kind::kWeight}, {-0.5}));
  EXPECT_TRUE(legal({Kind::kProb}, {0, 1}));
  EXPECT_FALSE(legal({Kind::kProb}, {1.5}));
  EXPECT_FALSE(legal({Kind::kProb}, {-0.1}));
  EXPECT_FALSE(legal({Kind::kProb}, {nan}));
  EXPECT_TRUE(legal({Kind::kLogProb}, {0, -7}));
  EXPECT_FALSE(legal({Kind::kLogProb}, {0.1}));
  EXPECT_TRUE(legal({Kind::kSign}, {1, -1}));
  EXPECT_FALSE(legal({Kind::kSign}, {0}));
  EXPECT_TRUE(legal({Kind::kBinary}, {1, 0}));
  EXPECT_FALSE(legal({Kind::kBinary}, {0.5}));
}

TEST(IllegalValue, IsAnIndexThatNoClassHas) {
  EXPECT_TRUE(legal({Kind::kIndex, 3}, {0, 2}));
  EXPECT_FALSE(legal({Kind::kIndex, 3}, {3}));
  EXPECT_FALSE(legal({Kind::kIndex, 3}, {-1}));
  EXPECT_FALSE(legal({Kind::kIndex, 3}, {-100}));
  EXPECT_TRUE(legal({Kind::kIndex, 3, -100}, {-100, 1})) << "the index that is ignored";
  EXPECT_FALSE(legal({Kind::kIndex, 3, -100}, {-99}));
  EXPECT_TRUE(legal({Kind::kLabel, 3, 0}, {1, 2}));
  EXPECT_FALSE(legal({Kind::kLabel, 3, 0}, {0})) << "the blank";
  EXPECT_FALSE(legal({Kind::kLabel, 3, 0}, {3}));
  EXPECT_TRUE(legal({Kind::kClasses, 3}, {0, 2, -1}));
  EXPECT_FALSE(legal({Kind::kClasses, 3}, {3}));
  EXPECT_FALSE(legal({Kind::kClasses, 3}, {-2}));
}

TEST(IllegalValue, IsAClassThatARowNamesTwice) {
  EXPECT_FALSE(legal({Kind::kClasses, 4}, {1, 0, 0, 1})) << "flags, one for each class";
  EXPECT_FALSE(legal({Kind::kClasses, 4}, {2, 2, -1, 0}));
  EXPECT_TRUE(legal({Kind::kClasses, 4}, {2, 0, -1, 2})) << "behind the -1 nothing counts";
  EXPECT_EQ(illegal_value({Kind::kClasses, 2}, {2, 2}, {1, 0, 0, 1}), std::nullopt)
      << "each row for itself";
  EXPECT_EQ(illegal_value({Kind::kClasses, 2}, {2, 2}, {1, 0, 0, 0}),
            "the class 0 more than once in a row, where the contract has distinct classes before "
            "the first -1 (rows of a 0 or 1 for each class, one-hot or multi-hot, are a target of "
            "multilabel_soft_margin_loss)");
  EXPECT_EQ(illegal_value({Kind::kClasses, 3}, {5}, {2, 2, 1, 1, -1}),
            "the classes 1 and 2 more than once in a row, where the contract has distinct classes "
            "before the first -1");
}

TEST(IllegalValue, IsALengthThatNoSequenceHas) {
  EXPECT_TRUE(legal({Kind::kLength, 3}, {0, 3}));
  EXPECT_FALSE(legal({Kind::kLength, 3}, {4}));
  EXPECT_FALSE(legal({Kind::kLength, 3}, {-1}));
  EXPECT_TRUE(legal({Kind::kSplit, 3}, {1, 2, 0}));
  EXPECT_FALSE(legal({Kind::kSplit, 3}, {1, 1}));
  EXPECT_FALSE(legal({Kind::kSplit, 3}, {4, -1})) << "a length below 0 is none, whatever the sum";
}

TEST(IllegalValue, SaysWhatTheContractHas) {
  EXPECT_EQ(illegal_value({Kind::kIndex, 3}, {2}, {0, 5}),
            "5 where the contract has a class index in [0, 3)");
  EXPECT_EQ(illegal_value({Kind::kSplit, 3}, {2}, {1, 1}), "a sum of 2 where the contract has 3");
  EXPECT_EQ(illegal_value({Kind::kSplit, 3}, {2}, {4, -1}),
            "-1 where the contract has a length of at least 0");
}

TEST(BindKind, TakesArgumentsFromShapesAndOptions) {
  const Case c = test_case(
      "ctc_loss(log_probs=[5,2,4], targets=[6], input_lengths=[2],"
      " target_lengths=[2], blank=3)");
  const Call call = to_call(c, ctc_spec());
  Reading reading;
  ASSERT_EQ(classify(ctc_spec().contract, call, &reading), Zone::kValid);
  const auto& operands = reading.alternative->operands;
  EXPECT_EQ(bind_kind(operands[1], reading.bindings).argument, 4);
  EXPECT_EQ(bind_kind(operands[1], reading.bindings).special, 3);
  EXPECT_EQ(bind_kind(operands[2], reading.bindings).argument, 5);
  EXPECT_EQ(bind_kind(operands[3], reading.bindings).kind, Kind::kSplit);
  EXPECT_EQ(bind_kind(operands[3], reading.bindings).argument, 6);
}

TEST(BindKind, TurnsAKindThatAnOptionDecidesIntoOne) {
  const Contract contract =
      parse_contract("(x: rate(log)[], y: prob_or_log(log)[]) -> []", {"log"});
  const auto kind_of = [&](std::size_t operand, std::int64_t log) {
    Bindings bindings;
    bindings.sizes[0] = log;
    return bind_kind(contract.operands()[operand], bindings).kind;
  };
  EXPECT_EQ(kind_of(0, 0), Kind::kPositive);
  EXPECT_EQ(kind_of(0, 1), Kind::kReal);
  EXPECT_EQ(kind_of(1, 0), Kind::kProb);
  EXPECT_EQ(kind_of(1, 1), Kind::kLogProb);
}

TEST(IllegalSamples, AreIllegal) {
  for (const KindInfo& kind : all_kinds()) {
    BoundKind bound;
    bound.kind = kind.value;
    bound.argument = 3;
    if (kind.value == Kind::kLabel) bound.special = 1;
    for (const double value : illegal_samples(bound)) {
      EXPECT_TRUE(illegal_value(bound, {1}, {value})) << kind.name << " " << value;
    }
  }
}

TEST(LegalSamples, AreLegalInThePlaceOfADrawnValue) {
  std::size_t samples = 0;
  for (const std::int64_t argument : {0, 1, 3}) {
    for (const KindInfo& kind : all_kinds()) {
      BoundKind bound;
      bound.kind = kind.value;
      bound.argument = argument;
      if (kind.value == Kind::kLabel) bound.special = 1;
      if (kind.value == Kind::kIndex) bound.special = -100;
      for (const double value : legal_samples(bound)) {
        EXPECT_EQ(illegal_value(bound, {1}, {value}), std::nullopt) << kind.name << " " << value;
        ++samples;
      }
    }
  }
  EXPECT_GT(samples, 30U);
  EXPECT_EQ(legal_samples({Kind::kIndex, 3, -100}), (std::vector<double>{-100, 0, 2}));
  EXPECT_EQ(legal_samples({Kind::kLabel, 3, 2}), (std::vector<double>{0}));
  EXPECT_EQ(legal_samples({Kind::kLength, 4}), (std::vector<double>{0, 4}));
  EXPECT_EQ(legal_samples({Kind::kIndex, 0}), std::vector<double>());
}

TEST(LegalSamples, HaveTheInfinitiesAndTheSmallestNumbersOfTheirKind) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const auto has = [](Kind kind, double value) {
    const std::vector<double> samples = legal_samples({kind});
    EXPECT_EQ(is_boundary({kind}, value),
              std::find(samples.begin(), samples.end(), value) != samples.end());
    return is_boundary({kind}, value);
  };
  EXPECT_TRUE(has(Kind::kReal, kInfinity));
  EXPECT_TRUE(has(Kind::kReal, -kInfinity));
  EXPECT_TRUE(has(Kind::kLogProb, -kInfinity));
  EXPECT_FALSE(has(Kind::kLogProb, kInfinity));
  EXPECT_TRUE(has(Kind::kPositive, kInfinity));
  EXPECT_FALSE(has(Kind::kPositive, -kInfinity));
  EXPECT_FALSE(has(Kind::kProb, kInfinity));
  for (const Kind kind : {Kind::kReal, Kind::kPositive, Kind::kWeight, Kind::kProb}) {
    EXPECT_TRUE(has(kind, 1e-20));
  }
  for (const Kind kind : {Kind::kPositive, Kind::kProb}) {
    EXPECT_TRUE(has(kind, std::numeric_limits<double>::denorm_min()));
  }
}

TEST(EffectiveValues, RepeatTheFirstEntryOfAnExpandedLayout) {
  Operand operand;
  operand.shape = {3, 2};
  operand.layout = Layout::kExpanded;
  operand.values = {1, 2, 3, 4, 5, 6};
  EXPECT_EQ(effective_values(operand, {}, 0, 0), (std::vector<double>{1, 2, 1, 2, 1, 2}));
}

TEST(EffectiveValues, HaveNoSignInAnUnsignedDtype) {
  Operand operand;
  operand.shape = {50};
  operand.dtype = DType::kU8;
  for (const double value : effective_values(operand, {}, 0, 0)) EXPECT_GE(value, 0);
}

}  // namespace
}  // namespace shapefuzz
