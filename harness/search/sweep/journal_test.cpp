// SPDX-License-Identifier: BSD-3-Clause
// What a sweep that was ended has left, and what the next one makes of it.
#include "harness/search/sweep/journal.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "harness/language/text/errors.h"
#include "harness/testing/test_directory.h"

namespace shapefuzz {
namespace {

constexpr const char* kSweep = "a sweep of everything";
// A part is a tally in one line, then records.
const std::string kFirst = "{\"counts\":[]}\n{\"case\":\"one\"}\n{\"case\":\"two\"}\n";
const std::string kSecond = "{\"counts\":[]}\n{\"case\":\"three\"}\n";

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
  for (const char* torn : {"{\"case\":\"four\"}\n", "{\"case\":\"four\"}\n{\"unit\":5,\"ne", "{",
                           "{\"case\":\"four\"}\nno record\n"}) {
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
  const std::string end = R"({"unit":5,"next":9,"tally":{}})"
                          "\n";
  for (const char* damage : {"no record\n", "{\"unit\":\"five\",\"next\":1,\"tally\":{}}\n"}) {
    const std::string whole = text_in(path);
    std::ofstream(path, std::ios::app) << damage << end;
    const std::string damaged = text_in(path);
    try {
      const Journal journal(path, kSweep, true);
      FAIL() << damage;
    } catch (const InputError& error) {
      EXPECT_NE(std::string(error.what()).find(path + ":9: "), std::string::npos) << error.what();
    }
    EXPECT_EQ(text_in(path), damaged);
    std::ofstream(path) << whole;
  }
}

TEST(Journal, HasOneWriterAtATime) {
  const TestDirectory directory;
  const std::string path = directory.file("out.partial");
  const Journal first(path, kSweep, false);
  EXPECT_THROW(Journal(path, kSweep, false), InputError);
}

}  // namespace
}  // namespace shapefuzz
