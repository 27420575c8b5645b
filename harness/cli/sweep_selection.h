// SPDX-License-Identifier: BSD-3-Clause
// Which losses and entries a sweep is about, and whether its bounds can be swept.
#pragma once

#include <string>
#include <vector>

#include "harness/cli/sweep_command.h"
#include "harness/search/sweep/plan.h"

namespace shapefuzz {

/// The variations of LOSS and LOSS@ENTRY, of all losses if there are none; of a loss without an
/// entry all, but of LibTorch's under torch.compile only the first, of which the others are made.
/// Throws InputError: no such loss or entry, or a loss without a contract.
std::vector<Variation> select_variations(const std::vector<std::string>& targets, Device device);

/// The largest tensors of a sweep are bounded before anything is allocated. Throws InputError.
void check_bounds(const SweepCommand& command);

}  // namespace shapefuzz
