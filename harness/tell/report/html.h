// SPDX-License-Identifier: BSD-3-Clause
// The report: one HTML file that needs nothing else. The page draws itself from JSON that stands in
// it; whatever LibTorch or a user wrote is data there, never markup.
#pragma once

#include <map>
#include <string>

#include "harness/findings/diff/diff.h"
#include "harness/findings/records/summary.h"

namespace shapefuzz {

/// `shown` has for the signatures that could be judged again record_for_report(); `diff`, if there
/// is one, says what has changed until these records.
std::string to_html(const RecordSummary& summary, const std::map<std::string, std::string>& shown,
                    const SweepDiff* diff = nullptr);

}  // namespace shapefuzz
