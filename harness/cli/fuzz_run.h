// SPDX-License-Identifier: BSD-3-Clause
// What somebody has asked a campaign for, and what does it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/oracle/judgement/judging.h"
#include "harness/search/process/shard.h"

namespace shapefuzz {

struct FuzzCommand {
  std::vector<std::string> losses;
  std::string length;
  std::string until;
  std::optional<Shard> shard;
  std::string directory;
  std::size_t jobs = 1;
  std::uint64_t seed = 0;
  Policy policy = Policy::kExpand;
  MemoryMode memory = MemoryMode::kFull;
  Device device = Device::kCpu;
  std::string baseline;  ///< empty: the checkout's for this LibTorch; "none"
  std::string seeds;
  bool has_seed = false;  ///< whether the option was given
  bool has_policy = false;
  bool has_memory = false;
  bool has_device = false;
  bool has_jobs = false;
  bool thorough = false;
  bool resume = false;
  bool merge = false;
  bool no_feedback = false;
  bool no_triage = false;
};

/// Begins the campaign, goes on with it, or merges what it has; returns the exit status. Throws
/// InputError if the campaign that is there is another one, before anything is written.
int run_fuzz(const FuzzCommand& command);

}  // namespace shapefuzz
