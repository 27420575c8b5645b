// SPDX-License-Identifier: BSD-3-Clause
// A judgement in words: what happened, why, and what to write instead. No LibTorch in here.
#pragma once

#include <optional>
#include <string>

#include "harness/oracle/judgement/verdict.h"

namespace shapefuzz {

struct Explanation {
  std::string meaning;   ///< what the verdict says about the loss, in a few words
  std::string zone;      ///< the zone and the reason for it
  std::string contract;  ///< the alternative that the case is nearest to
  std::string outcome;   ///< what LibTorch did
  std::string why;       ///< one sentence; empty for a plain pass
  std::string instead;   ///< what to write; empty where nothing needs to change
};

/// `unreduced` is the shape of the result before its reduction, where somebody has seen it.
Explanation explain(const Case& c, const LossSpec& spec, const Judgement& judgement,
                    const std::optional<Shape>& unreduced = std::nullopt);

/// A few words on a verdict, as in "a hazard by design, guard against it".
std::string_view meaning_of(Verdict verdict);

/// `[64, 1]`, as PyTorch prints it; case lines have no space.
std::string pretty(const Shape& shape);

}  // namespace shapefuzz
