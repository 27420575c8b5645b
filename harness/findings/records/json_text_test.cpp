// SPDX-License-Identifier: BSD-3-Clause
// What is taken out of a JSON text, and where it is refused.
#include "harness/findings/records/json_text.h"

#include <gtest/gtest.h>

#include "harness/findings/records/tally.h"
#include "harness/language/text/parse_error.h"
#include "harness/testing/test_specs.h"

namespace shapefuzz {
namespace {

// Why the text is refused; empty if it is not.
std::string refusal_of(const std::string& text) {
  Cursor cursor(text);
  parse_json(cursor, "a list");
  return cursor.failed() ? cursor.failure()->what() : "";
}

TEST(Json, HasSoManyLevelsAndNoMore) {
  const auto nested = [](std::size_t levels) {
    return std::string(levels, '[') + std::string(levels, ']');
  };
  EXPECT_EQ(refusal_of(nested(kMostLevels)), "");
  for (const std::size_t levels : {kMostLevels + 1, std::size_t{3000000}}) {
    EXPECT_EQ(refusal_of(nested(levels)),
              "column 65: found JSON of more than 64 levels, expected a list");
  }
}

TEST(Json, HasNoLevelsWithinItsTexts) {
  const std::string brackets(1000, '[');
  EXPECT_EQ(refusal_of("[\"" + brackets + "\"]"), "");
  EXPECT_EQ(refusal_of("[\"\\\"" + brackets + "\\\\\"]"), "");
  EXPECT_NE(refusal_of("[\"\\\\\"," + brackets), "");
}

TEST(Json, CountsInWholeNumbers) {
  const auto json = nlohmann::ordered_json::parse(
      R"({"five":5,"less":-5,"real":5.0,"huge":1000000000000000000000000000000,"text":"5",)"
      R"("most":281474976710656,"more":281474976710657})");
  EXPECT_EQ(count_in(json, "five"), 5U);
  EXPECT_EQ(count_in(json, "most"), kMostCounted);
  for (const char* field : {"less", "real", "huge", "text", "more", "none"}) {
    EXPECT_THROW(count_in(json, field), FieldError) << field;
  }
  EXPECT_THROW(count_in(json, "five", 4), FieldError);
}

TEST(Tally, ThatIsNoneIsRefused) {
  const std::string counts =
      R"({"cases":[[1,0,0,0],[0,0,0,0],[0,0,0,0]],"entry":"functional","findings":0,)"
      R"("keeping":0,"loss":"mse_loss","not_judged":0,"warned":0})";
  const std::string finding =
      R"({"loss":"mse_loss","entry":"functional","verdict":"crash","mistake":"none","message":"-",)"
      R"~("cause":"","smallest":"mse_loss(input=f64[1], target=f64[1])","detail":"","cases":2,)~"
      R"("harmless":2})";
  const auto tally = [](const std::string& rows, const std::string& findings) {
    return "{\"counts\":[" + rows + "],\"findings\":[" + findings + "]}";
  };
  const auto with = [](std::string row, const std::string& from, const std::string& to) {
    return row.replace(row.find(from), from.size(), to);
  };
  EXPECT_EQ(Tally::parse(tally(counts, finding), test_specs()).findings().size(), 1U);
  const std::string wrong[] = {
      "",
      "{}",
      "[]",
      R"({"counts":{},"findings":[]})",
      R"({"counts":[],"findings":5})",
      R"({"counts":[],"findings":[],"reasons":{"none":-1}})",
      tally("{}", ""),
      tally("5", ""),
      tally(counts + "," + counts, ""),
      tally(with(counts, "[1,", "[-1,"), ""),
      tally(with(counts, "[1,", "["), ""),
      tally(with(counts, "mse_loss", "no_loss"), ""),
      tally(with(counts, "functional", "nowhere"), ""),
      tally("", finding + "," + finding),
      tally("", with(finding, "crash", "pass")),
      tally("", with(finding, "crash", "crush")),
      tally("", with(finding, "\"-\"", "\"\\u001b[2J\"")),
      tally("", with(finding, "\"mse_loss(", "\"x(")),
      tally("", with(finding, "\"mse_loss(", "\"l1_loss(")),
      tally("", with(finding, "\"harmless\":2", "\"harmless\":3")),
  };
  for (const std::string& text : wrong) {
    EXPECT_THROW(Tally::parse(text, test_specs()), ParseError) << text;
  }
}

}  // namespace
}  // namespace shapefuzz
