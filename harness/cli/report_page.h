// SPDX-License-Identifier: BSD-3-Clause
// The report of some records as a file: what `report` and `diff` write.
#pragma once

#include <string>

#include "harness/findings/diff/diff.h"
#include "harness/findings/records/summary.h"

namespace shapefuzz {

/// Judges the smallest case of each finding again, for its explanation, numbers and programs, and
/// writes the page; `diff` says what has changed until these records, if that is known. Throws
/// InputError if the file cannot be written.
void write_report(const std::string& path, const RecordSummary& summary,
                  const SweepDiff* diff = nullptr);

}  // namespace shapefuzz
