// SPDX-License-Identifier: BSD-3-Clause
// Repairs that were tried: each repaired case is judged before anybody is told of it. No LibTorch
// in here.
#pragma once

#include <vector>

#include "harness/language/repair/repair.h"
#include "harness/losses/loss/loss.h"
#include "harness/oracle/judgement/judging.h"

namespace shapefuzz {

/// The first repairs of a judged case behind which LibTorch does what it should: the verdict is
/// pass, under the same policy, or the case is valid and what is left is a known bug. A large case
/// is judged on its twin. None of a case that nobody has to repair: a valid one, or one that the
/// policy lets through as it is.
std::vector<Repair> tried_repairs(const Loss& loss, const Case& c, const Judgement& judgement,
                                  const Judging& judging);

}  // namespace shapefuzz
