// SPDX-License-Identifier: BSD-3-Clause
// The value of an option of a loss: a flag, a whole number, a real number, a word, or a list.
//
//   shapefuzz::OptionValue smooth = 1.0;
//   shapefuzz::OptionValue quantiles = std::vector<double>{0.1, 0.5, 0.9};
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace shapefuzz {

/// `smooth=1.0` is a real number and `classes=3` a whole one: what an option is, its default says.
using OptionValue = std::variant<bool, std::int64_t, double, std::string, std::vector<std::int64_t>,
                                 std::vector<double>>;

}  // namespace shapefuzz
