// SPDX-License-Identifier: BSD-3-Clause
// A campaign: worker processes that explore for hours, a parent that survives whatever they meet,
// and a directory that survives the parent.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "harness/losses/loss/loss.h"
#include "harness/search/campaign/directory.h"

namespace shapefuzz {

/// Where a campaign is.
struct CampaignStatus {
  double seconds_left = 0;
  double seconds = 0;            ///< of this run
  std::uint64_t executions = 0;  ///< of this run
  std::uint64_t all_executions = 0;
  std::uint64_t features = 0;
  std::size_t corpus = 0;
  std::size_t deaths = 0;                 ///< workers that a case has ended
  std::uint64_t not_judged = 0;           ///< cases of this run, for want of memory
  std::array<std::size_t, 3> findings{};  ///< distinct ones by Severity
  std::size_t causes = 0;                 ///< that explain some of them
  std::size_t unexplained = 0;            ///< those that no cause explains
};

/// A case of another process, and what it has shown first there: whoever knows all of that need not
/// look at the case.
struct Import {
  std::string text;
  std::vector<std::uint64_t> features;  ///< empty: not known
};

struct CampaignPlan {
  std::vector<const Loss*> losses;
  double seconds = 60;
  std::size_t jobs = 1;
  bool feedback = true;
  double seconds_per_case = 20;
  /// Asked every now and then for what other processes have found; may be empty.
  std::function<std::vector<Import>()> others;
  /// Cases to begin with, besides those of the directory.
  std::vector<Case> seeds;
  /// Asked about every 200 ms; true ends the campaign.
  std::function<bool(const CampaignStatus&)> on_status;
};

/// Runs a campaign in the directory, whose state is up to date afterwards. Throws HarnessError if
/// the harness itself failed or the disk is full, InputError for a directory with damaged files.
CampaignStatus run_campaign(CampaignDirectory& directory, const CampaignPlan& plan);

/// Keeps of the corpus the shortest cases that have all its features, in one file.
/// Returns how many there were and are.
std::pair<std::size_t, std::size_t> merge_corpus(CampaignDirectory& directory);

/// The shortest of the cases that have all their features, a line each.
std::string cases_of_all_features(std::vector<Case> cases, const Judging& judging);

}  // namespace shapefuzz
