// SPDX-License-Identifier: BSD-3-Clause
// Losses and calls as people type them.
#pragma once

#include <optional>
#include <string>

#include "harness/language/case/case.h"
#include "harness/losses/loss/loss.h"

namespace shapefuzz {

/// Reads a case of the command line, or a call that was pasted (spelling.h); throws InputError.
Case read_case(const std::string& text);

/// What a call means that is no case line; none if it cannot be read.
std::optional<Case> read_pasted(const std::string& text);

/// The loss of that name, as `mse_loss` or `nn.MSELoss`. Throws InputError with what comes near.
const Loss& loss_named(const std::string& name);

}  // namespace shapefuzz
