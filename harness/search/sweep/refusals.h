// SPDX-License-Identifier: BSD-3-Clause
// What a reduction inherits: a call that is refused unreduced is refused whatever is made of its
// losses, so nobody need run that. No LibTorch in here.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "harness/oracle/judgement/verdict.h"
#include "harness/search/sweep/plan.h"
#include "harness/search/sweep/unlike.h"

namespace shapefuzz {

/// The unreduced calls of one pair of shapes that were refused, by entry. Only what was refused by
/// rights is inherited: a finding may be another one with another reduction.
class Refusals {
 public:
  /// What holds for another way to call the same with; null where that has to be judged itself.
  const Judgement* inherited_by(const Way& way) const {
    if (way.reduction == kUnreduced) return nullptr;
    for (const Refused& refused : refused_) {
      if (refused.entry != way.entry) continue;
      const bool differs = reduces_otherwise(refused.loss, way.reduction, refused.has_empty);
      return differs ? nullptr : &refused.judgement;
    }
    return nullptr;
  }

  /// Takes note of the case, called in that way.
  void note(const Way& way, const Case& c, const Judgement& judgement) {
    const bool refused =
        judgement.verdict == Verdict::kPass && judgement.outcome == Outcome::kRejected;
    if (way.reduction != kUnreduced || !refused) return;
    const bool has_empty =
        std::any_of(c.operands.begin(), c.operands.end(),
                    [](const Operand& operand) { return operand.shape.elements() == 0; });
    refused_.push_back({c.loss, way.entry, judgement, has_empty});
  }

  /// Another pair of shapes comes.
  void forget() { refused_.clear(); }

 private:
  static constexpr const char* kUnreduced = "none";

  struct Refused {
    std::string loss;
    std::string entry;
    Judgement judgement;
    bool has_empty;
  };
  std::vector<Refused> refused_;
};

}  // namespace shapefuzz
