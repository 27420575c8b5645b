// SPDX-License-Identifier: BSD-3-Clause
// The directory of a campaign: what may be started, gone on with and read.
#include "harness/search/campaign/directory.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "harness/losses/registry/registry.h"
#include "harness/search/campaign/triage.h"
#include "harness/testing/expect_error.h"
#include "harness/testing/test_directory.h"

namespace shapefuzz {
namespace {

namespace fs = std::filesystem;

CampaignState some_state() {
  CampaignState state;
  state.libtorch = "1.13.1";
  state.policy = Policy::kStrict;
  state.memory = MemoryMode::kGuard;
  state.seed = 7;
  return state;
}

void put(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

TEST(CampaignDirectory, IsFoundAgainAsItWasStarted) {
  const TestDirectory scratch;
  const std::string path = scratch.file("campaign");
  { CampaignDirectory::start(path, some_state()); }
  const CampaignDirectory again = CampaignDirectory::resume(path, "1.13.1");
  EXPECT_EQ(again.state.to_text(), some_state().to_text());
  EXPECT_EQ(again.state.policy, Policy::kStrict);
}

TEST(CampaignDirectory, IsStartedOnlyWhereNothingIs) {
  const TestDirectory scratch;
  put(scratch.file("letter"), "Dear reader,\n");
  EXPECT_NE(refusal([&] {
              CampaignDirectory::start(scratch.path(), some_state());
            }).find("holds 'letter' and is no campaign"),
            std::string::npos);
  EXPECT_NE(refusal([&] {
              CampaignDirectory::start(scratch.file("letter"), some_state());
            }).find("is a file, expected a directory"),
            std::string::npos);
  const std::string path = scratch.file("campaign");
  { CampaignDirectory::start(path, some_state()); }
  EXPECT_NE(refusal([&] { CampaignDirectory::start(path, some_state()); }).find("--resume"),
            std::string::npos);
}

TEST(CampaignDirectory, HasOneShapefuzzAtATime) {
  const TestDirectory scratch;
  const std::string path = scratch.file("campaign");
  const CampaignDirectory first = CampaignDirectory::start(path, some_state());
  EXPECT_NE(refusal([&] {
              CampaignDirectory::resume(path, "1.13.1");
            }).find("another shapefuzz is at work there"),
            std::string::npos);
  EXPECT_EQ(refusal([&] { CampaignDirectory::open(path); }), "");  // to read
}

TEST(CampaignDirectory, GoesOnWithItsOwnLibTorchOnly) {
  const TestDirectory scratch;
  const std::string path = scratch.file("campaign");
  { CampaignDirectory::start(path, some_state()); }
  EXPECT_EQ(refusal([&] { CampaignDirectory::resume(path, "2.6.0"); }),
            path + ": is a campaign of LibTorch 1.13.1, this is 2.6.0");
}

TEST(CampaignDirectory, SaysWhichLineOfItsStateIsWrong) {
  const TestDirectory scratch;
  const std::string path = scratch.file("campaign");
  { CampaignDirectory::start(path, some_state()); }
  put(path + "/campaign.txt", "shapefuzz campaign 1\nlibtorch 1.13.1\npolicy lenient\n");
  EXPECT_EQ(refusal([&] { CampaignDirectory::open(path); }),
            path + "/campaign.txt:3: found 'lenient', expected strict, expand or broadcast");
}

TEST(CampaignState, CountsNoMoreThanCanBe) {
  const TestDirectory scratch;
  const std::string path = scratch.file("campaign.txt");
  const auto state_with = [](const std::string& executions, const std::string& seconds) {
    return "shapefuzz campaign 1\nlibtorch 1.13.1\npolicy strict\nseed 7\nexecutions " +
           executions + "\nseconds " + seconds + "\n";
  };
  for (const char* seconds :
       {"nan", "-nan", "inf", "-inf", "1e308", "1e999", "-1e6", "-1", "x", ""}) {
    put(path, state_with("5", seconds));
    EXPECT_EQ(refusal([&] { CampaignState::parse(path); }),
              path + ":6: found '" + seconds + "', expected seconds from 0 to 315576000000");
  }
  for (const char* executions : {"18446744073709551615", "-1", "1e3", "99999999999999999999"}) {
    put(path, state_with(executions, "1.5"));
    EXPECT_EQ(refusal([&] { CampaignState::parse(path); }).find(path + ":5: found '" + executions),
              0U);
  }
  put(path, state_with("72057594037927936", "315576000000"));
  EXPECT_EQ(refusal([&] { CampaignState::parse(path); }), "");
}

TEST(CampaignDirectory, LeavesOutTornLinesAndCountsThem) {
  const TestDirectory scratch;
  const std::string path = scratch.file("campaign");
  const CampaignDirectory directory = CampaignDirectory::start(path, some_state());
  put(directory.corpus_path(1),
      "mse_loss(input=f64[2], target=f64[2])\nmse_loss(input=f64[2,1], tar");
  put(directory.corpus_path(12), "l1_loss(input=f64[3], target=f64[3])\n");
  std::size_t torn = 0;
  EXPECT_EQ(directory.read_corpus(&torn).size(), 2U);
  EXPECT_EQ(torn, 1U);
  EXPECT_EQ(directory.workers(), (std::vector<std::size_t>{1, 12}));
}

TEST(CampaignDirectory, SaysWhichCaseOfItsCorpusIsWrong) {
  const TestDirectory scratch;
  const CampaignDirectory directory =
      CampaignDirectory::start(scratch.file("campaign"), some_state());
  put(directory.corpus_path(1), "mse_loss(input=f64[2], target=f64[2])\nno case\n");
  const std::string said = refusal([&] { directory.read_corpus(nullptr); });
  EXPECT_EQ(said.find(directory.corpus_path(1) + ":2: "), 0U) << said;
}

TEST(Triage, OfACampaignWithoutFindingsHasNothing) {
  const TestDirectory scratch;
  const CampaignDirectory directory =
      CampaignDirectory::start(scratch.file("campaign"), some_state());
  const TriageResult result = triage(directory, {}, {});
  EXPECT_TRUE(result.files.empty());
  EXPECT_TRUE(result.groups.empty());
  EXPECT_EQ(result.unread, 0U);
}

TEST(Promote, CopiesAFileOnce) {
  const TestDirectory scratch;
  fs::create_directory(scratch.file("regression"));
  const std::string file = scratch.file("wrong_value-mse_loss-12345678.case");
  put(file, "mse_loss(input=f64[2], target=f64[2])\n");
  EXPECT_EQ(promote({file}, scratch.file("regression")).size(), 1U);
  EXPECT_EQ(promote({file}, scratch.file("regression")).size(), 0U);
}

TEST(CampaignState, KeepsItsDevice) {
  const TestDirectory scratch;
  const std::string path = scratch.file("campaign.txt");
  for (const Device device : {Device::kCpu, Device::kMeta, Device::kCuda}) {
    for (const bool thorough : {false, true}) {
      CampaignState written = some_state();
      written.device = device;
      written.thorough = thorough;
      put(path, written.to_text());
      const CampaignState read = CampaignState::parse(path);
      EXPECT_EQ(read.device, device);
      EXPECT_EQ(read.thorough, thorough);
    }
  }
  put(path, some_state().to_text() + "device abacus\n");
  EXPECT_NE(refusal([&] { CampaignState::parse(path); }).find("8: found 'abacus'"),
            std::string::npos);
}

TEST(Promotion, IsRefusedBeforeTheWorkWhereNothingCanBePut) {
  const TestDirectory scratch;
  std::ofstream(scratch.file("file")) << "";
  for (const std::string& place : {scratch.file("file"), std::string("/dev/null"),
                                   std::string("/proc/none"), scratch.file("file/below")}) {
    EXPECT_EQ(refusal([&] { prepare_promotion(place); }).find(place + ": "), 0U) << place;
  }
  prepare_promotion(scratch.file("new/place"));
  EXPECT_TRUE(std::filesystem::is_empty(scratch.file("new/place")));
}

}  // namespace
}  // namespace shapefuzz
