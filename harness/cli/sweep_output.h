// SPDX-License-Identifier: BSD-3-Clause
// What `sweep` prints.
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "harness/cli/sweep_command.h"
#include "harness/cli/sweep_held.h"
#include "harness/findings/records/tally.h"
#include "harness/search/sweep/plan.h"
#include "harness/tell/report/ci.h"

namespace shapefuzz {

/// One line on a terminal, drawn over itself; nothing in a pipe.
class ProgressLine {
 public:
  ProgressLine();
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void show(std::uint64_t done, std::uint64_t all);

 private:
  bool terminal_;
  std::chrono::steady_clock::time_point start_;
};

/// The table of losses, the causes, what no cause explains, and how to go on.
void print_sweep(const SweepCommand& command, const std::vector<Variation>& variations,
                 const SweepResult& result, const Held& held);

}  // namespace shapefuzz
