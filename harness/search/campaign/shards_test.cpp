// SPDX-License-Identifier: BSD-3-Clause
#include "harness/search/campaign/shards.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "harness/language/text/hash.h"
#include "harness/losses/registry/registry.h"
#include "harness/oracle/libtorch/setup.h"
#include "harness/search/campaign/campaign.h"
#include "harness/testing/expect_error.h"
#include "harness/testing/test_directory.h"

namespace shapefuzz {
namespace {

namespace fs = std::filesystem;

constexpr const char* kMse = "mse_loss(input=f64[2], target=f64[2])";
constexpr const char* kL1 = "l1_loss(input=f64[3], target=f64[3])";

CampaignState state_of(std::uint64_t index, std::uint64_t count) {
  CampaignState state;
  state.libtorch = libtorch_version();
  state.shard = {index, count};
  state.losses = "all";
  return state;
}

void append(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::app) << text;
}

TEST(Shards, GoOnByTheSameCommand) {
  const TestDirectory scratch;
  const std::string shared = scratch.file("shared");
  {
    CampaignDirectory shard = start_shard(shared, state_of(2, 4));
    shard.state.executions = 17;
    shard.save_state();
    EXPECT_EQ(shard.path(), shared + "/shard-2-of-4");
  }
  const CampaignDirectory again = start_shard(shared, state_of(2, 4));
  EXPECT_EQ(again.state.executions, 17U);
  EXPECT_EQ(again.state.shard.index, 2U);
  EXPECT_EQ(again.state.shard.count, 4U);
  EXPECT_EQ(again.state.losses, "all");
  EXPECT_EQ(shard_paths(shared).size(), 1U);
}

TEST(Shards, AreOfOneKind) {
  const TestDirectory scratch;
  const std::string shared = scratch.file("shared");
  { start_shard(shared, state_of(1, 4)); }
  const auto said = [&](auto change) {
    CampaignState other = state_of(2, 4);
    change(other);
    return refusal([&] { start_shard(shared, other); });
  };
  const std::string start = shared + "/shard-1-of-4: is a shard with ";
  EXPECT_EQ(said([](CampaignState& s) { s.policy = Policy::kStrict; }),
            start + "--policy expand, this one has strict; all need the same");
  EXPECT_EQ(said([](CampaignState& s) { s.losses = "mse_loss"; }),
            start + "the losses all, this one has mse_loss; all need the same");
  EXPECT_EQ(said([](CampaignState& s) { s.seed = 3; }),
            start + "--seed 0, this one has 3; all need the same");
  EXPECT_NE(said([](CampaignState& s) { s.libtorch = "0.1"; }).find(start + "LibTorch "),
            std::string::npos);
  EXPECT_NE(said([](CampaignState& s) {
              s.shard = {2, 5};
            }).find("--shard: found 2/5, and "),
            std::string::npos);
  EXPECT_EQ(shard_paths(shared).size(), 1U) << "who is refused leaves nothing";
  EXPECT_EQ(said([](CampaignState&) {}), "");
}

TEST(Shards, AreNotBegunInACampaignOfOneProcess) {
  const TestDirectory scratch;
  const std::string path = scratch.file("campaign");
  CampaignState alone = state_of(1, 1);
  alone.losses.clear();
  { CampaignDirectory::start(path, alone); }
  EXPECT_EQ(refusal([&] { start_shard(path, state_of(1, 2)); }),
            path + ": is a campaign of one process, expected a directory of shards");
}

TEST(Shards, ReadWhatTheOthersFindAndOnlyOnce) {
  const TestDirectory scratch;
  const std::string shared = scratch.file("shared");
  const CampaignDirectory first = start_shard(shared, state_of(1, 3));
  const CampaignDirectory second = start_shard(shared, state_of(2, 3));
  append(first.corpus_path(1), std::string(kMse) + "\n");
  append(second.corpus_path(1), std::string(kL1) + "\nno case at all\nmse_loss(input=f6");
  OtherShards others(shared, {1, 3});
  append(second.features_path(1), fmt::format("{:x} 1f 2a\nno hash\n2", hash_of(kL1)));
  const std::vector<Import> imports = others.read_new();
  ASSERT_EQ(imports.size(), 2U) << "not its own, nothing torn";
  EXPECT_EQ(imports[0].text, kL1);
  EXPECT_EQ(imports[0].features, (std::vector<std::uint64_t>{0x1f, 0x2a}));
  EXPECT_TRUE(imports[1].features.empty()) << "a damaged line is for the campaign to leave out";
  EXPECT_TRUE(others.read_new().empty());
  append(second.corpus_path(2), std::string(kMse) + "\n");
  const CampaignDirectory third = start_shard(shared, state_of(3, 3));
  append(third.corpus_path(1), std::string(kL1) + "\n");
  EXPECT_EQ(others.read_new().size(), 2U) << "of a new worker, and of a new shard";
}

// Where the file system has no locks, both go on until the elder one saves.
TEST(Shards, StopWhereAnotherProcessWritesTheSame) {
  const TestDirectory scratch;
  const std::string shared = scratch.file("shared");
  const CampaignDirectory elder = start_shard(shared, state_of(1, 2));
  fs::remove(elder.path() + "/lock");
  const CampaignDirectory younger = start_shard(shared, state_of(1, 2));
  younger.save_state();
  const std::string said = refusal([&] { elder.save_state(); });
  EXPECT_NE(said.find("has begun to write here; expected one process at a time"), std::string::npos)
      << said;
  younger.save_state();
}

TEST(Shards, AreMergedWithoutLossAndWithoutDoubles) {
  const TestDirectory scratch;
  const std::string shared = scratch.file("shared");
  const std::string record = to_record(
      parse_case("mse_loss(input=f64[3,1], target=f64[3])", all_specs()),
      find_loss("mse_loss")->spec,
      [] {
        Judgement judgement;
        judgement.verdict = Verdict::kSilentBroadcast;
        judgement.cause = "broadcasts";
        return judgement;
      }(),
      {}, libtorch_version());
  for (const std::uint64_t index : {1, 2}) {
    CampaignDirectory shard = start_shard(shared, state_of(index, 2));
    append(shard.corpus_path(1), std::string(kMse) + "\n" + (index == 1 ? kMse : kL1) + "\n");
    append(shard.findings_path(1), record + "\n");
    shard.state.executions = 10 * index;
    shard.save_state();
  }
  EXPECT_EQ(merge_shards(shared), (std::pair<std::size_t, std::size_t>{4, 2}));
  const CampaignDirectory merged = CampaignDirectory::open(merged_path(shared));
  EXPECT_EQ(merged.state.executions, 30U);
  EXPECT_EQ(merged.read_corpus(nullptr).size(), 2U);
  EXPECT_EQ(merged.read_findings(nullptr).size(), 1U);
  EXPECT_EQ(merge_shards(shared).second, 2U) << "again, on top of what is there";
}

TEST(Shards, AreAskedForWhereThereAreNone) {
  const TestDirectory scratch;
  EXPECT_EQ(refusal([&] { merge_shards(scratch.path()); }),
            scratch.path() + ": holds no shard of a campaign");
}

}  // namespace
}  // namespace shapefuzz
