// SPDX-License-Identifier: BSD-3-Clause
// The call of somebody's own loss: the options of a case in the function's order, and a look at
// what comes back. Includes torch headers.
#pragma once

#include "harness/losses/loss/loss.h"
#include "shapefuzz/loss.h"

namespace shapefuzz {

/// Throws BadResult for what is no loss: an undefined tensor, whole numbers of floating operands, a
/// tensor on another device.
EntryCall own_entry(const OwnLoss::Entry& entry, const std::vector<OwnLoss::Option>& options);

/// The formula as the judge asks it. What it throws is a FormulaError.
GoldFormula own_gold(const OwnFormula& formula, const std::vector<OwnLoss::Option>& options);

}  // namespace shapefuzz
