// SPDX-License-Identifier: BSD-3-Clause
// The sweep's result as a table for people. No LibTorch in here.
#pragma once

#include <optional>
#include <string>

#include "harness/findings/baseline/baseline.h"
#include "harness/findings/records/tally.h"

namespace shapefuzz {

/// A row a loss: how many cases of each zone were accepted and refused, how many findings.
std::string count_table(const Tally& tally);

/// How many cases were not judged, a line a reason; empty if all were.
std::string not_judged_list(const Tally& tally);

/// Which losses return results that hold more memory than their elements need; empty if none does.
std::string kept_memory_list(const Tally& tally);

/// The findings, grouped by severity and loss, the smallest case beside each; `fresh` ones are
/// marked as new.
std::string finding_list(const Findings& findings, const std::vector<Signature>& fresh);

/// What differs from the baseline, or that nothing does.
std::string news_text(const BaselineNews& news, const Baseline& baseline, const Findings& findings,
                      const std::string& path);

/// `1,234,567`; `.` for zero.
std::string with_commas(std::uint64_t number);

}  // namespace shapefuzz
