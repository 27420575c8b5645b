// SPDX-License-Identifier: BSD-3-Clause
// The losses that a user's program declares, made those of the process. Includes no torch headers.
#pragma once

#include <vector>

namespace shapefuzz {

class OwnLoss;

/// Calls `losses` and uses what it returns. Throws InputError for what is wrong with one, and for
/// what `losses` itself throws.
void declare(std::vector<OwnLoss> (*losses)());

}  // namespace shapefuzz
