// SPDX-License-Identifier: BSD-3-Clause
// One process of a campaign: explores until it is told to stop, and appends what it finds to files
// that no other process writes.
#pragma once

#include <unordered_map>

#include "harness/losses/loss/loss.h"
#include "harness/search/campaign/directory.h"
#include "harness/search/campaign/shared.h"

namespace shapefuzz {

/// How long the shortest case of each signature is, by the signature's hash: what is already
/// written down need not be again.
using KnownLengths = std::unordered_map<std::uint64_t, std::size_t>;

struct WorkerPlan {
  const CampaignDirectory& directory;
  std::vector<const Loss*> losses;
  std::size_t number = 1;  ///< from 1; also of its files and its slot
  std::size_t jobs = 1;
  std::uint64_t seed = 0;
  bool first_life = true;           ///< else the corpus has been run already
  const std::vector<Case>& corpus;  ///< as it is when the process starts
  const KnownLengths& known;
  std::string imports;   ///< a file of cases of other machines, which grows
  bool exports = false;  ///< whether others want to know the features
  bool feedback = true;  ///< false: nothing is ever interesting
};

/// Runs until shared.stop, or until its memory has grown so far that a new process is better.
/// Throws HarnessError.
void run_worker(const WorkerPlan& plan, SharedState& shared);

/// What of a case is likely to end the next process too: the entry and what is unusual about it.
std::uint64_t deadly_hash(const Case& c, const LocatedMistake& mistake);

/// Whether a finding of this length is worth a line, and if so notes it.
bool is_worth_a_line(KnownLengths& known, const std::string& signature, std::size_t length);

}  // namespace shapefuzz
