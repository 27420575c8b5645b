// SPDX-License-Identifier: BSD-3-Clause
// Per-sample decomposition: sample i of the unreduced result is the loss of sample i alone, and
// samples in another order give their losses in that order. Includes torch headers.
//
// The contract says which dimension of each operand is the batch, so this needs no formula and
// serves losses that nobody has written one for.
#pragma once

#include "harness/oracle/judge/comparison.h"

namespace shapefuzz {

/// Compares the result of an accepted unreduced call, which `reading` gives a meaning to, with the
/// calls on its first and its last sample alone, and with the call on its samples in reverse order.
/// Equal where the contract has no batch.
Comparison compare_with_samples(const Loss& loss, const Case& c, const OperandSet& operands,
                                const Execution& actual, const Reading& reading);

/// The same of a loss that is one number for all of its samples, which may be coupled: only their
/// order must not matter. Equal where the contract names no batch (batch.h).
Comparison compare_with_permuted(const Loss& loss, const Case& c, const OperandSet& operands,
                                 const Execution& actual, const Reading& reading);

}  // namespace shapefuzz
