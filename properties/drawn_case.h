// SPDX-License-Identifier: BSD-3-Clause
// Random cases from a contract: a valid one, and a valid one with a mistake in it. Whoever draws
// brings the choices (see draw.h).
#pragma once

#include <iosfwd>
#include <optional>
#include <string>

#include "harness/language/case/case.h"
#include "harness/language/case/mistake.h"
#include "harness/losses/loss/loss.h"
#include "harness/search/generate/draw.h"

namespace shapefuzz {

/// A case of a loss; with one mistake, in a shape, a dtype, a value or an option, or (kNone) valid.
struct DrawnCase {
  Case c;
  Mistake mistake = Mistake::kNone;
  std::string operand;  ///< or the option, that the mistake was made with
};

/// RapidCheck prints a counterexample with this.
std::ostream& operator<<(std::ostream& out, const DrawnCase& drawn);

/// A case that the contract calls valid; none where the sizes that were drawn break a constraint.
std::optional<DrawnCase> draw_valid(const Loss& loss, const std::string& entry, const Pick& pick);

/// A valid case that was changed by a mistake; none where no mistake can be made.
std::optional<DrawnCase> draw_mistaken(const Loss& loss, const std::string& entry,
                                       const Pick& pick);

}  // namespace shapefuzz
