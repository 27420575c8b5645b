// SPDX-License-Identifier: BSD-3-Clause
#include "harness/findings/diff/diff.h"

#include <gtest/gtest.h>

#include <fstream>

#include "harness/findings/files/file.h"
#include "harness/language/text/errors.h"
#include "harness/testing/test_directory.h"

namespace shapefuzz {
namespace {

// A record with the fields that a diff reads.
struct Line {
  std::string text = "mse_loss(input=f64[2,1], target=f64[2])";
  std::string outcome = "accepted";
  std::string shape = "[2,2]";
  std::string dtype = "Double";
  std::string verdict = "pass";
  std::string mistake = "target:forgot_unsqueeze";
  std::string message;
  std::string digest = "1.5";
  std::string gradient = "0.5";
  bool warned = false;
  std::string entry = "functional";

  std::string json() const {
    const bool accepted = outcome == "accepted";
    return R"({"case":")" + text + R"(","loss":"mse_loss","entry":")" + entry +
           R"(","operands":{"input":[2,1],"target":[2]},"zone":"incompatible","outcome":")" +
           outcome + R"(","result_shape":)" + (accepted ? shape : "null") + R"(,"result_dtype":")" +
           (accepted ? dtype : "") + R"(","verdict":")" + verdict + R"(","warned":)" +
           (warned ? "true" : "false") + R"(,"message":")" + message + R"(","digest":)" +
           (accepted ? digest : "null") + R"(,"gradient_digest":)" +
           (accepted ? gradient : "null") + R"(,"signature":"mse_loss | functional | )" + verdict +
           " | " + mistake + R"( | -","libtorch":"1.13.1"})" + "\n";
  }
};

std::string write(const std::string& name, const std::vector<Line>& lines) {
  static const TestDirectory directory;
  std::string path = directory.file(name + ".jsonl");
  std::ofstream file(path);
  for (const Line& line : lines) file << line.json();
  return path;
}

SweepDiff diff(const std::vector<Line>& first, const std::vector<Line>& second) {
  return diff_sweeps(write("first", first), write("second", second));
}

std::vector<Change> changes(const Line& first, const Line& second) {
  std::vector<Change> all;
  for (const ChangeGroup& group : diff({first}, {second}).groups) all.push_back(group.change);
  return all;
}

Line refused(const std::string& message) {
  Line line;
  line.outcome = "rejected";
  line.message = message;
  return line;
}

TEST(Diff, OfASweepWithItselfIsEmpty) {
  EXPECT_TRUE(diff({Line()}, {Line()}).empty());
  EXPECT_TRUE(diff({refused("no")}, {refused("no")}).empty());
}

TEST(Diff, TellsEachChange) {
  const Line plain;
  EXPECT_EQ(changes(plain, refused("no")), std::vector<Change>{Change::kNowRefused});
  EXPECT_EQ(changes(refused("no"), plain), std::vector<Change>{Change::kNowAccepted});
  EXPECT_EQ(changes(refused("no"), refused("never")), std::vector<Change>{Change::kMessage});
  Line other;
  other.shape = "[2]";
  EXPECT_EQ(changes(plain, other), std::vector<Change>{Change::kShape});
  other = {};
  other.dtype = "Float";
  EXPECT_EQ(changes(plain, other), std::vector<Change>{Change::kDtype});
  other = {};
  other.digest = "1.6";
  EXPECT_EQ(changes(plain, other), std::vector<Change>{Change::kValue});
  other.digest = "\"nan\"";
  EXPECT_EQ(changes(plain, other), std::vector<Change>{Change::kValue});
  other = {};
  other.gradient = "0.6";
  EXPECT_EQ(changes(plain, other), std::vector<Change>{Change::kGradient});
  other = {};
  other.warned = true;
  EXPECT_EQ(changes(plain, other), std::vector<Change>{Change::kWarning});
  other = refused("Segmentation fault");
  other.outcome = "crashed";
  EXPECT_EQ(changes(plain, other), std::vector<Change>{Change::kNowDies});
  EXPECT_EQ(changes(other, plain), std::vector<Change>{Change::kNoLongerDies});
}

TEST(Diff, TakesRoundingForNoChange) {
  Line other;
  other.digest = "1.50000000001";
  EXPECT_TRUE(changes({}, other).empty());
  // The numbers in a message are those of the shapes.
  EXPECT_TRUE(changes(refused("size 3"), refused("size 4")).empty());
}

TEST(Diff, NamesUninitialisedMemoryAsNoChange) {
  Line other;
  other.digest = "7e+300";
  other.verdict = "uninitialized_read";
  const SweepDiff found = diff({Line(), other}, {other});
  for (const ChangeGroup& group : found.groups) EXPECT_NE(group.change, Change::kValue);
  Line both = other;
  both.digest = "-3";
  EXPECT_TRUE(diff({both}, {other}).empty());
}

TEST(Diff, TellsFindingsThatCameAndWent) {
  Line before;
  before.verdict = "silent_broadcast";
  Line after;
  after.verdict = "wrong_gradient";
  const SweepDiff found = diff({before}, {after});
  ASSERT_EQ(found.groups.size(), 2U);
  EXPECT_FALSE(found.passes_compared);
  EXPECT_EQ(found.groups[0].change, Change::kNewFinding);
  EXPECT_EQ(found.groups[0].detail, "wrong_gradient target:forgot_unsqueeze");
  EXPECT_EQ(found.groups[1].change, Change::kGoneFinding);
}

TEST(Diff, GroupsWhatHasOneCauseAndShowsTheSmallestCase) {
  Line wide;
  wide.text = "mse_loss@aten(input=f64[2,1], target=f64[2], reduction=none)";
  wide.entry = "aten";
  Line narrow_refused = refused("sizes [2, 1] and [2]");
  Line wide_refused = refused("sizes [2, 1] and [2]");
  wide_refused.text = wide.text;
  wide_refused.entry = "aten";
  const SweepDiff found = diff({wide, Line()}, {narrow_refused, wide_refused});
  ASSERT_EQ(found.groups.size(), 1U);
  EXPECT_EQ(found.groups[0].cases, 2U);
  EXPECT_EQ(found.groups[0].entries.size(), 2U);
  EXPECT_EQ(found.groups[0].second.text, Line().text);
}

TEST(Diff, TellsWhatOnlyOneSweepHas) {
  Line other;
  other.text = "mse_loss@op(input=f64[2,1], target=f64[2])";
  other.entry = "op";
  const SweepDiff found = diff({Line()}, {Line(), other, other});
  ASSERT_EQ(found.groups.size(), 1U);
  EXPECT_EQ(found.groups[0].change, Change::kOnlyInSecond);
  EXPECT_EQ(found.groups[0].cases, 1U);
  EXPECT_EQ(diff({Line(), other}, {Line()}).groups[0].change, Change::kOnlyInFirst);
}

TEST(Diff, NamesFileAndLineOfWhatItCannotRead) {
  const std::string good = write("good", {Line()});
  const auto message = [&](const std::string& path) {
    try {
      diff_sweeps(good, path);
      return std::string("no error");
    } catch (const InputError& error) {
      return std::string(error.what());
    }
  };
  EXPECT_NE(message("/nowhere.jsonl").find("/nowhere.jsonl: cannot be read"), std::string::npos);
  EXPECT_NE(message(write("empty", {})).find("holds no record"), std::string::npos);
  const std::string broken = write("broken", {Line()});
  std::ofstream(broken, std::ios::app) << Line().json().substr(0, 40) << "\n";
  EXPECT_NE(message(broken).find("broken.jsonl:2: "), std::string::npos) << message(broken);
  std::ofstream(broken) << "{\"case\":1}\n";
  EXPECT_NE(message(broken).find("broken.jsonl:1: "), std::string::npos) << message(broken);
}

}  // namespace
}  // namespace shapefuzz
