// SPDX-License-Identifier: BSD-3-Clause
// The order of releases.
#pragma once

#include <string_view>

namespace shapefuzz {

/// Whether version `a` is older than `b`, number by number: 1.13 < 2.0.
bool is_older(std::string_view a, std::string_view b);

}  // namespace shapefuzz
