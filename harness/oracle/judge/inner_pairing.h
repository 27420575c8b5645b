// SPDX-License-Identifier: BSD-3-Clause
// What a loss that folds its losses does inside, where a valid call gives the wrong number: does it
// pair every sample of some operands with every sample of the others? No LibTorch in here.
#pragma once

#include <string>
#include <vector>

#include "harness/losses/loss/loss.h"

namespace shapefuzz {

/// Two groups of operands, each sample of the one meeting each of the other.
struct InnerPairing {
  std::vector<std::string> first;  ///< the output among them
  std::vector<std::string> second;
  std::int64_t samples = 0;
};

/// The groups with which the mean (or the sum) over all pairs of samples is what the call gives;
/// empty ones where there are none.
InnerPairing inner_pairing(const Loss& loss, const Case& c);

}  // namespace shapefuzz
