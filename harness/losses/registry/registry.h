// SPDX-License-Identifier: BSD-3-Clause
// Every loss that there is. No LibTorch in here.
#pragma once

#include <string_view>
#include <vector>

#include "harness/losses/loss/loss.h"

namespace shapefuzz {

/// Every loss of the installed LibTorch's C++ frontend, by family.
const std::vector<Loss>& all_losses();
/// Every operator of the dispatcher whose name is `aten::*loss*`, forward and backward, as a loss
/// with the one entry `op`; by name. An operator that shapefuzz knows no contract of is `open`.
const std::vector<Loss>& all_operators();
/// The specs of all losses and operators, for parse_case.
const LossSpecs& all_specs();
/// The loss or the operator of that name, or null.
const Loss* find_loss(std::string_view name);

}  // namespace shapefuzz
