// SPDX-License-Identifier: BSD-3-Clause
// What to say of a call that was accepted: held against every meaning that the contract gives it,
// and every reference. Includes torch headers.
#pragma once

#include <optional>

#include "harness/language/case/zone.h"
#include "harness/oracle/judge/execute.h"
#include "harness/oracle/judgement/judging.h"
#include "harness/oracle/judgement/verdict.h"

namespace shapefuzz {

/// An accepted call, and what the contract says of it.
struct Acceptance {
  const Loss& loss;
  const Case& c;
  const OperandSet& operands;
  const Execution& actual;
  /// The contract's first meaning of the shapes; null where it has none.
  const Reading* reading = nullptr;
  /// What alone is wrong with the case, where the contract has a meaning of its shapes.
  const std::optional<Illegality>& illegality;
  /// The most elements of a call that is held against finite differences too; 0 for none.
  std::int64_t most_for_slopes = kFewForSlopes;
};

/// Sets the verdict of `judgement`, its detail, its expected shape and its basis. Throws
/// FormulaError where the loss's formula cannot say what the call gives.
void judge_accepted(const Acceptance& call, Policy policy, Judgement& judgement);

}  // namespace shapefuzz
