// SPDX-License-Identifier: BSD-3-Clause
// What was found in somebody's own losses, to the one who can change them: what to fix first. No
// LibTorch in here.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "harness/findings/records/tally.h"

namespace shapefuzz {

/// What is said of a case beside its counts: why it is a finding, and what to write instead.
struct Advice {
  std::string refusal;  ///< what the loss says, if it refuses
  std::string why;
  std::string instead;
};

/// The findings that the list shows, in its order: for each loss what is wrong with valid calls, a
/// bug a line; of a loss without any, the calls that do not fit and are computed with. `advice` is
/// asked of the smallest case of each.
std::string own_list(const Findings& findings, const std::function<Advice(const Case&)>& advice);

/// The smallest case of each entry of that list.
std::vector<Case> own_problems(const Findings& findings);

}  // namespace shapefuzz
