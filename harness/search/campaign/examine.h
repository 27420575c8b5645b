// SPDX-License-Identifier: BSD-3-Clause
// What becomes of a finding of a campaign: judged again, each time in a fresh process, shrunk under
// its signature, and said in the text of a file.
#pragma once

#include <string>
#include <vector>

#include "harness/oracle/judgement/judging.h"
#include "harness/search/campaign/directory.h"
#include "harness/search/shrink/shrink.h"

namespace shapefuzz {

/// Made in a worker, written by the parent.
struct Answer {
  std::string fate;  ///< `finding` or `flaky`
  std::string text;  ///< of the file

  /// For the way from the worker: a line, and what it says.
  static std::string dump(const std::vector<Answer>& answers);
  static std::vector<Answer> parse(const std::string& line);
};

/// Findings that are alike but for their entries, an answer each: the smallest case of one shows
/// the same at the others most often, and is tried there first. Throws HarnessError.
std::vector<Answer> examine_entries(const std::vector<const StoredFinding*>& findings,
                                    const Judging& judging, const ShrinkLimits& limits);

/// Of a finding whose examination died or hung.
Answer never_ended(const StoredFinding& finding);

}  // namespace shapefuzz
