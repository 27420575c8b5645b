// SPDX-License-Identifier: BSD-3-Clause
// One step down from a case: what the shrinker tries where a search from the bottom up would take
// too long, because the finding needs many dimensions or large sizes.
#pragma once

#include <vector>

#include "harness/language/case/case.h"

namespace shapefuzz {

/// Cases near `c`, the boldest change first: small sizes everywhere, dimensions removed from
/// several operands at once, a size changed wherever it stands, then in one place; values rounded.
std::vector<Case> steps_down(const Case& c);

}  // namespace shapefuzz
