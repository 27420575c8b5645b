// SPDX-License-Identifier: BSD-3-Clause
// The directory of a campaign, all of it text:
//
//   campaign.txt      what it is, and how far it came; replaced as a whole
//   corpus-1.cases    a case a line, appended by worker 1 alone; the others read along
//   findings-1.jsonl  a record a finding, likewise; number 0 is the parent's: what killed workers
//   features-1.txt    of a shard: a line for each case of that corpus, the hashes of its text and
//                     of the features that it has shown first, so that no other shard has to run
//                     it, nor to look at what it knows already
//   progress.jsonl    a line every ten seconds, for the curves of a report
//   triage/           see triage.h
//
// Nothing else is needed to go on after a crash or a power cut.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/findings/files/line_file.h"
#include "harness/findings/files/lock.h"
#include "harness/findings/records/record.h"
#include "harness/language/case/case.h"
#include "harness/oracle/judgement/judging.h"
#include "harness/oracle/judgement/verdict.h"
#include "harness/search/process/shard.h"

namespace shapefuzz {

/// ` --device cuda` behind a command that is printed; empty for the CPU.
std::string device_option(Device device);

/// How far a campaign came.
struct CampaignState {
  std::string libtorch;
  Policy policy = Policy::kExpand;
  MemoryMode memory = MemoryMode::kFull;
  Device device = Device::kCpu;
  bool thorough = false;  ///< of own losses: cases that are not ordinary too
  std::uint64_t seed = 0;
  Shard shard;         ///< of one of several machines (shards.h); else all of it
  std::string losses;  ///< of a shard: those that it was asked for, or `all`
  std::uint64_t executions = 0;
  double seconds = 0;

  Judging judging() const {
    Judging judging = {policy, memory, device};
    judging.thorough = thorough;
    return judging;
  }
  std::string to_text() const;
  /// Throws InputError.
  static CampaignState parse(const std::string& path);
};

/// A finding as it stands in the directory.
struct StoredFinding {
  Record record;
  Case c;
  std::string line;
};

class CampaignDirectory {
 public:
  /// A new campaign in a directory that is empty or does not exist yet, or an old one to go on
  /// with. Throws InputError: no campaign, one that another process is in, one of another LibTorch,
  /// files of the wrong form, no permission.
  static CampaignDirectory start(const std::string& path, CampaignState state);
  static CampaignDirectory resume(const std::string& path, const std::string& libtorch);
  /// To read what is there; others may write meanwhile.
  static CampaignDirectory open(const std::string& path);

  CampaignDirectory(CampaignDirectory&& other) noexcept = default;
  CampaignDirectory& operator=(CampaignDirectory&&) = delete;

  const std::string& path() const { return path_; }
  CampaignState state;
  /// Throws InputError where another process has begun to write here: a lock may not hold on a file
  /// system that machines share.
  void save_state() const;

  std::string progress_path() const { return path_ + "/progress.jsonl"; }
  std::string corpus_path(std::size_t worker) const;
  std::string features_path(std::size_t worker) const;
  std::string findings_path(std::size_t worker) const;
  /// The numbers of the workers that have left files, in ascending order.
  std::vector<std::size_t> workers() const;

  /// Everything that is there. Throws InputError with file and line. `torn` counts last lines that
  /// were cut off in the middle, which are left out.
  std::vector<Case> read_corpus(std::size_t* torn) const;
  std::vector<StoredFinding> read_findings(std::size_t* torn) const;

 private:
  explicit CampaignDirectory(std::string path) : path_(std::move(path)) {}
  void take();

  std::string path_;
  std::string writer_;  // what campaign.txt says of the process that writes
  mutable bool has_written_ = false;
  FileLock lock_;
};

/// The numbers of the workers that have left files in the directory of a campaign.
std::vector<std::size_t> workers_in(const std::string& path);
std::string corpus_file(const std::string& path, std::size_t worker);
std::string features_file(const std::string& path, std::size_t worker);

/// A line of a file of findings; throws ParseError.
StoredFinding parse_stored_finding(const std::string& line, const LossSpecs& specs);

}  // namespace shapefuzz
