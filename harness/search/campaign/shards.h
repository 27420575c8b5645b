// SPDX-License-Identifier: BSD-3-Clause
// The shards of a campaign, each a process on its own machine, in one directory that all of them
// see. Each is a campaign in a directory of its own there, `shard-2-of-4`, in which it alone
// writes; it reads the corpora of the others. Nobody waits for anybody: no server, and no lock
// between them.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "harness/search/campaign/campaign.h"
#include "harness/search/campaign/directory.h"
#include "harness/search/process/shard.h"

namespace shapefuzz {

/// `SHARED/shard-2-of-4`.
std::string shard_path(const std::string& shared, const Shard& shard);

/// The directories of the shards that have begun, in the order of their numbers; empty where
/// `shared` is no directory of shards. Throws InputError: a shard of another total is among them.
std::vector<std::string> shard_paths(const std::string& shared);

/// The directory of a shard, to begin there or to go on: a shard that has died is started again as
/// it was the first time. Throws InputError as CampaignDirectory does, and where another shard is
/// of another total, LibTorch, policy, device or seed, or has other losses.
CampaignDirectory start_shard(const std::string& shared, const CampaignState& state);

/// What the other shards have found since the last time.
class OtherShards {
 public:
  OtherShards(std::string shared, Shard own) : shared_(std::move(shared)), own_(own) {}

  /// The new cases of their corpora, as they stand there.
  std::vector<Import> read_new();

 private:
  std::vector<std::string> new_lines(const std::string& file);

  std::string shared_;
  Shard own_;
  std::map<std::string, LineReader> readers_;  // by the file
};

/// Puts the shards' corpora and findings into `SHARED/merged`, a campaign like any other, for a
/// triage and a report: of the cases the shortest that have all features, of the findings the
/// shortest of each signature. What a triage has left there stays. Returns how many cases there
/// were and are. Throws InputError as reading a campaign does, or where there is no shard.
std::pair<std::size_t, std::size_t> merge_shards(const std::string& shared);

/// `SHARED/merged`.
std::string merged_path(const std::string& shared);

}  // namespace shapefuzz
