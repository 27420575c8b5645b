// SPDX-License-Identifier: BSD-3-Clause
// Features for libFuzzer: `__libfuzzer_extra_counters`, which it reads like coverage.
#pragma once

#include <cstdint>
#include <vector>

namespace shapefuzz {

/// Sets the counters of these features; libFuzzer clears them before every input. Nothing happens
/// with SHAPEFUZZ_FEEDBACK=off in the environment, to see what they are worth.
void give_feedback(const std::vector<std::uint64_t>& features);

}  // namespace shapefuzz
