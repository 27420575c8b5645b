// SPDX-License-Identifier: BSD-3-Clause
// What a sweep that was ended has left, and what the next one makes of it.
#include "harness/search/sweep/journal.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "harness/language/text/errors.h"
#include "harness/language/text/parse_error.h"
#include "harness/testing/test_directory.h"

namespace shapefuzz {
namespace {

constexpr const char* kSweep = "a sweep of everything";
std::string record_of(const std::string& text) {
  return R"({"case":")" + text +
         R"(","loss":"l1_loss","entry":"aten","operands":{},"zone":"valid","outcome":"accepted",)"
         R"("result_shape":[],"verdict":"pass","warned":false,"message":"","signature":"-",)"
         R"("libtorch":"1.13.1"})" +
         "\n";
}

// A part is a tally in one line, then records.
const std::string kTally = R"({"counts":[],"findings":[]})";
const std::string kFirst = kTally + "\n" + record_of("one") + record_of("two");
const std::string kSecond = kTally + "\n" + record_of("three");

std::string text_in(const std::string& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

// A journal of two parts of unit 3 and the whole of unit 4; returns its path.
std::string two_units(const TestDirectory& directory) {
  const std::string path = directory.file("out.partial");
  Journal journal(path, kSweep, false);
  journal.add(3, 100, kFirst);
  journal.add(4, Pool::kWholeUnit, kSecond);
  journal.add(3, 250, kSecond);
  return path;
}

TEST(Journal, GoesOnWhereItStopped) {
  const TestDirectory directory;
  const Journal journal(two_units(directory), kSweep, true);
  ASSERT_EQ(journal.earlier().size(), 2U);
  const Pool::Earlier& unit = journal.earlier().at(3);
  EXPECT_EQ(unit.first_case, 250U);
  EXPECT_FALSE(unit.done);
  EXPECT_EQ(unit.parts, (std::vector<std::string>{kFirst, kSecond}));
  EXPECT_TRUE(journal.earlier().at(4).done);
}

TEST(Journal, CutsOffAPartWithoutItsEnd) {
  const TestDirectory directory;
  const std::string path = two_units(directory);
  const std::string whole = text_in(path);
  const std::string four = record_of("four");
  for (const std::string& torn :
       {four, four + "{\"unit\":5,\"ne", std::string("{"), four + "no record\n",
        std::string(R"({"unit":3,"next":5,"tally":{}})")}) {
    std::ofstream(path, std::ios::app) << torn;
    EXPECT_EQ(Journal(path, kSweep, true).earlier().size(), 2U) << torn;
    EXPECT_EQ(text_in(path), whole) << torn;
  }
}

TEST(Journal, BeginsAnewUnlessItIsToGoOn) {
  const TestDirectory directory;
  const std::string path = two_units(directory);
  EXPECT_TRUE(Journal(path, kSweep, false).earlier().empty());
  EXPECT_TRUE(Journal(path, kSweep, true).earlier().empty());
}

TEST(Journal, ThatIsTornInItsFirstLineIsEmpty) {
  const TestDirectory directory;
  const std::string path = directory.file("out.partial");
  std::ofstream(path) << "{\"sweep\":\"a sw";
  EXPECT_TRUE(Journal(path, kSweep, true).earlier().empty());
  EXPECT_EQ(text_in(path), std::string("{\"sweep\":\"") + kSweep + "\"}\n");
}

TEST(Journal, OfAnotherSweepIsRefusedAndLeftAlone) {
  const TestDirectory directory;
  const std::string path = two_units(directory);
  const std::string whole = text_in(path);
  EXPECT_THROW(Journal(path, "another sweep", true), InputError);
  std::ofstream(directory.file("letter")) << "Dear reader,\nthis is no journal.\n";
  for (const bool resume : {false, true}) {
    EXPECT_THROW(Journal(directory.file("letter"), kSweep, resume), InputError);
  }
  EXPECT_EQ(text_in(path), whole);
  EXPECT_EQ(text_in(directory.file("letter")), "Dear reader,\nthis is no journal.\n");
}

TEST(Journal, ThatIsDamagedIsRefusedWithItsLine) {
  const TestDirectory directory;
  const std::string path = two_units(directory);
  const auto part = [](const char* unit, const char* next, const std::string& tally) {
    return fmt::format(R"({{"unit":{},"next":{},"tally":{}}})", unit, next, tally);
  };
  const std::string end = part("5", "9", kTally);
  const std::string damages[] = {
      "no record",
      "[]",
      std::string(100000, '['),
      R"({"foo":"bar"})",
      part("\"five\"", "1", kTally),
      part("5", "-1", kTally),
      part("5", "1", "{}"),
      part("3", "250", R"({"counts":[{}],"findings":[]})"),  // once more
      part("3", "100", kTally),
      part("4", "18446744073709551615", kTally),
  };
  for (const std::string& damage : damages) {
    const std::string whole = text_in(path);
    std::ofstream(path, std::ios::app) << damage << "\n" << end << "\n";
    const std::string damaged = text_in(path);
    try {
      const Journal journal(path, kSweep, true);
      FAIL() << damage;
    } catch (const InputError& error) {
      EXPECT_EQ(std::string(error.what()).find("--resume: " + path + ":9: "), 0U) << error.what();
    }
    EXPECT_EQ(text_in(path), damaged);
    std::ofstream(path) << whole;
  }
}

TEST(Journal, IsRefusedWhereItsHeaderIsNone) {
  const TestDirectory directory;
  const std::string path = two_units(directory);
  for (const char* header : {R"({"sweep":"a sweep of everything","sweep":5})", R"({"sweep":"a)"}) {
    std::ofstream(path) << header << "\n" << kFirst;
    EXPECT_THROW(Journal(path, kSweep, true), InputError) << header;
  }
}

TEST(Journal, AsksWhetherThereIsSuchAPart) {
  const TestDirectory directory;
  const std::string path = two_units(directory);
  const std::string whole = text_in(path);
  std::size_t asked = 0;
  const auto check = [&](std::size_t unit, std::uint64_t next, const std::string& tally) {
    EXPECT_EQ(tally, kTally);
    ++asked;
    if (unit == 4) throw ParseError(0, std::to_string(next), "another");
  };
  EXPECT_THROW(Journal(path, kSweep, true, check), InputError);
  EXPECT_EQ(asked, 2U);
  EXPECT_EQ(text_in(path), whole);
}

TEST(Journal, HasOneWriterAtATime) {
  const TestDirectory directory;
  const std::string path = directory.file("out.partial");
  const Journal first(path, kSweep, false);
  EXPECT_THROW(Journal(path, kSweep, false), InputError);
}

}  // namespace
}  // namespace shapefuzz
