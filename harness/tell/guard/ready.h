// SPDX-License-Identifier: BSD-3-Clause
// The contracts of LibTorch's losses as constants, so that a guard of one parses nothing.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "harness/language/contract/contract.h"

namespace shapefuzz {

/// The text of include/shapefuzz/detail/libtorch_contracts.h: a ReadyGuard for each name and its
/// contract, in a namespace of that name.
std::string ready_guards(const std::vector<std::pair<std::string, Contract>>& losses);

}  // namespace shapefuzz
