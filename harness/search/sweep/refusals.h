// SPDX-License-Identifier: BSD-3-Clause
// What a way to call a loss inherits from another one, so that nobody need run it: a call that is
// refused unreduced is refused whatever is made of its losses; and a module calls the functional,
// this at::, and that the operator, so that what is refused by the one is by the other. No LibTorch
// in here.
#pragma once

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
      if (refused.entry == way.entry && way.reduction == kUnreduced) continue;
      if (!passes_on(refused, way.entry)) continue;
      const bool differs = way.reduction != kUnreduced &&
                           reduces_otherwise(refused.loss, way.reduction, refused.empty_classes);
      return differs ? nullptr : &refused.judgement;
    }
    return nullptr;
  }

  /// Takes note of the case, called in that way.
  void note(const Way& way, const Case& c, const Judgement& judgement) {
    const bool refused =
        judgement.verdict == Verdict::kPass && judgement.outcome == Outcome::kRejected;
    if (way.reduction != kUnreduced || !refused) return;
    refused_.push_back({c.loss, way.entry, judgement, has_empty_classes(c)});
  }

  /// Another pair of shapes comes.
  void forget() { refused_.clear(); }

 private:
  static constexpr const char* kUnreduced = "none";

  struct Refused {
    std::string loss;
    std::string entry;
    Judgement judgement;
    bool empty_classes;
  };

  static bool has_empty_classes(const Case& c) {
    if (c.operands.size() < 2) return false;
    const Shape& classes = c.operands[1].shape;
    return classes.elements() == 0 && classes.rank() + 1 == c.operands[0].shape.rank();
  }

  // Whether an entry calls the one that has refused, or what that one calls.
  static bool passes_on(const Refused& refused, std::string_view entry) {
    while (!entry.empty() && entry != refused.entry) entry = behind(entry, refused);
    return !entry.empty();
  }

  // Whose refusal an entry passes on. A warning before it is the functional's own.
  static std::string_view behind(std::string_view entry, const Refused& refused) {
    if (entry == "module") return "functional";
    if (entry == "op") return "aten";
    const bool passed_on = entry == "aten" && !refused.judgement.warned;
    return passed_on && !refuses_more(refused.loss) ? "functional" : "";
  }

  std::vector<Refused> refused_;
};

}  // namespace shapefuzz
