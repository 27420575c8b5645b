// SPDX-License-Identifier: BSD-3-Clause
// What a way to call a loss inherits from another one, so that nobody need run it: a call that is
// refused unreduced is refused whatever is made of its losses; and a module calls the functional,
// as at::mse_loss calls the operator, so that what is refused by the one is by the other. No
// LibTorch in here.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/oracle/judgement/verdict.h"
#include "harness/search/sweep/plan.h"
#include "harness/search/sweep/unlike.h"

namespace shapefuzz {

/// The unreduced calls of one pair of shapes that were refused, by entry: of LibTorch, where one
/// entry calls another. Only what was refused by rights is inherited: a finding may be another one
/// with another reduction.
class Refusals {
 public:
  /// What holds for another way to call the same with; null where that has to be judged itself.
  const Judgement* inherited_by(const Way& way) const {
    for (const Refused& refused : refused_) {
      const bool same = refused.entry == way.entry && way.reduction != kUnreduced;
      if (!same && refused.entry != behind(way.entry)) continue;
      const bool differs = way.reduction != kUnreduced &&
                           reduces_otherwise(refused.loss, way.reduction, refused.has_empty);
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

  // Whose refusal an entry passes on.
  static std::string_view behind(std::string_view entry) {
    if (entry == "module") return "functional";
    return entry == "op" ? "aten" : "";
  }

  struct Refused {
    std::string loss;
    std::string entry;
    Judgement judgement;
    bool has_empty;
  };
  std::vector<Refused> refused_;
};

}  // namespace shapefuzz
