// SPDX-License-Identifier: BSD-3-Clause
// Arithmetic of whole numbers, which wraps around or has no fractions: not what a formula says, and
// what LibTorch's rules for dtypes say. Includes torch headers.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "harness/oracle/judge/acceptance.h"
#include "harness/oracle/judge/comparison.h"

namespace shapefuzz {

/// How far another call agrees with what the wrong one was compared with.
using Compare = std::function<Agreement(const Acceptance& other)>;

/// What a wrong result of a call comes from that computes with operands of whole numbers, where it
/// is right once those are converted: "computed in uint8, which wraps around and has no fractions;
/// convert target with to(torch::kFloat)". None where it comes from something else. Of a call that
/// `agrees` but for its gradient the result has to be another one then, too, beyond roundings: who
/// computes it alike and differentiates in a dtype of whole numbers is wrong.
std::optional<std::string> whole_numbers_explain(const Acceptance& call, Agreement agrees,
                                                 const Compare& compare);

}  // namespace shapefuzz
