// SPDX-License-Identifier: BSD-3-Clause
// A case and nothing around it, for tools that watch a process from outside.
//
// This header includes no torch headers.
#pragma once

#include <string_view>

#include "harness/losses/loss/loss.h"

namespace shapefuzz {

/// The function that a stack shows during the call.
constexpr std::string_view kBareCall = "shapefuzz::call_bare";

/// Calls `c` once, forward and backward, and looks at every byte of the result and its gradients.
/// What LibTorch throws is a refusal, and none of this function's business.
void call_bare(const Loss& loss, const Case& c);

}  // namespace shapefuzz
