// SPDX-License-Identifier: BSD-3-Clause
// The sweep: every case within bounds, judged by worker processes. No LibTorch in here.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "harness/findings/records/tally.h"
#include "harness/oracle/judgement/judging.h"
#include "harness/oracle/judgement/verdict.h"
#include "harness/search/process/shard.h"
#include "harness/search/sweep/plan.h"

namespace shapefuzz {

class Journal;

struct SweepOptions {
  std::size_t max_rank = 3;
  std::int64_t max_size = 3;
  Judging judging;
  std::size_t jobs = 1;
  std::uint64_t seed = 0;
  double seconds_per_case = 5;  ///< of the processor's; after that, a case has timed out
  bool deviations = true;       ///< options, values, dtypes and layouts too, not only shapes
  /// About how many cases of each loss, half of them deviations; 0: all of them.
  std::uint64_t cases_per_loss = 0;
  /// Whether every case is judged, also one that another stands for (stand_in.h), and a reduction
  /// of what is refused unreduced (refusals.h).
  bool full = false;
  Shard shard;  ///< of each list of cases, so that all parts take equally long
  /// How much is forgiven, of the losses that somebody has decided another thing for.
  std::map<std::string, Policy> policies;

  /// The smallest size of a dimension: 0, but of somebody's own loss 1, as long as nobody asks for
  /// more.
  std::int64_t least_size(const Loss& loss) const {
    return loss.spec.own && !judging.thorough ? 1 : 0;
  }

  Judging judging_of(const std::string& loss) const {
    Judging own = judging;
    const auto policy = policies.find(loss);
    if (policy != policies.end()) own.policy = policy->second;
    return own;
  }
};

struct SweepSinks {
  /// A record a line, if anybody wants them: findings, with `passes` the passes too.
  std::function<void(const std::string& lines)> records;
  bool passes = false;
  /// Where the sweep goes on, and what it writes down as it goes.
  Journal* journal = nullptr;
  /// Cases done, cases in all.
  std::function<void(std::uint64_t done, std::uint64_t all)> progress;
};

/// Whether cases of the loss may stand for others: where it is proven that they are judged alike,
/// of LibTorch's losses, on the CPU, with its memory watched. Somebody's own loss may well know the
/// size 4.
bool may_reduce(const SweepOptions& options, const Loss& loss);

/// Judges every case of the variations, or one that stands for it, and counts all; throws
/// HarnessError. Who wants the records of the passes too gets every case's, each judged itself.
Tally sweep(const std::vector<Variation>& variations, const SweepOptions& options,
            const SweepSinks& sinks);

/// What a journal asks about each part that it has of such a sweep (journal.h): throws ParseError
/// where there is no such unit, or not so many cases in it, or where the tally is of other losses.
/// `passes` is what the sinks say. Refers to its arguments.
std::function<void(std::size_t unit, std::uint64_t next_case, const std::string& tally)> part_check(
    const std::vector<Variation>& variations, const SweepOptions& options, bool passes);

/// The number of cases that a sweep counts.
std::uint64_t count_cases(const std::vector<Variation>& variations, const SweepOptions& options);

}  // namespace shapefuzz
