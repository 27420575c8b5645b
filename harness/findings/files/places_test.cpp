// SPDX-License-Identifier: BSD-3-Clause
// No output may take the place of an input or of another output, by whatever name.
#include "harness/findings/files/places.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "harness/language/text/errors.h"
#include "harness/testing/test_directory.h"

namespace shapefuzz {
namespace {

namespace fs = std::filesystem;

class PlacesTest : public ::testing::Test {
 protected:
  PlacesTest() {
    std::ofstream(file("f")) << "records\n";
    fs::create_symlink(file("f"), file("link"));
    fs::create_hard_link(file("f"), file("twin"));
    fs::create_symlink(file("none"), file("dangling"));
    fs::create_directory(file("d"));
    std::ofstream(file("d/findings-1.jsonl")) << "records\n";
  }
  std::string file(const std::string& name) const { return directory_.file(name); }

  static std::string refusal(const Places& places) {
    try {
      places.check();
    } catch (const InputError& error) {
      return error.what();
    }
    return "";
  }

 private:
  TestDirectory directory_;
};

TEST_F(PlacesTest, AnOutputIsNoInputByWhateverName) {
  for (const char* name : {"f", "./f", "d/../f", "link", "twin"}) {
    Places places;
    places.reads("RECORDS", file("f"));
    places.writes("--out", file(name));
    EXPECT_EQ(refusal(places),
              "--out: found '" + file(name) + "', which RECORDS reads, expected another file");
  }
}

TEST_F(PlacesTest, TwoOutputsAreNotOne) {
  for (const auto& [a, b] :
       {std::pair("f", "link"), {"none", "dangling"}, {"new", "./new"}, {"new", "d/../new"}}) {
    Places places;
    places.writes("--out", file(a));
    places.writes("--summary", file(b));
    EXPECT_NE(refusal(places), "") << a << " " << b;
  }
}

TEST_F(PlacesTest, AnOutputIsNoFileOfADirectoryThatIsRead) {
  for (const char* name : {"d/findings-1.jsonl", "d/new.jsonl", "d/./new.jsonl"}) {
    Places places;
    places.reads_all_in("RECORDS", file("d"), ".jsonl");
    places.writes("--out", file(name));
    EXPECT_NE(refusal(places), "") << name;
  }
}

TEST_F(PlacesTest, AnOutputIsNotWhatALinkInSuchADirectoryLeadsTo) {
  fs::create_symlink(file("f"), file("d/a.jsonl"));
  std::ofstream(file("other")) << "records\n";
  fs::create_hard_link(file("other"), file("d/b.jsonl"));
  fs::create_symlink(file("d/later.jsonl"), file("later"));
  for (const char* name : {"f", "link", "other", "later"}) {
    Places places;
    places.reads_all_in("RECORDS", file("d"), ".jsonl");
    places.writes("--out", file(name));
    EXPECT_NE(refusal(places), "") << name;
  }
}

TEST_F(PlacesTest, AnOutputIsNotTheProgramThatRunsNorALibraryOfIts) {
  Places places;
  places.writes("--out", "/proc/self/exe");
  EXPECT_EQ(refusal(places),
            "--out: found '/proc/self/exe', which is loaded and runs, expected another file");
}

TEST_F(PlacesTest, WhatIsDifferentIsAllowed) {
  Places places;
  places.reads("RECORDS", file("f"));
  places.reads_all_in("RECORDS", file("d"), ".jsonl");
  places.reads("--baseline", "");
  places.writes("--out", file("d/report.html"));
  places.writes("--summary", file("new"));
  places.writes("--write-baseline", "");
  EXPECT_EQ(refusal(places), "");
}

TEST_F(PlacesTest, ADeviceMayBeNamedTwice) {
  Places places;
  places.reads("RECORDS", "/dev/null");
  places.writes("--out", "/dev/null");
  places.writes("--summary", "/dev/null");
  EXPECT_EQ(refusal(places), "");
}

}  // namespace
}  // namespace shapefuzz
