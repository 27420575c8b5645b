// SPDX-License-Identifier: BSD-3-Clause
// The sweep's result as a table for people. No LibTorch in here.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/findings/baseline/baseline.h"
#include "harness/findings/records/tally.h"

namespace shapefuzz {

/// A row a loss and entry: how many cases of each zone were accepted and refused, how many
/// findings.
std::string count_table(const Tally& tally);
/// A row a loss.
std::string loss_table(const Tally& tally, bool own = false);

/// How many cases were not judged, a line a reason; empty if all were.
std::string not_judged_list(const Tally& tally);

/// Which losses return results that hold more memory than their elements need; empty if none does.
std::string kept_memory_list(const Tally& tally);

/// The findings, grouped by severity and loss, the smallest case beside each; `fresh` ones are
/// marked as new.
std::string finding_list(const Findings& findings, const std::vector<Signature>& fresh,
                         Device device = Device::kCpu);

/// How many signatures neither a cause explains nor the baseline has.
std::uint64_t count_unexplained(const Baseline& baseline, const Findings& findings);

/// What differs from the baseline and the registry of causes, or that nothing does; `path` is the
/// baseline's, empty for none.
std::string news_text(const BaselineNews& news, const Baseline& baseline, const Findings& findings,
                      const std::string& path);

/// `1,234,567`; `.` for zero.
std::string with_commas(std::uint64_t number);

/// The first `most` of the words, and how many more there are.
std::string joined(const std::vector<std::string>& words, std::size_t most);

}  // namespace shapefuzz
