// SPDX-License-Identifier: BSD-3-Clause
// What is wrong with the operands of a call and what to write instead, in words. Knows no
// judgement: whoever only looks at shapes says the same.
#pragma once

#include <string>
#include <vector>

#include "harness/language/case/case.h"
#include "harness/language/case/mistake.h"
#include "harness/language/repair/repair.h"

namespace shapefuzz {

/// `[64, 1]`, as PyTorch prints it; case lines have no space.
std::string pretty(const Shape& shape);

/// `input [64, 1] and target [64]`.
std::string shapes_of(const Case& c);

/// `target.unsqueeze(-1)`, the edits joined by "and".
std::string cpp_of(const Repair& repair);
std::string python_of(const Repair& repair);
/// What the edited operands are then: `target is i64[8, 28, 28]: class indices`.
std::string effect_of(const Repair& repair, const LossSpec& spec);

/// The repair that says what is wrong, or null: who means every pair has no mistake to undo.
const Repair* telling_repair(const std::vector<Repair>& repairs);

/// What is wrong with the case, by the repair or else by the nearest alternative; first what it is
/// named after.
std::vector<LocatedMistake> mistakes_of(const Case& c, const LossSpec& spec, const Repair* repair);

/// `target is [64] where [64, 1] is demanded (forgot_unsqueeze)`; several are joined.
std::string reasons_of(const std::vector<LocatedMistake>& mistakes, const Case& c,
                       const LossSpec& spec, const Repair* repair);

/// What to write instead, in one line; empty where nobody knows.
std::string instead(const Case& c, const LossSpec& spec, const std::vector<Repair>& repairs,
                    const std::vector<LocatedMistake>& mistakes);

}  // namespace shapefuzz
