// SPDX-License-Identifier: BSD-3-Clause
// Repairs that were tried: each repaired case is judged before anybody is told of it. No LibTorch
// in here.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/language/repair/repair.h"
#include "harness/losses/loss/loss.h"
#include "harness/oracle/judgement/judging.h"

namespace shapefuzz {

struct TriedRepairs {
  std::vector<Repair> helping;  ///< LibTorch does what it should behind each
  /// One that makes the case valid, and what is left is a known bug and no matter of shapes; and
  /// the cause of that. What is further away was not tried then: it would help by chance.
  std::optional<Repair> spoiled = std::nullopt;
  std::string spoiled_by = {};

  /// What people are told of: those that help, or else the spoiled one.
  std::vector<Repair> shown() const;
};

/// The first repairs of a judged case, each judged under the same policy; where the verdict is
/// pass, it helps. A large case is judged on its twin. None of a case that nobody has to repair: a
/// valid one, or one that the policy lets through as it is.
TriedRepairs tried_repairs(const Loss& loss, const Case& c, const Judgement& judgement,
                           const Judging& judging);

}  // namespace shapefuzz
