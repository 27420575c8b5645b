// SPDX-License-Identifier: BSD-3-Clause
// What a judged case has reached, as numbers: a case is interesting where it has a feature that no
// case before it had. LibTorch has no coverage, so the features are about what it did: the
// outcome, the place of the refusal, the operators it dispatched. No LibTorch in here.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/oracle/judgement/verdict.h"

namespace shapefuzz {

/// A judged case and what else was seen of it.
struct Observation {
  const Case& c;
  const Judgement& judgement;
  const LocatedMistake& mistake;                ///< of a pass too
  const std::vector<std::uint64_t>& operators;  ///< see traced_operators()
};

/// Appends the features to `features`:
/// - loss, entry, zone, mistake, outcome, verdict;
/// - loss, entry and where LibTorch refused, or what it said where that is unknown;
/// - loss, entry and the whole sequence of operators, and each three of them in a row;
/// - loss and the ranks of the operands; dtype and layout of each, with the outcome.
void append_features(const Observation& seen, std::vector<std::uint64_t>& features);

}  // namespace shapefuzz
