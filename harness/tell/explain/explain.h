// SPDX-License-Identifier: BSD-3-Clause
// A judgement in words: what happened, why, and what to write instead. No LibTorch in here.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/language/repair/repair.h"
#include "harness/oracle/judge/exhibit.h"
#include "harness/oracle/judgement/verdict.h"
#include "harness/tell/shapes/words.h"

namespace shapefuzz {

struct Explanation {
  std::string meaning;                   ///< what the verdict says about the loss, in a few words
  std::string zone;                      ///< the zone and the reason for it
  std::string contract;                  ///< the alternative that the case is nearest to
  std::string outcome;                   ///< what LibTorch did
  std::string why;                       ///< one sentence; empty for a plain pass
  std::string instead;                   ///< what to write; empty where nothing needs to change
  std::vector<std::string> notes;        ///< what people trip over in such a call
  std::vector<LocatedMistake> mistakes;  ///< what the zone is about
  Reading reading;                       ///< the meaning of the names in `contract`; none if open
};

/// What is known beside the judgement.
struct Background {
  std::vector<Repair> repairs = {};               ///< tried, the likeliest first
  std::optional<Shape> unreduced = std::nullopt;  ///< the result's shape before its reduction
  bool harmless = false;  ///< the numbers are the same with the operands put right
};

Explanation explain(const Case& c, const LossSpec& spec, const Judgement& judgement,
                    const Background& background = {});
/// The same with all that the exhibit knows.
Explanation explain(const Exhibit& exhibit);

/// A few words on a verdict, as in "a hazard by design, guard against it".
/// `own`: to the author of the loss, who can change it.
std::string_view meaning_of(Verdict verdict, bool own = false);

}  // namespace shapefuzz
