// SPDX-License-Identifier: BSD-3-Clause
// Every loss that there is: LibTorch's, or somebody's own. No LibTorch in here.
#pragma once

#include <string_view>
#include <vector>

#include "harness/losses/loss/loss.h"

namespace shapefuzz {

/// Makes these the losses of the process, before anybody asks for one; afterwards it throws
/// std::logic_error. They are somebody's own.
void use_own_losses(std::vector<Loss> losses);
/// Whether somebody has.
bool has_own_losses();

/// Every loss of the installed LibTorch's C++ frontend, by family.
const std::vector<Loss>& all_losses();
/// Every operator of the dispatcher whose name is `aten::*loss*`, forward and backward, as a loss
/// with the one entry `op`; by name. An operator that shapefuzz knows no contract of is `open`.
/// None beside own losses.
const std::vector<Loss>& all_operators();
/// The specs of all losses and operators, for parse_case.
const LossSpecs& all_specs();
/// The loss or the operator of that name, or null.
const Loss* find_loss(std::string_view name);

}  // namespace shapefuzz
