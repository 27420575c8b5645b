// SPDX-License-Identifier: BSD-3-Clause
// Whether a known cause explains a finding: its condition is met, and what LibTorch returned is
// what it predicts, value for value and gradient for gradient. Includes torch headers.
#pragma once

#include "harness/oracle/causes/cause.h"
#include "harness/oracle/judge/execute.h"

namespace shapefuzz {

/// The first cause that explains the judgement of a call that came back; null if none does.
const Cause* explain(const Causes& causes, const Loss& loss, const Case& c,
                     const OperandSet& operands, const Execution& actual,
                     const Judgement& judgement);

}  // namespace shapefuzz
