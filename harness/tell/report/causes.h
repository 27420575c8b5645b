// SPDX-License-Identifier: BSD-3-Clause
// What was found, by its causes: the bugs a line each, the hazards a line a loss, and what no cause
// explains in full. No LibTorch in here.
#pragma once

#include <string>
#include <vector>

#include "harness/findings/records/tally.h"
#include "harness/oracle/causes/cause.h"

namespace shapefuzz {

/// The findings as a list for people; unexplained ones among `fresh` are marked as new.
std::string cause_list(const Causes& causes, const Findings& findings,
                       const std::vector<Signature>& fresh, Device device = Device::kCpu);

}  // namespace shapefuzz
