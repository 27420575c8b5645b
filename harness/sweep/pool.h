// A pool of worker processes that survives whatever a case does to one of them.
//
// Work comes in numbered units of many cases. A worker notes the case it is about to run in shared
// memory; when it dies or hangs, the parent knows the case, reports it, and gives the unit to a new
// worker that leaves that case out. Workers do not outlive their parent.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "harness/memory/fault.h"

namespace shapefuzz {

/// The harness itself failed, not a loss: exit status 3.
class HarnessError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Where a worker is, in memory that it shares with the parent.
struct Position {
  std::atomic<std::uint64_t> next_case{0};  ///< within the unit; set before the case runs
  std::atomic<std::uint64_t> cases{0};      ///< done so far, over all units
  Fault fault;                              ///< what the worker could say of its death
};

struct Death {
  std::size_t unit = 0;
  std::uint64_t at_case = 0;
  int signal = 0;  ///< 0: it hung and was ended
  Fault fault;     ///< what the worker could say of it
};

struct Pool {
  std::size_t units = 0;
  std::size_t jobs = 1;
  /// Whether a worker goes on after a unit. A fresh one for each costs a fork, and no unit inherits
  /// a heap that an earlier one has corrupted.
  bool reuse_workers = true;
  /// A case may take this long; LibTorch's slowest on swept shapes takes a millisecond.
  double seconds_per_case = 20;

  /// Runs in a worker: the unit without the cases in `skipped` (sorted); returns its result.
  std::function<std::string(std::size_t unit, const std::vector<std::uint64_t>& skipped,
                            Position& position)>
      work;
  /// These run in the parent. Results arrive in the order of the units.
  std::function<void(std::size_t unit, const std::string& result)> on_result;
  std::function<void(const Death& death)> on_death;
  /// About five times a second: cases done so far, units done so far.
  std::function<void(std::uint64_t cases, std::size_t units)> on_progress;

  /// Runs all units. Throws HarnessError if a worker fails for a reason of ours.
  void run() const;
};

}  // namespace shapefuzz
