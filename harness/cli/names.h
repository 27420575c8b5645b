// SPDX-License-Identifier: BSD-3-Clause
// Losses and calls as people type them.
#pragma once

#include <string>

#include "harness/language/case/case.h"
#include "harness/losses/loss/loss.h"

namespace shapefuzz {

/// Reads a case, or a call that was pasted (spelling.h). Throws InputError, which begins with where
/// the text stands: `CASE`, or a file and a line.
Case read_case(const std::string& text, const std::string& where = "CASE");

/// The loss of that name, as `mse_loss` or `nn.MSELoss`. Throws InputError with what comes near.
const Loss& loss_named(const std::string& name);

}  // namespace shapefuzz
