// SPDX-License-Identifier: BSD-3-Clause
// Files of what is known.
#include "harness/findings/baseline/baseline.h"

#include <gtest/gtest.h>

#include <fstream>

#include "harness/testing/expect_error.h"
#include "harness/testing/test_directory.h"
#include "harness/testing/test_specs.h"

namespace shapefuzz {
namespace {

constexpr const char* kOfMse =
    "mse_loss | functional | silent_broadcast | target:forgot_unsqueeze | - | "
    "mse_loss(input=f32[2,1], target=f32[2])";

std::string write(const TestDirectory& directory, const std::string& name,
                  const std::string& text) {
  std::ofstream(directory.file(name)) << text;
  return directory.file(name);
}

TEST(Baseline, HasReasonsAndLines) {
  const TestDirectory directory;
  const std::string path = write(directory, "known.txt",
                                 "# what we live with\n" + std::string(kOfMse) +
                                     "  # since 2019\npolicy | nll_loss | broadcast\n");
  const Baseline baseline = read_baseline(path, test_specs());
  ASSERT_EQ(baseline.findings.size(), 1U);
  const KnownFinding& known = baseline.findings.begin()->second;
  EXPECT_EQ(known.reason, "since 2019");
  EXPECT_EQ(known.line, 2U);
  EXPECT_EQ(to_string(known.smallest), "mse_loss(input=f32[2,1], target=f32[2])");
  EXPECT_TRUE(baseline.lists(baseline.findings.begin()->first));
  EXPECT_EQ(baseline.policies.at("nll_loss"), Policy::kBroadcast);
}

// A test of one loss reads the file that all losses share.
TEST(Baseline, OfSomeLossesPassesOverTheLinesOfOthers) {
  const TestDirectory directory;
  const std::string path =
      write(directory, "shared.txt",
            "their_loss | functional | wrong_value | - | - | their_loss(a=f32[2])\n"
            "policy | their_loss | strict\n" +
                std::string(kOfMse) + "\n");
  EXPECT_EQ(read_baseline_of(path, test_specs()).findings.size(), 1U);
  EXPECT_TRUE(read_baseline_of(path, test_specs()).policies.empty());
  EXPECT_TRUE(read_baseline_of(path, {&nll_spec()}).empty());
  const std::string all = refusal([&] { read_baseline(path, test_specs()); });
  EXPECT_NE(all.find("shared.txt:1"), std::string::npos) << all;
  EXPECT_NE(all.find("their_loss"), std::string::npos) << all;
}

// What is about the losses at hand is read with the same care.
TEST(Baseline, RefusesASignatureThatStandsTwice) {
  const TestDirectory directory;
  const std::string path =
      write(directory, "twice.txt", std::string(kOfMse) + "\n" + kOfMse + "\n");
  for (const bool of_other_losses_too : {false, true}) {
    const std::string message = refusal([&] {
      of_other_losses_too ? read_baseline_of(path, test_specs())
                          : read_baseline(path, test_specs());
    });
    EXPECT_NE(message.find("twice.txt:2"), std::string::npos) << message;
    EXPECT_NE(message.find("every signature once"), std::string::npos) << message;
  }
}

TEST(Baseline, SaysWhatALineShouldHaveBeen) {
  const auto parse = [](const std::string& line) { parse_baseline_line(line, test_specs()); };
  expect_error(parse, "policy | ^mse | strict", "the name of a loss");
  expect_error(parse, "policy | mse_loss | ^lax", "strict, expand or broadcast");
  expect_error(parse,
               "mse_loss | functional | ^slow | - | - | mse_loss(input=f32[2], target=f32[2])",
               "verdict");
}

// Of several the newest that is no younger than the LibTorch.
TEST(Baseline, IsThatOfTheLibtorchOrTheNearestOlderOne) {
  const TestDirectory directory;
  for (const char* name : {"libtorch-1.13.txt", "libtorch-2.6.txt", "libtorch-2.14.txt",
                           "libtorch-2.6-cuda.txt", "libtorch-mine.txt"}) {
    write(directory, name, "");
  }
  const auto version_for = [&](const char* libtorch, Device device) {
    const auto file = find_baseline(libtorch, device, directory.path());
    return file ? file->version + (file->exact ? " exactly" : "") : "none";
  };
  EXPECT_EQ(version_for("2.6.0", Device::kCpu), "2.6 exactly");
  EXPECT_EQ(version_for("2.13.1", Device::kCpu), "2.6");
  EXPECT_EQ(version_for("3.0.0", Device::kCpu), "2.14");
  EXPECT_EQ(version_for("1.12.0", Device::kCpu), "none");
  EXPECT_EQ(version_for("2.14.0", Device::kCuda), "2.6");
  EXPECT_FALSE(find_baseline("2.6.0", Device::kCpu, directory.file("absent")));
}

TEST(Baseline, OfAVersionThatIsNoneIsNamed) {
  for (const char* name : {"libtorch-99999999999999999999.1.txt", "libtorch-2..1.txt"}) {
    const TestDirectory directory;
    write(directory, name, "");
    const std::string message =
        refusal([&] { find_baseline("2.6.0", Device::kCpu, directory.path()); });
    EXPECT_NE(message.find(std::string(name) + ": found the version"), std::string::npos)
        << name << ": " << message;
  }
}

}  // namespace
}  // namespace shapefuzz
