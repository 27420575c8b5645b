// SPDX-License-Identifier: BSD-3-Clause
// The contract that fits best what a loss accepts and computes sample by sample. Includes no torch
// headers.
#pragma once

#include <string>
#include <vector>

#include "harness/losses/loss/loss.h"

namespace shapefuzz {

struct Inferred {
  std::string contract;  ///< empty: no call was accepted
  /// What is accepted and left out: broadcasts, and batches whose samples are no losses of their
  /// own, a line each.
  std::vector<std::string> exceptions;
};

/// Calls the loss with all small ranks and with sizes that differ. Of its own contract only the
/// names of the operands and which may be missing are used. The kinds are as narrow as two values
/// tell: what the numbers mean is for its author to say.
Inferred infer(const Loss& loss);

}  // namespace shapefuzz
