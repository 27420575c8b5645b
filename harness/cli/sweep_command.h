// SPDX-License-Identifier: BSD-3-Clause
// What somebody has asked a sweep for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/oracle/judgement/judging.h"
#include "harness/search/process/shard.h"

namespace shapefuzz {

struct SweepCommand {
  std::vector<std::string> targets;  ///< LOSS or LOSS@ENTRY; empty: all
  std::size_t max_rank = 3;
  std::int64_t max_size = 3;
  Policy policy = Policy::kExpand;
  Device device = Device::kCpu;
  MemoryMode memory = MemoryMode::kFull;
  std::string baseline;  ///< empty: the checkout's for this LibTorch; "none"
  std::size_t jobs = 1;
  bool has_jobs = false;  ///< whether the option was given
  std::uint64_t seed = 0;
  std::uint64_t cases = 0;  ///< of each loss; 0: all
  std::optional<Shard> shard;
  std::string out;
  bool all = false;
  bool signatures = false;
  bool thorough = false;
  bool full = false;
  bool resume = false;
  double timeout = 5;
  std::string write_baseline;
  std::string format = "table";
  std::string summary;
};

}  // namespace shapefuzz
