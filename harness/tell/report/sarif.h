// SPDX-License-Identifier: BSD-3-Clause
// A sweep's news for code scanning. No LibTorch in here.
#pragma once

#include <string>

#include "harness/tell/report/ci.h"

namespace shapefuzz {

/// SARIF 2.1.0 (OASIS, "Static Analysis Results Interchange Format"): a rule a verdict, a result
/// for each new finding and for each that is gone, with the case, what is wrong and how to replay
/// it. `file` is where a service shows them: the losses' source, or the baseline; empty where there
/// is neither, and then a result has no place but its loss and entry. `own`: the losses are
/// somebody's own.
std::string to_sarif(const SweepResult& result, const std::string& file, bool own);

}  // namespace shapefuzz
