// SPDX-License-Identifier: BSD-3-Clause
// Somebody's own losses, as the harness knows losses. Includes no torch headers.
#pragma once

#include <vector>

#include "harness/losses/loss/loss.h"

namespace shapefuzz {

class OwnLoss;

/// The losses that were declared with <shapefuzz/loss.h>. Throws InputError, which names the loss:
/// a contract that cannot be read or does not fit the function, options that do not fit it, two of
/// one name.
std::vector<Loss> own_losses(const std::vector<OwnLoss>& declared);

}  // namespace shapefuzz
