// SPDX-License-Identifier: BSD-3-Clause
// The drawn cases as RapidCheck's generators.
//
// Every draw is a small choice of its own, so a failing case shrinks to few dimensions and small
// sizes by itself.
#pragma once

#include <rapidcheck.h>

#include <string>

#include "properties/drawn_case.h"

namespace shapefuzz {

/// A case that the contract calls valid; discards a try whose sizes break a constraint.
rc::Gen<DrawnCase> valid_case(const Loss& loss, const std::string& entry);

/// A valid case that was changed by a mistake.
rc::Gen<DrawnCase> mistaken_case(const Loss& loss, const std::string& entry);

}  // namespace shapefuzz
