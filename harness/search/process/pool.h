// SPDX-License-Identifier: BSD-3-Clause
// A pool of worker processes that survives whatever a case does to one of them.
//
// Work comes in numbered units of many cases. A worker notes the case it is about to run in shared
// memory; when it dies or hangs, the parent knows the case, reports it, and gives the unit to a new
// worker that leaves that case out, and those that the dead one has handed over. Workers do not
// outlive their parent.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "harness/oracle/memory/fault.h"
#include "harness/search/process/worker.h"

namespace shapefuzz {

struct Death {
  std::size_t unit = 0;
  std::uint64_t at_case = 0;
  int signal = 0;                ///< 0: it hung and was ended
  Fault fault;                   ///< what the worker could say of it
  bool short_of_memory = false;  ///< the case had been refused some
  bool from_outside = false;     ///< somebody has ended it, again and again
};

struct Pool {
  std::size_t units = 0;
  std::size_t jobs = 1;
  /// Whether a worker goes on after a unit. A fresh one for each costs a fork, and no unit inherits
  /// a heap that an earlier one has corrupted.
  bool reuse_workers = true;
  /// A case may use the processor this long, and wait without using it four times as long;
  /// LibTorch's slowest on swept shapes takes a millisecond.
  double seconds_per_case = 5;

  /// What is known of a unit before the start, from an earlier run.
  struct Earlier {
    std::vector<std::string> parts;  ///< as they were handed over
    std::uint64_t first_case = 0;    ///< that they do not cover
    bool done = false;
  };
  std::map<std::size_t, Earlier> earlier;

  /// Runs in a worker: the unit from `position.first_case`, without the cases in `skipped`
  /// (sorted); returns its result, or what is left of it.
  std::function<std::string(std::size_t unit, const std::vector<std::uint64_t>& skipped,
                            Position& position)>
      work;
  /// These run in the parent. Results arrive in the order of the units, each in as many parts as
  /// it was handed over.
  std::function<void(std::size_t unit, const std::string& result)> on_result;
  std::function<void(const Death& death)> on_death;
  /// The same as a part of the result, behind the part before it: for work that hands over where a
  /// case is skipped.
  std::function<std::string(const Death& death)> part_of_death;
  /// A part as soon as it is there, `kWholeUnit` with the last one.
  static constexpr std::uint64_t kWholeUnit = ~std::uint64_t{0};
  std::function<void(std::size_t unit, std::uint64_t next_case, const std::string& part)> on_part;
  /// About five times a second: cases done so far, units done so far.
  std::function<void(std::uint64_t cases, std::size_t units)> on_progress;

  /// Runs all units. Throws HarnessError if a worker fails for a reason of ours.
  void run() const;
};

}  // namespace shapefuzz
