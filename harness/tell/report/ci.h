// SPDX-License-Identifier: BSD-3-Clause
// A sweep's result where CI reads it. No LibTorch in here.
#pragma once

#include <string>

#include "harness/findings/baseline/baseline.h"
#include "harness/findings/records/tally.h"

namespace shapefuzz {

/// What a sweep did and found, and how that differs from what was known.
struct SweepResult {
  std::string libtorch;
  std::string policy;
  std::size_t max_rank = 0;
  std::int64_t max_size = 0;
  double seconds = 0;
  std::string baseline;  ///< the file; empty: compared with none
  const Tally* tally = nullptr;
  const Findings* findings = nullptr;  ///< all that was judged, beyond the bounds too
  const Baseline* known = nullptr;
  const BaselineNews* news = nullptr;
};

/// JUnit XML: a suite a loss and entry, a test a signature. A new finding and one of the baseline
/// that is gone fail, a known one passes; without a baseline every finding is new.
std::string to_junit(const SweepResult& result);

/// GitHub's workflow commands: an error for each new finding and for each that is gone, and a
/// notice that sums up.
std::string to_github(const SweepResult& result);

/// One JSON object, documented in docs/formats.md.
std::string to_summary(const SweepResult& result);

}  // namespace shapefuzz
