// SPDX-License-Identifier: BSD-3-Clause
// The meanings that are given to calls which the contract refuses.
#include <gtest/gtest.h>

#include <algorithm>

#include "harness/language/contract/call_text.h"
#include "harness/language/contract/unify.h"
#include "harness/testing/shape_gen.h"

namespace shapefuzz {
namespace {

using Operands = std::vector<std::string>;
using Shapes = std::vector<Shape>;

constexpr const char* kMse = "(input: real[*S], target: real[*S]) -> [*S]";
constexpr const char* kNll =
    "(input: logprob[C], target: index(C)[], weight?: weight[C]) -> []"
    " | (input: logprob[N,C,*d], target: index(C)[N,*d], weight?: weight[C]) -> [N,*d]";

// What a reading makes of the operands that are there, and then of the result.
Shapes shapes_of(const Reading& reading, const Operands& operands) {
  Shapes shapes;
  for (std::size_t i = 0; i < operands.size(); ++i) {
    if (operands[i] != "-") shapes.push_back(reading.shapes[i]);
  }
  shapes.push_back(reading.result);
  return shapes;
}

std::vector<Shapes> tolerant(const char* contract, const Operands& operands) {
  const Contract parsed = parse_contract(contract);
  std::vector<Shapes> all;
  for (const Reading& reading : tolerant_readings(parsed, call_of(operands))) {
    all.push_back(shapes_of(reading, operands));
  }
  return all;
}

Shapes nearest(const char* contract, const Operands& operands) {
  const Contract parsed = parse_contract(contract);
  return shapes_of(nearest_reading(parsed, call_of(operands)), operands);
}

void expect_among(const std::vector<Shapes>& all, const Shapes& wanted) {
  EXPECT_NE(std::find(all.begin(), all.end(), wanted), all.end())
      << testing::PrintToString(wanted) << " is not in " << testing::PrintToString(all);
}

TEST(TolerantReadings, PairEveryPredictionWithEveryTarget) {
  expect_among(tolerant(kMse, {"f[64,1]", "f[64]"}), {{64, 64}, {64, 64}, {64, 64}});
  expect_among(tolerant(kMse, {"f[64]", "f[64,1]"}), {{64, 64}, {64, 64}, {64, 64}});
}

TEST(TolerantReadings, LetTheOutputGrowToo) {
  expect_among(tolerant(kMse, {"f[1,3]", "f[4,1]"}), {{4, 3}, {4, 3}, {4, 3}});
  expect_among(tolerant(kMse, {"f[]", "f[2,0]"}), {{2, 0}, {2, 0}, {2, 0}});
  expect_among(tolerant(kNll, {"f[1,3]", "i[4]"}), {{4, 3}, {4}, {4}});
  expect_among(tolerant(kNll, {"f[1,3,2]", "i[4,1]"}), {{4, 3, 2}, {4, 2}, {4, 2}});
}

TEST(TolerantReadings, DropLeadingOnes) {
  expect_among(tolerant(kNll, {"f[4,3]", "i[4]", "f[1,3]"}), {{4, 3}, {4}, {3}, {4}});
  expect_among(tolerant(kNll, {"f[4,3]", "i[1,1,4]"}), {{4, 3}, {4}, {4}});
  expect_among(tolerant(kNll, {"f[1,3]", "i[4]", "f[1,3]"}), {{4, 3}, {4}, {3}, {4}});
}

TEST(TolerantReadings, ReshapeWhereOnlyOnesAreTooMany) {
  expect_among(tolerant(kMse, {"f[64]", "f[64,1]"}), {{64}, {64}, {64}});
  expect_among(tolerant(kNll, {"f[4,3]", "i[4]", "f[3,1]"}), {{4, 3}, {4}, {3}, {4}});
  expect_among(tolerant(kNll, {"f[4,3]", "i[4,1]"}), {{4, 3}, {4}, {4}});
}

TEST(TolerantReadings, AskForNoLegalValues) {
  EXPECT_FALSE(tolerant(kNll, {"f[4,0]", "i[4]"}).empty());
}

TEST(TolerantReadings, FindNoMeaningWhereSizesContradict) {
  EXPECT_TRUE(tolerant(kMse, {"f[64]", "f[63]"}).empty());
  EXPECT_TRUE(tolerant(kMse, {"f[2,3]", "f[3,2]"}).empty());
  EXPECT_TRUE(tolerant(kNll, {"f[4,3]", "i[4]", "f[2]"}).empty());
  EXPECT_TRUE(tolerant(kNll, {"f[4,3]", "f[4]"}).empty());
}

// A variance for each number or for each row, in either order of the alternatives.
const std::vector<const char*> kVariances = {
    "(x: real[*S,D], y: real[*S,D], var: positive[*S,D]) -> [*S,D]"
    " | (x: real[*S,D], y: real[*S,D], var: positive[*S]) -> [*S,D]",
    "(x: real[*S,D], y: real[*S,D], var: positive[*S]) -> [*S,D]"
    " | (x: real[*S,D], y: real[*S,D], var: positive[*S,D]) -> [*S,D]"};

TEST(ExpandedReadings, ChangeTheFewestOperandsInEitherOrderOfTheAlternatives) {
  for (const char* text : kVariances) {
    const Contract contract = parse_contract(text);
    const Call call = call_of({"f[3,3]", "f[3,1]", "f[3]"});
    Reading reading;
    EXPECT_EQ(classify(contract, call, &reading), Zone::kExpandable) << text;
    EXPECT_EQ(reading.shapes[2], Shape{3}) << text;
    const std::vector<Reading> all = expanded_readings(contract, call);
    ASSERT_EQ(all.size(), 2U) << text;
    EXPECT_EQ(all[0].alternative, reading.alternative) << text;
    EXPECT_EQ(all[1].shapes[2], (Shape{3, 3})) << text;
  }
}

TEST(ExpandedReadings, AreInTheContractsOrderWhereTheyChangeAsMany) {
  const Contract contract = parse_contract(kVariances[1]);
  const Call call = call_of({"f[3,3]", "f[3,1]", "f[1]"});
  const std::vector<Reading> all = expanded_readings(contract, call);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].alternative, &contract.alternatives[0]);
  Reading reading;
  EXPECT_EQ(classify(contract, call, &reading), Zone::kExpandable);
  EXPECT_EQ(reading.alternative, all[0].alternative);
}

TEST(NearestReading, DemandsOfTheOthersWhatTheOutputSays) {
  EXPECT_EQ(nearest(kMse, {"f[64,1]", "f[64]"}), (Shapes{{64, 1}, {64, 1}, {64, 1}}));
  EXPECT_EQ(nearest(kNll, {"f[4,3]", "i[4,1]"}), (Shapes{{4, 3}, {4}, {4}}));
  EXPECT_EQ(nearest(kNll, {"f[3]", "i[7]", "f[2]"}), (Shapes{{3}, {}, {3}, {}}));
}

TEST(NearestReading, TakesTheAlternativeThatTheOutputFits) {
  const Contract contract = parse_contract(kNll);
  EXPECT_EQ(nearest_reading(contract, call_of({"f[3]", "i[3]"})).alternative,
            &contract.alternatives[0]);
  EXPECT_EQ(nearest_reading(contract, call_of({"f[4,3]", "i[]"})).alternative,
            &contract.alternatives[1]);
}

TEST(NearestReading, PrefersAnAlternativeThatTheNumbersFit) {
  const Contract contract =
      parse_contract("(x: real[N,C], y: index(C)[N]) -> [N] | (x: real[N,C], y: prob[N,C]) -> [N]");
  EXPECT_EQ(nearest_reading(contract, call_of({"f[4,3]", "f[4]"})).alternative,
            &contract.alternatives[1]);
  EXPECT_EQ(nearest_reading(contract, call_of({"f[4,3]", "i[4,3]"})).alternative,
            &contract.alternatives[0]);
}

TEST(NearestReading, TakesTheNearestOfThemWhereTheNumbersFitNone) {
  EXPECT_EQ(nearest(kNll, {"f[4,3]", "f[4]"}), (Shapes{{4, 3}, {4}, {4}}));
  EXPECT_EQ(nearest(kNll, {"i[3]", "f[4]"}), (Shapes{{3}, {}, {}}));
}

TEST(NearestReading, TakesTheFirstAlternativeWhereTheOutputFitsNone) {
  const Contract contract = parse_contract(kNll);
  EXPECT_EQ(nearest_reading(contract, call_of({"f[]", "i[5]"})).alternative,
            &contract.alternatives[0]);
}

TEST(Instantiate, PutsTheBoundSizesInAndCountsTheOthersAsAsked) {
  const Contract contract = parse_contract("(x: real[N,*d,2,K]) -> []");
  Bindings bindings;
  bindings.sizes[0] = 4;
  bindings.sizes[1] = 2;
  bindings.packs[1] = {5, 6};
  const Pattern& pattern = contract.operands()[0].pattern;
  EXPECT_EQ(instantiate(pattern, bindings), Shape({4, 5, 6, 2, 1}));
  EXPECT_EQ(instantiate(pattern, bindings, 7), Shape({4, 5, 6, 2, 7}));
}

}  // namespace
}  // namespace shapefuzz
