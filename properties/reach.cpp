// SPDX-License-Identifier: BSD-3-Clause
#include "properties/reach.h"

#include <fmt/core.h>

namespace shapefuzz {

std::string PropertyReach::to_string() const {
  std::size_t all = 0;
  std::string zones;
  for (const Zone zone : {Zone::kValid, Zone::kExpandable, Zone::kIncompatible}) {
    all += cases(zone);
    if (cases(zone) == 0) continue;
    zones +=
        fmt::format("{}{} {}", zones.empty() ? "" : ", ", shapefuzz::to_string(zone), cases(zone));
  }
  std::string mistakes;
  for (const auto& [mistake, count] : mistakes_) {
    if (mistake == Mistake::kNone) continue;
    mistakes += fmt::format("{}{} {}", mistakes.empty() ? "; " : ", ",
                            shapefuzz::to_string(mistake), count);
  }
  return fmt::format("{} cases: {}{}", all, zones, mistakes);
}

}  // namespace shapefuzz
