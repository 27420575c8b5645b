// SPDX-License-Identifier: BSD-3-Clause
#include "harness/language/shape/shape.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <stdexcept>

#include "harness/testing/expect_error.h"
#include "harness/testing/shape_gen.h"

namespace shapefuzz {
namespace {

void expect_bad_shape(const std::string& marked, std::string_view message) {
  expect_error([](std::string_view text) { return parse_shape(text); }, marked, message);
}

TEST(Shape, ReadsEverySpellingThatPeoplePaste) {
  for (const char* text : {"[64,1]", "[64, 1]", "(64, 1)", "(64,1)", "torch.Size([64, 1])", "64x1",
                           "  [ 64 ,\t1 ]  ", "64 x 1"}) {
    EXPECT_EQ(parse_shape(text), Shape({64, 1})) << text;
  }
  for (const char* text : {"[64]", "(64)", "(64,)", "(64, )", "torch.Size([64])", "64"}) {
    EXPECT_EQ(parse_shape(text), Shape({64})) << text;
  }
  for (const char* text : {"[]", "()", "[ ]", "torch.Size([])"}) {
    EXPECT_EQ(parse_shape(text), Shape({})) << text;
  }
  EXPECT_EQ(parse_shape("2x0x3"), Shape({2, 0, 3}));
}

TEST(Shape, PrintsOneCanonicalSpelling) {
  EXPECT_EQ(to_string(Shape{}), "[]");
  EXPECT_EQ(to_string(Shape{64}), "[64]");
  EXPECT_EQ(to_string(parse_shape("torch.Size([64, 1, 0])")), "[64,1,0]");
}

RC_GTEST_PROP(Shape, ReadsBackEveryShapeThatItPrints, ()) {
  const Shape shape = *rc::gen::oneOf(shapes(kMaxRank, 2), shapes(2, 4096), shapes(1, 1 << 24));
  RC_ASSERT(parse_shape(to_string(shape)) == shape);
}

TEST(Shape, NamesTheColumnWhereAListBreaks) {
  expect_bad_shape("^", "found the end of the text, expected a shape like [64,1]");
  expect_bad_shape("   ^", "expected a shape like [64,1]");
  expect_bad_shape("^x64", "found 'x64', expected a shape like [64,1]");
  expect_bad_shape("[64,^", "found the end of the text, expected a size");
  expect_bad_shape("[64^", "expected ']' or ','");
  expect_bad_shape("[64 ^1]", "found '1', expected ']' or ','");
  expect_bad_shape("[64,1^)", "found ')', expected ']' or ','");
  expect_bad_shape("(64,1^]", "found ']', expected ')' or ','");
  expect_bad_shape("[64,^]", "found ']', expected a size");
  expect_bad_shape("(64,1,^)", "found ')', expected a size");
  expect_bad_shape("(^,)", "found ',', expected a size");
  expect_bad_shape("[^N]", "found 'N', expected a size");
  expect_bad_shape("[1^.5]", "found '.', expected ']' or ','");
  expect_bad_shape("64x^", "found the end of the text, expected a size");
  expect_bad_shape("64x^-1", "found '-1', expected a size");
  expect_bad_shape("torch.Size^[64]", "found '[', expected '('");
  expect_bad_shape("torch.Size(^64)", "found '64', expected '['");
  expect_bad_shape("torch.Size([64]^", "found the end of the text, expected ')'");
}

TEST(Shape, RefusesTextBehindTheShape) {
  expect_bad_shape("[64,1]^]", "found ']', expected the end of the shape");
  expect_bad_shape("[64,1] ^[64]", "found '[', expected the end of the shape");
  expect_bad_shape("64x1^abc", "found 'abc', expected the end of the shape");
}

TEST(Shape, RefusesSizesThatNoTensorHas) {
  expect_bad_shape("[^-1]", "found '-1', expected a size in [0, 9223372036854775807]");
  expect_bad_shape("[2, ^99999999999999999999]", "expected a size in [0, 9223372036854775807]");
  expect_bad_shape("[^9223372036854775808]", "expected a size in [0, 9223372036854775807]");
}

TEST(Shape, RefusesMoreElementsThan63BitsCount) {
  const std::string half = "4294967296";  // 2^32
  expect_bad_shape("^[" + half + "," + half + "]", "at most 9223372036854775807 elements");
  expect_bad_shape("  ^4294967296x2147483648", "at most 9223372036854775807 elements in a tensor");
  EXPECT_EQ(parse_shape("[9223372036854775807]").elements(), kMaxSize);
  EXPECT_EQ(parse_shape("[4294967296,2147483647]").elements(), 9223372032559808512);
  // Strides of an empty tensor are computed with its sizes of 0 taken for 1.
  EXPECT_EQ(parse_shape("[0,4294967296]").elements(), 0);
  expect_bad_shape("^[0,4294967296,4294967296]", "at most 9223372036854775807 elements");
}

TEST(Shape, CountsMoreElementsThan63BitsAsTheMost) {
  const Shape column = {std::int64_t{1} << 40, 1};
  const Shape row = {std::int64_t{1} << 40};
  EXPECT_EQ(broadcast(column, row)->elements(), kMaxSize);
  EXPECT_EQ((Shape{std::int64_t{1} << 40, std::int64_t{1} << 40, 0}).elements(), 0);
}

TEST(Shape, RefusesMoreDimensionsThanItHolds) {
  EXPECT_EQ(parse_shape("[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]").rank(), kMaxRank);
  expect_bad_shape("[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,^1]", "expected at most 16 dimensions");
  Shape shape = parse_shape("1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1");
  EXPECT_THROW(shape.push_back(1), std::length_error);
}

TEST(Shape, RefusesBytesThatAreNoText) {
  expect_bad_shape(std::string("^\0", 2), "found '\\x00', expected a shape");
  expect_bad_shape(std::string("[64^\0]", 6), "found '\\x00', expected ']' or ','");
  expect_bad_shape(std::string("[64]^\0", 6), "found '\\x00', expected the end of the shape");
  expect_bad_shape(
      "64^\xc3\x97"
      "1",
      "found '\\xc3', expected the end of the shape");
}

TEST(Shape, RefusesAMegabyteOfNonsenseWithAShortMessage) {
  expect_bad_shape("[^" + std::string(1 << 20, '['), "found '[', expected a size");
  expect_bad_shape("[^" + std::string(1 << 20, '9'), "expected a size in [0, 9223372036854775807]");
  expect_bad_shape("^" + std::string(1 << 20, 'x'), "expected a shape like [64,1]");
  expect_bad_shape(std::string(1 << 20, ' ') + "^", "expected a shape like [64,1]");
}

TEST(Shape, CountsElements) {
  EXPECT_EQ(Shape({}).elements(), 1);
  EXPECT_EQ(Shape({2, 3}).elements(), 6);
  EXPECT_EQ(Shape({2, 0, 3}).elements(), 0);
}

TEST(Shape, IsCutAndPutTogether) {
  Shape shape = {2, 3, 4};
  EXPECT_EQ(shape.slice(1, 2), Shape({3, 4}));
  EXPECT_EQ(shape.slice(3, 0), Shape({}));
  EXPECT_EQ(shape.from_right(0), 4);
  shape.append({5});
  EXPECT_EQ(shape, Shape({2, 3, 4, 5}));
  EXPECT_NE(shape, Shape({2, 3, 4}));
}

TEST(Shape, BroadcastsAsTheDocumentationsExamples) {
  EXPECT_EQ(broadcast({64, 1}, {64}), Shape({64, 64}));
  EXPECT_EQ(broadcast({5, 3, 4, 1}, {3, 1, 1}), Shape({5, 3, 4, 1}));
  EXPECT_EQ(broadcast({1}, {3, 1, 7}), Shape({3, 1, 7}));
  EXPECT_EQ(broadcast({0}, {2, 2}), std::nullopt);
  EXPECT_EQ(broadcast({5, 2, 4, 1}, {3, 1, 1}), std::nullopt);
  EXPECT_EQ(broadcast({1}, {0}), Shape({0}));
}

TEST(Shape, ExpandsOnlySizesOfOneAndMissingLeadingDimensions) {
  EXPECT_TRUE(expands_to({1}, {64, 2}));
  EXPECT_TRUE(expands_to({}, {64, 2}));
  EXPECT_TRUE(expands_to({64, 1}, {64, 0}));
  EXPECT_FALSE(expands_to({64}, {64, 1}));
  EXPECT_FALSE(expands_to({1, 64}, {64}));
  EXPECT_FALSE(expands_to({0}, {1}));
}

RC_GTEST_PROP(Shape, ExpandsExactlyToTheShapesThatBroadcastingLeavesAsTheyAre, ()) {
  const Shape from = *shapes(3, 2);
  const Shape to = *shapes(4, 2);
  RC_ASSERT(expands_to(from, to) == (broadcast(from, to) == to));
  RC_ASSERT(broadcast(from, to) == broadcast(to, from));
}

}  // namespace
}  // namespace shapefuzz
