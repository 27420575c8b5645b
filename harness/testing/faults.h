// SPDX-License-Identifier: BSD-3-Clause
// Faults that can be planted in any loss, to prove that whoever judges losses notices them. For
// tests only.
#pragma once

#include <string>
#include <vector>

#include "harness/losses/loss/loss.h"

namespace shapefuzz {

/// A loss with one fault in it, the same one in every entry: no comparison of entries shows it.
struct PlantedFault {
  std::string name;
  Loss loss;
  std::vector<std::string> entries;  ///< those whose calls it can change
};

/// The names of all faults, the first one being that of a doubled result.
const std::vector<std::string>& fault_names();

/// Those that the description of `loss` has a place for: a weight to ignore, a mean to divide, a
/// batch to lose a row of.
std::vector<PlantedFault> planted_faults(const Loss& loss);

/// Plants a fault in the oracle instead, or takes it out: what `execute` returns is doubled.
void double_what_execute_returns(bool doubled);

}  // namespace shapefuzz
