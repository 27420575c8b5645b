// SPDX-License-Identifier: BSD-3-Clause
#include "harness/language/case/option.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

#include "harness/testing/expect_error.h"

namespace shapefuzz {
namespace {

using List = std::vector<std::int64_t>;

const OptionSpec kFlag = {"swap", false, {}};
const OptionSpec kWhole = {"ignore_index", std::int64_t{-100}, {}};
const OptionSpec kReal = {"margin", 1.0, {}};
const OptionSpec kWord = {"reduction", std::string("mean"), {"none", "mean", "sum"}};
const OptionSpec kList = {"cutoffs", List{2, 4}, {}};

// The whole text as a value of the option.
OptionValue parse(const OptionSpec& spec, std::string_view text) {
  return parse_text(text, [&](Cursor& cursor) {
    OptionValue value = parse_option_value(cursor, spec);
    cursor.expect_end("the value");
    return value;
  });
}

void expect_bad_value(const OptionSpec& spec, const std::string& marked, std::string_view message) {
  expect_error([&](std::string_view text) { return parse(spec, text); }, marked, message);
}

TEST(Option, ReadsAValueOfItsOwnType) {
  EXPECT_EQ(parse(kFlag, "true"), OptionValue(true));
  EXPECT_EQ(parse(kFlag, " false "), OptionValue(false));
  EXPECT_EQ(parse(kWhole, "-5"), OptionValue(std::int64_t{-5}));
  EXPECT_EQ(parse(kWhole, "9223372036854775807"), OptionValue(std::int64_t{INT64_MAX}));
  EXPECT_EQ(parse(kReal, "2"), OptionValue(2.0));
  EXPECT_EQ(parse(kReal, "-1e-8"), OptionValue(-1e-8));
  EXPECT_EQ(parse(kReal, "-inf"), OptionValue(-std::numeric_limits<double>::infinity()));
  EXPECT_EQ(parse(kWord, "sum"), OptionValue(std::string("sum")));
  EXPECT_EQ(parse(kList, "[ 1, -2 ]"), OptionValue(List{1, -2}));
  EXPECT_EQ(parse(kList, "[]"), OptionValue(List{}));
}

TEST(Option, RefusesAValueOfAnotherType) {
  expect_bad_value(kFlag, "^1", "found '1', expected true or false");
  expect_bad_value(kFlag, "^True", "found 'True', expected true or false");
  expect_bad_value(kFlag, "true^ish", "found 'ish', expected the end of the value");
  expect_bad_value(kWhole, "^mean", "found 'mean', expected a whole number");
  expect_bad_value(kWhole, "1^.5", "found '.', expected the end of the value");
  expect_bad_value(kWhole, "^9223372036854775808", "expected a whole number in");
  expect_bad_value(kReal, "^true", "found 'true', expected a number");
  expect_bad_value(kReal, "^", "found the end of the text, expected a number");
  expect_bad_value(kReal, "^1.2.3", "expected a number");
  expect_bad_value(kReal, "0^x10", "found 'x10', expected the end of the value");
  expect_bad_value(kList, "^2", "found '2', expected '['");
  expect_bad_value(kList, "[1,^", "expected a whole number");
  expect_bad_value(kList, "[1 ^2]", "expected ']' or ','");
  expect_bad_value(kList, "[1^.5]", "found '.', expected ']' or ','");
}

TEST(Option, NamesTheChoicesOfAWord) {
  expect_bad_value(kWord, "^maen", "found 'maen', expected one of none, mean, sum (did you mean");
  expect_bad_value(kWord, "^batchmean", "expected one of none, mean, sum");
  expect_bad_value(kWord, "^1", "found '1', expected reduction");
}

TEST(Option, BoundsTheLengthOfAList) {
  std::string list = "[0";
  for (int i = 1; i < 64; ++i) list += ",0";
  EXPECT_EQ(std::get<List>(parse(kList, list + "]")).size(), 64U);
  expect_bad_value(kList, list + ",^0]", "at most 64 numbers");
}

TEST(Option, PrintsTheShortestSpelling) {
  EXPECT_EQ(to_string(OptionValue(true)), "true");
  EXPECT_EQ(to_string(OptionValue(std::int64_t{-100})), "-100");
  EXPECT_EQ(to_string(OptionValue(0.1)), "0.1");
  EXPECT_EQ(to_string(OptionValue(2.0)), "2");
  EXPECT_EQ(to_string(OptionValue(std::string("mean"))), "mean");
  EXPECT_EQ(to_string(OptionValue(List{4, 10})), "[4,10]");
}

}  // namespace
}  // namespace shapefuzz
