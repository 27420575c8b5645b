// Random cases from a contract: a valid one, and a valid one with a mistake in it.
//
// Call these inside a RapidCheck property. Every draw is a small choice of its own, so a failing
// case shrinks to few dimensions and small sizes by itself.
#pragma once

#include <string>

#include "harness/case/case.h"
#include "harness/case/mistake.h"
#include "harness/losses/loss.h"

namespace shapefuzz {

/// A case that the contract calls valid; discards the try if the drawn sizes break a constraint.
Case draw_valid_case(const Loss& loss, const std::string& entry);

struct MistakenCase {
  Case c;
  Mistake mistake = Mistake::kNone;  ///< that was applied
  std::string operand;               ///< to this operand
};

/// A valid case in which the shape of one operand was changed by a mistake.
MistakenCase draw_mistaken_case(const Loss& loss, const std::string& entry);

}  // namespace shapefuzz
