// SPDX-License-Identifier: BSD-3-Clause
// Lengths and moments as people type them.
#pragma once

#include <ctime>
#include <optional>
#include <string>

namespace shapefuzz {

/// The seconds of `8h`, `90s` or `1h30m`; none for anything else, or for more than a year.
std::optional<double> parse_length(const std::string& text);

/// `2026-11-30T06:00`, `2026-11-30 06:00:30`, in the machine's time zone, or `@` and the seconds
/// since 1970; none for anything else.
std::optional<std::time_t> parse_moment(const std::string& text);

/// For CLI11: what is wrong with the text, empty if nothing is.
std::string check_length(const std::string& text);
std::string check_moment(const std::string& text);

}  // namespace shapefuzz
