// SPDX-License-Identifier: BSD-3-Clause
// Losses with a planted error that a process may die of, to prove that each gets its verdict,
// whoever judges it. For tests only.
#pragma once

#include <vector>

#include "harness/testing/mutants.h"

namespace shapefuzz {

/// Each misbehaves on an input of two elements only, so that a sweep has healthy cases too.
std::vector<Mutant> planted_errors();

/// A loss that ends the process where it is refused memory.
Loss unprepared_loss();

/// A loss that an input of three elements damages, and that an input of two elements then ends the
/// process of: neither does it alone.
Loss damaging_loss();

/// A loss that crashes on one case in a hundred of its sweep.
Loss crashing_loss();

}  // namespace shapefuzz
