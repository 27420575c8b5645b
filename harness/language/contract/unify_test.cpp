// SPDX-License-Identifier: BSD-3-Clause
// The zones of the contracts that the documentation of shapefuzz explains itself with.
#include "harness/language/contract/unify.h"

#include <gtest/gtest.h>

#include "harness/language/contract/call_text.h"
#include "harness/testing/shape_gen.h"

namespace shapefuzz {
namespace {

using Operands = std::vector<std::string>;

constexpr const char* kMse = "(input: real[*S], target: real[*S]) -> [*S]";
constexpr const char* kNll =
    "(input: logprob[C], target: index(C)[], weight?: weight[C]) -> []"
    " | (input: logprob[N,C,*d], target: index(C)[N,*d], weight?: weight[C]) -> [N,*d]";
constexpr const char* kCrossEntropy =
    "(input: real[C], target: index(C)[]) -> []"
    " | (input: real[N,C,*d], target: index(C)[N,*d]) -> [N,*d]"
    " | (input: real[C], target: prob[C]) -> []"
    " | (input: real[N,C,*d], target: prob[N,C,*d]) -> [N,*d]";
constexpr const char* kCosine =
    "(input1: real[D], input2: real[D], target: sign[]) -> []"
    " | (input1: real[N,D], input2: real[N,D], target: sign[N]) -> [N]";
constexpr const char* kMultilabelSoft = "(input: real[*S,C], target: binary[*S,C]) -> [*S]";
constexpr const char* kCtc =
    "(log_probs: logprob[T,N,C], targets: label(C,blank)[N,S], input_lengths: length(T)[N],"
    " target_lengths: length(S)[N]) -> [N] where T >= 1"
    " | (log_probs: logprob[T,N,C], targets: label(C,blank)[L], input_lengths: length(T)[N],"
    " target_lengths: split(L)[N]) -> [N] where T >= 1"
    " | (log_probs: logprob[T,C], targets: label(C,blank)[S], input_lengths: length(T)[],"
    " target_lengths: split(S)[]) -> [] where T >= 1";

// The blank of ctc is an option, and 0 as every option of a call unless it says otherwise.
const std::vector<std::string> kOptions = {"blank"};

Zone zone(const char* contract, const Operands& operands) {
  return classify(parse_contract(contract, kOptions), call_of(operands));
}

// The unreduced result of a call that must be valid or expandable.
Shape result(const char* contract, const Operands& operands) {
  const Contract parsed = parse_contract(contract, kOptions);
  Reading reading;
  EXPECT_NE(classify(parsed, call_of(operands), &reading), Zone::kIncompatible);
  return reading.result;
}

void expect_zone(Zone expected, const char* contract, const std::vector<Operands>& calls) {
  for (const Operands& operands : calls) {
    EXPECT_EQ(zone(contract, operands), expected) << testing::PrintToString(operands);
  }
}

TEST(Unify, ElementwiseWantsTheOutputsShape) {
  expect_zone(Zone::kValid, kMse, {{"f[64,1]", "f[64,1]"}, {"f[]", "f[]"}, {"f[0]", "f[0]"}});
  expect_zone(Zone::kExpandable, kMse,
              {{"f[64,2]", "f[1]"},
               {"f[64,2]", "f[2]"},
               {"f[64,1]", "f[]"},
               {"f[0]", "f[1]"},
               {"f[4,3]", "f[4,1]"},
               {"f[4,3]", "f[1,3]"}});
  expect_zone(Zone::kIncompatible, kMse,
              {{"f[64,1]", "f[64]"},
               {"f[64]", "f[64,1]"},
               {"f[]", "f[1]"},
               {"f[1]", "f[64]"},
               {"f[64]", "f[63]"},
               {"f[3]", "f[0]"},
               {"f[64]", "f[1,64]"},
               {"f[4,3]", "f[4]"}});
  EXPECT_EQ(result(kMse, {"f[64,2]", "f[1]"}), Shape({64, 2}));
}

TEST(Unify, AClassIndexHasTheOutputsShapeWithoutTheClasses) {
  expect_zone(Zone::kValid, kNll,
              {{"f[3]", "i[]"},
               {"f[4,3]", "i[4]"},
               {"f[4,3,2]", "i[4,2]"},
               {"f[0,3]", "i[0]"},
               {"f[4,3]", "i[4]", "f[3]"},
               {"f[4,3,2,5]", "i[4,2,5]", "f[3]"}});
  expect_zone(Zone::kExpandable, kNll,
              {{"f[4,3]", "i[1]"},
               {"f[4,3]", "i[]"},
               {"f[4,3]", "i[4]", "f[1]"},
               {"f[4,3]", "i[4]", "f[]"},
               {"f[4,3,2]", "i[4,1]"},
               {"f[4,3,2]", "i[2]"}});
  expect_zone(Zone::kIncompatible, kNll,
              {{"f[4,3]", "i[4,1]"},
               {"f[4,3]", "i[4,3]"},
               {"f[4,3]", "i[3]"},
               {"f[]", "i[]"},
               {"f[3]", "i[1]"},
               {"f[4,3]", "i[4]", "f[4]"},
               {"f[4,3]", "i[4]", "f[1,3]"}});
  EXPECT_EQ(result(kNll, {"f[3]", "i[]"}), Shape({}));
  EXPECT_EQ(result(kNll, {"f[4,3,2]", "i[4,2]"}), Shape({4, 2}));
  EXPECT_EQ(result(kNll, {"f[4,3,2]", "i[]"}), Shape({4, 2}));
}

TEST(Unify, ThereIsNoIndexIntoZeroClassesButInAnEmptyTarget) {
  expect_zone(Zone::kIncompatible, kNll, {{"f[4,0]", "i[4]"}, {"f[0]", "i[]"}});
  expect_zone(Zone::kValid, kNll, {{"f[0,0]", "i[0]"}});
}

TEST(Unify, NothingIsSplitIntoNoPieces) {
  constexpr const char* kSplit = "(x: real[N], pieces: split(L)[N], y: real[L]) -> [N]";
  expect_zone(Zone::kValid, kSplit, {{"f[2]", "i[2]", "f[3]"}, {"f[0]", "i[0]", "f[0]"}});
  expect_zone(Zone::kIncompatible, kSplit, {{"f[0]", "i[0]", "f[3]"}});
}

TEST(Unify, TheNumbersTellAnIndexFromAProbability) {
  EXPECT_EQ(result(kCrossEntropy, {"f[4,3]", "i[4]"}), Shape({4}));
  EXPECT_EQ(result(kCrossEntropy, {"f[4,3]", "f[4,3]"}), Shape({4}));
  // [3,3,3] with [3,3]: an index of the images, or probabilities that expand to every one of them.
  EXPECT_EQ(zone(kCrossEntropy, {"f[3,3,3]", "i[3,3]"}), Zone::kValid);
  EXPECT_EQ(zone(kCrossEntropy, {"f[3,3,3]", "f[3,3]"}), Zone::kExpandable);
  expect_zone(Zone::kIncompatible, kCrossEntropy, {{"f[4,3]", "f[4]"}, {"f[4,3]", "i[4,3]"}});
  expect_zone(Zone::kIncompatible, kNll, {{"f[4,3]", "f[4]"}, {"i[4,3]", "i[4]"}});
  // A real operand may be stored as whole numbers; only values are asked for.
  EXPECT_EQ(zone(kMse, {"f[4]", "i[4]"}), Zone::kValid);
}

TEST(Unify, CosineEmbeddingComparesRows) {
  expect_zone(Zone::kValid, kCosine, {{"f[3]", "f[3]", "f[]"}, {"f[4,3]", "f[4,3]", "f[4]"}});
  expect_zone(
      Zone::kExpandable, kCosine,
      {{"f[4,3]", "f[3]", "f[4]"}, {"f[4,3]", "f[4,3]", "f[]"}, {"f[4,3]", "f[1,1]", "f[1]"}});
  expect_zone(Zone::kIncompatible, kCosine,
              {{"f[3]", "f[3]", "f[4]"},
               {"f[4,3]", "f[4,3]", "f[4,1]"},
               {"f[3]", "f[4,3]", "f[4]"},
               {"f[4,3,2]", "f[4,3,2]", "f[4]"}});
  EXPECT_EQ(result(kCosine, {"f[4,3]", "f[3]", "f[]"}), Shape({4}));
  EXPECT_EQ(result(kCosine, {"f[3]", "f[3]", "f[]"}), Shape({}));
}

TEST(Unify, MultilabelSoftMarginLosesTheClasses) {
  EXPECT_EQ(result(kMultilabelSoft, {"f[4,3]", "f[4,3]"}), Shape({4}));
  EXPECT_EQ(result(kMultilabelSoft, {"f[3]", "f[3]"}), Shape({}));
  EXPECT_EQ(result(kMultilabelSoft, {"f[5,4,3]", "f[3]"}), Shape({5, 4}));
  expect_zone(Zone::kIncompatible, kMultilabelSoft,
              {{"f[]", "f[]"}, {"f[4,3]", "f[4]"}, {"f[3]", "f[4,3]"}});
}

TEST(Unify, CtcTakesPaddedConcatenatedAndSingleTargets) {
  expect_zone(Zone::kValid, kCtc,
              {{"f[5,2,4]", "i[2,3]", "i[2]", "i[2]"},
               {"f[5,2,4]", "i[6]", "i[2]", "i[2]"},
               {"f[5,4]", "i[3]", "i[]", "i[]"},
               {"f[5,2,4]", "i[2,0]", "i[2]", "i[2]"},
               {"f[5,0,4]", "i[0]", "i[0]", "i[0]"}});
  expect_zone(Zone::kExpandable, kCtc,
              {{"f[5,2,4]", "i[1,3]", "i[2]", "i[2]"}, {"f[5,2,4]", "i[2,3]", "i[]", "i[1]"}});
  expect_zone(Zone::kIncompatible, kCtc,
              {{"f[5,2,4]", "i[3,3]", "i[2]", "i[2]"},  // another batch
               {"f[5,2,4]", "i[2,3]", "i[3]", "i[2]"},
               {"f[0,2,4]", "i[2,3]", "i[2]", "i[2]"},  // T >= 1
               {"f[5,2,1]", "i[2,3]", "i[2]", "i[2]"},  // the blank is the only class
               {"f[5]", "i[3]", "i[]", "i[]"}});
  EXPECT_EQ(result(kCtc, {"f[5,2,4]", "i[6]", "i[2]", "i[2]"}), Shape({2}));
  EXPECT_EQ(result(kCtc, {"f[5,4]", "i[3]", "i[]", "i[]"}), Shape({}));
}

TEST(Unify, AnOptionBindsASizeBeforeTheShapesDo) {
  const Contract contract = parse_contract("(x: real[N,features]) -> [N]", {"features"});
  EXPECT_EQ(classify(contract, call_of({"f[4,3]"}, {3})), Zone::kValid);
  EXPECT_EQ(classify(contract, call_of({"f[4,3]"}, {2})), Zone::kIncompatible);
  // An option may be negative; that is no size, and not the sign of a free name either.
  for (const std::int64_t features : {-1, -2, -100}) {
    EXPECT_EQ(classify(contract, call_of({"f[4,3]"}, {features})), Zone::kIncompatible);
    EXPECT_EQ(classify(contract, call_of({"f[4,1]"}, {features})), Zone::kIncompatible);
  }
  const Contract behind = parse_contract("(x: real[N], y: real[k]) -> [N]", {"k"});
  EXPECT_EQ(classify(behind, call_of({"f[4]", "f[1]"}, {3})), Zone::kExpandable);
  EXPECT_EQ(classify(behind, call_of({"f[4]", "f[1]"}, {-1})), Zone::kIncompatible);
  EXPECT_EQ(classify(behind, call_of({"f[4]", "-"}, {-1})), Zone::kValid);
}

TEST(Unify, ConstraintsHoldForSizesAndOptions) {
  const Contract contract =
      parse_contract("(x: real[N,M]) -> [] where N >= 2, N <= M, least <= N", {"least"});
  EXPECT_EQ(classify(contract, call_of({"f[2,2]"}, {0})), Zone::kValid);
  EXPECT_EQ(classify(contract, call_of({"f[1,2]"}, {0})), Zone::kIncompatible);
  EXPECT_EQ(classify(contract, call_of({"f[3,2]"}, {0})), Zone::kIncompatible);
  EXPECT_EQ(classify(contract, call_of({"f[2,2]"}, {3})), Zone::kIncompatible);
  EXPECT_EQ(classify(contract, call_of({"f[2,2]"}, {-7})), Zone::kValid);
  const Contract equal = parse_contract("(x: real[N,M]) -> [] where N = M");
  EXPECT_EQ(classify(equal, call_of({"f[2,2]"})), Zone::kValid);
  EXPECT_EQ(classify(equal, call_of({"f[2,3]"})), Zone::kIncompatible);
}

TEST(Unify, ANameThatTheOutputDoesNotBindIsTheCommonSizeOfItsOperands) {
  constexpr const char* kPair = "(x: real[], a: real[K], b: real[K]) -> [K]";
  EXPECT_EQ(zone(kPair, {"f[]", "f[3]", "f[3]"}), Zone::kValid);
  EXPECT_EQ(zone(kPair, {"f[]", "f[3]", "f[1]"}), Zone::kExpandable);
  EXPECT_EQ(result(kPair, {"f[]", "f[1]", "f[3]"}), Shape({3}));
  EXPECT_EQ(result(kPair, {"f[]", "f[]", "f[]"}), Shape({1}));
  EXPECT_EQ(zone(kPair, {"f[]", "f[2]", "f[3]"}), Zone::kIncompatible);
}

TEST(Unify, NoShapeMakesItThrow) {
  // Every pattern stays within the harness's rank, whatever the packs are bound to.
  const Contract contract = parse_contract(
      "(x: real[C,2], a: real[*S], b?: real[*S,C,C]) -> [*S,C,1]"
      " | (x: real[*S], a: real[*S], b?: real[]) -> [*S,2,2]");
  const std::string sixteen = "f[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]";
  for (const Operands& operands : std::vector<Operands>{{sixteen, sixteen, sixteen},
                                                        {sixteen, sixteen, "-"},
                                                        {"f[3,2]", sixteen, "-"},
                                                        {"f[3,2]", sixteen, "f[]"},
                                                        {"f[]", sixteen, sixteen}}) {
    const Call call = call_of(operands);
    EXPECT_EQ(classify(contract, call), Zone::kIncompatible);
    EXPECT_NO_THROW(tolerant_readings(contract, call));
    EXPECT_NO_THROW(nearest_reading(contract, call));
  }
}

TEST(Unify, ComputesWithSizes) {
  const char* const stacked = "(z: real[2N,D]) -> []";
  expect_zone(Zone::kValid, stacked, {{"f[4,3]"}, {"f[0,3]"}});
  expect_zone(Zone::kIncompatible, stacked, {{"f[3,3]"}, {"f[4]"}});
  const char* const shifted =
      "(logits: real[N,T,V], labels: index(V)[N,T-1]) -> [N,T-1] where T >= 1";
  expect_zone(Zone::kValid, shifted, {{"f[2,4,5]", "i[2,3]"}, {"f[2,1,5]", "i[2,0]"}});
  expect_zone(Zone::kIncompatible, shifted, {{"f[2,4,5]", "i[2,4]"}, {"f[2,0,5]", "i[2,0]"}});
  expect_zone(Zone::kExpandable, shifted, {{"f[2,4,5]", "i[1,3]"}, {"f[2,4,5]", "i[2,1]"}});
  EXPECT_EQ(result(shifted, {"f[2,4,5]", "i[2,3]"}), (Shape{2, 3}));
  // The name may be bound by what is computed from it.
  const char* const grown = "(targets: index[B,U], logits: real[B,T,U+1,V]) -> [B] where V >= 1";
  expect_zone(Zone::kValid, grown, {{"i[2,3]", "f[2,5,4,7]"}});
  expect_zone(Zone::kIncompatible, grown, {{"i[2,3]", "f[2,5,3,7]"}});
  const char* const first = "(logits: real[B,T,U+1,V], targets: index(V-1)[B,U]) -> [B]";
  expect_zone(Zone::kValid, first, {{"f[2,5,4,7]", "i[2,3]"}, {"f[2,5,1,7]", "i[2,0]"}});
  expect_zone(Zone::kIncompatible, first, {{"f[2,5,4,7]", "i[2,4]"}, {"f[2,5,4,1]", "i[2,3]"}});
}

TEST(Unify, BindsTheLengthsAndTheWordsOfOptions) {
  OptionNames options;
  options.add("len(taus)");
  options.add("mode", {"binary", "multiclass"});
  const Contract contract = parse_contract(
      "(o: real[N,len(taus)], t: real[N]) -> [N] where mode = binary"
      " | (o: real[N,C], t: index(C)[N]) -> [N] where mode = multiclass",
      options);
  EXPECT_EQ(classify(contract, call_of({"f[4,3]", "f[4]"}, {3, 0})), Zone::kValid);
  EXPECT_EQ(classify(contract, call_of({"f[4,2]", "f[4]"}, {3, 0})), Zone::kIncompatible);
  EXPECT_EQ(classify(contract, call_of({"f[4,2]", "i[4]"}, {3, 0})), Zone::kIncompatible);
  EXPECT_EQ(classify(contract, call_of({"f[4,2]", "i[4]"}, {3, 1})), Zone::kValid);
}

TEST(Unify, KnowsPacksThatAnOperandBeforeHas) {
  const char* const any_axis = "(t: index(C)[*a,*b], x: real[*a]) -> []";
  EXPECT_THROW(parse_contract(any_axis), ParseError);
  const char* const known = "(left: real[*a], x: real[*a,C,*b], t: index(C)[*a,*b]) -> [*a,*b]";
  expect_zone(Zone::kValid, known,
              {{"f[2]", "f[2,3,4]", "i[2,4]"},
               {"f[]", "f[3,4]", "i[4]"},
               {"f[2,5]", "f[2,5,3]", "i[2,5]"}});
  expect_zone(Zone::kIncompatible, known, {{"f[2]", "f[3,2,4]", "i[2,4]"}});
  EXPECT_EQ(result(known, {"f[2]", "f[2,3,4]", "i[2,4]"}), (Shape{2, 4}));
}

TEST(Unify, TakesAnySizeBoxesIdentitiesAndOneOfTwoOperands) {
  const char* const contract =
      "(z: real[N,D], labels?: index[N], mask?: binary[N,N]) -> [] where labels excludes mask";
  expect_zone(Zone::kValid, contract,
              {{"f[4,3]", "i[4]", "-"}, {"f[4,3]", "-", "f[4,4]"}, {"f[4,3]", "-", "-"}});
  expect_zone(Zone::kIncompatible, contract, {{"f[4,3]", "i[4]", "f[4,4]"}});
  expect_zone(Zone::kValid, "(a: real[N,_], b: real[N,_]) -> [N]", {{"f[4,3]", "f[4,5]"}});
  expect_zone(Zone::kValid, "(a: box[N,4], b: box[N,4]) -> [N]", {{"f[2,4]", "f[2,4]"}});
  expect_zone(Zone::kIncompatible, "(a: box[N,M], b: box[N,M]) -> [N]", {{"f[2,3]", "f[2,3]"}});
  EXPECT_EQ(zone("(x: real[N], t: index(3)[N]) -> [N]", {"f[2]", "i[2]"}), Zone::kValid);
}

}  // namespace
}  // namespace shapefuzz
