// SPDX-License-Identifier: BSD-3-Clause
// Cases that one process judges one after the other: where a worker died of none alone, one of them
// may have damaged the heap, of which a later one died.
#pragma once

#include <optional>
#include <vector>

#include "harness/losses/loss/loss.h"
#include "harness/oracle/judgement/judging.h"
#include "harness/oracle/judgement/verdict.h"

namespace shapefuzz {

/// A case and its loss.
struct Step {
  const Loss* loss = nullptr;
  Case c;
};

/// How a sequence ended its process.
struct SequenceDeath {
  std::vector<Step> steps;  ///< the last of them is the one at which the process died
  Judgement judgement;      ///< of that one
};

/// Judges the steps in one process. The death of it, with as few steps before it as are needed of
/// the last ones, if a fresh process dies at the same step again; none where it does not. Throws
/// HarnessError.
std::optional<SequenceDeath> judge_in_sequence(const std::vector<Step>& steps,
                                               const Judging& judging, double seconds_per_case);

}  // namespace shapefuzz
