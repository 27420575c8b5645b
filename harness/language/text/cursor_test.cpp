// SPDX-License-Identifier: BSD-3-Clause
#include "harness/language/text/cursor.h"

#include <gtest/gtest.h>

#include <limits>

#include "harness/testing/expect_error.h"

namespace shapefuzz {
namespace {

std::int64_t read_integer(std::string_view text) {
  return parse_text(text, [](Cursor& cursor) {
    const std::int64_t value = cursor.integer(-10, 1000, "a number");
    cursor.expect_end("the number");
    return value;
  });
}

TEST(Cursor, ReadsWholeNumbersWithinTheirBounds) {
  EXPECT_EQ(read_integer("  -10 "), -10);
  EXPECT_EQ(read_integer("1000"), 1000);
  EXPECT_EQ(read_integer("\t007"), 7);
}

TEST(Cursor, RefusesWholeNumbersBeyondTheirBounds) {
  expect_error(read_integer, " ^-11", "found '-11', expected a number in [-10, 1000]");
  expect_error(read_integer, "^1001", "found '1001', expected a number in [-10, 1000]");
  expect_error(read_integer, "^99999999999999999999", "a number in [-10, 1000]");
}

TEST(Cursor, RefusesWhatIsNoWholeNumber) {
  expect_error(read_integer, "^", "found the end of the text, expected a number");
  expect_error(read_integer, "^-", "found '-', expected a number");
  expect_error(read_integer, "^+5", "found '+', expected a number");
  expect_error(read_integer, "^abc", "found 'abc', expected a number");
  expect_error(read_integer, "5^.0", "found '.', expected the end of the number");
}

TEST(Cursor, ReadsTheExtremesOfItsType) {
  constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(Cursor("-9223372036854775808").integer(kMin, kMax, ""), kMin);
  EXPECT_EQ(Cursor("9223372036854775807").integer(kMin, kMax, ""), kMax);
}

TEST(Cursor, ReadsNamesUpToTheFirstOtherCharacter) {
  Cursor cursor(" _a1B2-c");
  EXPECT_EQ(cursor.name("a name"), "_a1B2");
  EXPECT_EQ(cursor.offset(), 6U);
  const auto read_name = [](std::string_view text) {
    Cursor failing(text);
    EXPECT_EQ(failing.name("a name"), "");
    failing.finish();
  };
  expect_error(read_name, "^1a", "found '1a', expected a name");
  expect_error(read_name, "^", "found the end of the text, expected a name");
}

TEST(Cursor, NeverTakesANulByteForTheEnd) {
  const auto read_nothing = [](std::string_view text) {
    Cursor nothing(text);
    nothing.expect_end("the text");
    nothing.finish();
  };
  EXPECT_NO_THROW(read_nothing(" \t "));
  expect_error(read_nothing, std::string("^\0", 2), "found '\\x00', expected the end of the text");
}

TEST(Cursor, KeepsTheFirstFailureAndIsAtTheEndThen) {
  const auto read_pair = [](std::string_view text) {
    Cursor cursor(text);
    const std::int64_t first = cursor.integer(1, 9, "a number");
    const bool failed = cursor.failed();
    cursor.expect(",");
    const std::int64_t second = cursor.integer(1, 9, "another number");
    cursor.expect_end("the pair");
    if (failed) {
      EXPECT_EQ(first, 1);
      EXPECT_EQ(second, 1);
      EXPECT_TRUE(cursor.at_end());
      EXPECT_FALSE(cursor.take(","));
    }
    cursor.finish();
  };
  EXPECT_NO_THROW(read_pair("3,4"));
  expect_error(read_pair, "^x,4", "found 'x', expected a number");
  expect_error(read_pair, "3,^x y", "found 'x', expected another number");
}

}  // namespace
}  // namespace shapefuzz
