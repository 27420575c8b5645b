// SPDX-License-Identifier: BSD-3-Clause
// Random cases from a contract: a valid one, and a valid one with a mistake in it.
//
// Every draw is a small choice of its own, so a failing case shrinks to few dimensions and small
// sizes by itself.
#pragma once

#include <rapidcheck.h>

#include <iosfwd>
#include <string>

#include "harness/language/case/case.h"
#include "harness/language/case/mistake.h"
#include "harness/losses/loss/loss.h"

namespace shapefuzz {

/// A case of a loss; with one mistake, in a shape, a dtype, a value or an option, or (kNone) valid.
struct DrawnCase {
  Case c;
  Mistake mistake = Mistake::kNone;
  std::string operand;  ///< or the option, that the mistake was made with
};

/// RapidCheck prints a counterexample with this.
std::ostream& operator<<(std::ostream& out, const DrawnCase& drawn);

/// A case that the contract calls valid; discards a try whose sizes break a constraint.
rc::Gen<DrawnCase> valid_case(const Loss& loss, const std::string& entry);

/// A valid case that was changed by a mistake.
rc::Gen<DrawnCase> mistaken_case(const Loss& loss, const std::string& entry);

}  // namespace shapefuzz
