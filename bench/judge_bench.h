// SPDX-License-Identifier: BSD-3-Clause
#pragma once

namespace shapefuzz {

/// A benchmark `judge/LOSS` for each loss of the registry.
void register_judge_benchmarks();

}  // namespace shapefuzz
