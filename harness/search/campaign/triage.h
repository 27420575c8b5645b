// SPDX-License-Identifier: BSD-3-Clause
// What a campaign has left, told apart: each finding is judged again in a fresh process, shrunk
// under its signature, and written to a file of its own, `triage/<verdict>-<loss>-<hash>.case`.
// What the baseline knows is dropped; what does not come again is kept in `triage/flaky/`.
//
// It is gone through twice: first each finding is only walked down, so that all are there soon,
// then each is shrunk from the plainest case up, which proves that nothing smaller shows it.
// `triage/done.txt` has the signatures that are through with both, so that a triage that was
// interrupted goes on where it was.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "harness/findings/baseline/baseline.h"
#include "harness/search/campaign/directory.h"

namespace shapefuzz {

struct TriagePlan {
  double seconds = 1e9;  ///< for all of it; what is left over stays for the next time
  double seconds_per_finding = 10;
  std::size_t tries_per_finding = 20000;
  std::size_t jobs = 1;
  bool explained_too = false;  ///< what a cause explains is told apart like the rest
  /// The findings gone through so far, each of which counts twice, of all; true ends the triage.
  std::function<bool(std::size_t done, std::size_t all)> on_progress;
};

/// All findings of a loss with one verdict, by whatever entry and mistake.
struct TriageGroup {
  std::string loss;
  Verdict verdict = Verdict::kPass;
  bool in_baseline = false;        ///< which has findings of the loss with that verdict
  std::size_t signatures = 0;      ///< that the baseline does not have
  std::vector<std::string> files;  ///< of those that are told apart; the smallest case first
};

struct TriageResult {
  std::vector<std::string> files;  ///< a file a finding that the baseline does not know, sorted
  /// Of the files: what the baseline has nothing like first, then by verdict.
  std::vector<TriageGroup> groups;
  std::vector<std::string> flaky;
  std::size_t known = 0;        ///< signatures that a cause explains or the baseline has
  std::size_t unread = 0;       ///< signatures that there was no time for
  std::size_t unproven = 0;     ///< signatures that were only walked down
  std::size_t unexplained = 0;  ///< signatures that neither a cause explains nor the baseline has
};

TriageResult triage(const CampaignDirectory& directory, const Baseline& baseline,
                    const TriagePlan& plan);

/// Makes the directory if need be. Throws InputError where findings cannot be promoted into it,
/// which is worth knowing before hours of triage.
void prepare_promotion(const std::string& regression);

/// Copies the files into `regression`, those that are not there yet; returns their names there.
/// Throws InputError.
std::vector<std::string> promote(const std::vector<std::string>& files,
                                 const std::string& regression);

}  // namespace shapefuzz
