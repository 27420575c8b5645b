// SPDX-License-Identifier: BSD-3-Clause
// Result records read back and summed up: what a report shows. No LibTorch in here.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "harness/language/case/case.h"

namespace shapefuzz {

/// All records of one signature.
struct RecordedFinding {
  std::string loss;
  std::string entry;
  std::string verdict;
  std::string mistake;
  std::string text;              ///< the smallest case as it stands in the record
  std::optional<Case> smallest;  ///< none where this LibTorch does not know the loss
  std::string zone;
  std::string detail;
  std::string message;
  std::string libtorch;
  std::uint64_t records = 0;
  std::string cause;  ///< empty: none is known
};

/// A moment of a campaign: one line of its progress.jsonl.
struct Moment {
  double seconds = 0;
  double executions = 0;
  double features = 0;
  double findings = 0;
};

struct RecordSummary {
  /// By loss and entry, then mistake, then verdict.
  std::map<std::pair<std::string, std::string>,
           std::map<std::string, std::map<std::string, std::uint64_t>>>
      cells;
  std::map<std::string, RecordedFinding> findings;  ///< by signature, and behind it the cause
  std::set<std::string> libtorch;
  std::uint64_t records = 0;
  std::uint64_t torn = 0;  ///< last lines that a power cut has torn; they are left out
  std::vector<Moment> curve;
};

/// Reads a file of records, or of a directory `progress.jsonl` and every other `*.jsonl`. Throws
/// InputError with file and line.
RecordSummary read_records(const std::string& path, const LossSpecs& specs);

}  // namespace shapefuzz
