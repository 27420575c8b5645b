// SPDX-License-Identifier: BSD-3-Clause
// The words of a contract, as they are read and written.
#pragma once

#include <array>
#include <string_view>

namespace shapefuzz {

inline constexpr std::array<std::string_view, 3> kOps = {"=", ">=", "<="};
inline constexpr std::array<std::string_view, 3> kFolds = {"", "mean", "sum"};
inline constexpr std::string_view kExcludes = "excludes";

}  // namespace shapefuzz
