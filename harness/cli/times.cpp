// SPDX-License-Identifier: BSD-3-Clause
#include "harness/cli/times.h"

#include <fmt/core.h>

#include <charconv>
#include <iomanip>
#include <sstream>
#include <string_view>

#include "harness/language/text/parse_error.h"

namespace shapefuzz {

std::optional<double> parse_length(const std::string& text) {
  double seconds = 0;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    double number = 0;
    const auto [unit, status] = std::from_chars(at, end, number, std::chars_format::fixed);
    if (status != std::errc() || unit == end || !(number >= 0)) return std::nullopt;
    const std::size_t which = std::string_view("smhd").find(*unit);
    if (which == std::string_view::npos) return std::nullopt;
    constexpr double kUnits[] = {1, 60, 3600, 86400};
    seconds += number * kUnits[which];
    at = unit + 1;
  }
  if (!(seconds > 0 && seconds <= 366 * 86400.0)) return std::nullopt;
  return seconds;
}

std::string check_length(const std::string& text) {
  return parse_length(text)
             ? ""
             : fmt::format("found '{}', expected a time like 8h, 10m or 1h30m", printable(text));
}

std::optional<std::time_t> parse_moment(const std::string& text) {
  if (!text.empty() && text[0] == '@') {
    std::time_t moment = 0;
    const char* const last = text.data() + text.size();
    const auto [end, status] = std::from_chars(text.data() + 1, last, moment);
    return status == std::errc() && end == last && moment > 0 ? std::optional(moment)
                                                              : std::nullopt;
  }
  for (const char* const form :
       {"%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M"}) {
    std::tm parts = {};
    std::istringstream stream(text);
    stream >> std::get_time(&parts, form);
    if (stream.fail() || stream.peek() != std::istringstream::traits_type::eof()) continue;
    parts.tm_isdst = -1;  // whatever is then
    std::tm made = parts;
    const std::time_t moment = std::mktime(&made);
    // It makes the 2nd of March of the 30th of February.
    if (moment == -1 || made.tm_mday != parts.tm_mday || made.tm_mon != parts.tm_mon) continue;
    return moment;
  }
  return std::nullopt;
}

std::string check_moment(const std::string& text) {
  const auto moment = parse_moment(text);
  if (!moment) {
    return fmt::format("found '{}', expected a time like 2026-11-30T06:00 or @1796018400",
                       printable(text));
  }
  return "";
}

}  // namespace shapefuzz
