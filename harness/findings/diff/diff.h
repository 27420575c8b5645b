// SPDX-License-Identifier: BSD-3-Clause
// What changed between two sweeps: of two versions of LibTorch, or of one under two conditions.
//
// Cases are compared by their lines, changes are grouped by what they have in common, and each
// group keeps its smallest case. Where both files hold the passes too (`sweep --all`), every case
// is compared; of two files of findings, a case in only one of them passes in the other or was not
// swept there, and only the findings that came and went are told.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "harness/findings/records/record.h"

namespace shapefuzz {

enum class Change {
  kNowDies,        ///< a signal or no answer, in the second file only
  kNoLongerDies,   ///< in the first file only
  kNowAccepted,    ///< refused before
  kNowRefused,     ///< accepted before
  kShape,          ///< accepted by both, the result has another shape
  kDtype,          ///< the result has another dtype
  kValue,          ///< the result has other values
  kGradient,       ///< the same values, other gradients
  kMessage,        ///< refused by both, in other words
  kWarning,        ///< one of them warns
  kNewFinding,     ///< a verdict on a mistake that the first file does not have
  kGoneFinding,    ///< one that the second file does not have
  kUninitialized,  ///< values of uninitialised memory: no two runs have the same
  kOnlyInFirst,    ///< cases that the second sweep did not have: an entry that is gone
  kOnlyInSecond,
};

std::string_view to_string(Change change);
/// The same in words, as in "refused now".
std::string_view title_of(Change change);
/// Whether the change says something about the library.
bool counts_as_difference(Change change);

/// All cases of a loss that changed in one way.
struct ChangeGroup {
  Change change = Change::kValue;
  std::string loss;
  std::set<std::string> entries;
  std::string detail;  ///< what the cases have in common: a message, a mistake of shapes
  std::uint64_t cases = 0;
  Record first;  ///< of the smallest case; the text is empty where the file does not have it
  Record second;
};

struct SweepDiff {
  std::string first_libtorch;
  std::string second_libtorch;
  std::uint64_t torn = 0;  ///< files whose last line is torn; it is left out
  std::uint64_t first_records = 0;
  std::uint64_t second_records = 0;
  bool passes_compared = false;     ///< both files hold the passes too
  std::vector<ChangeGroup> groups;  ///< by loss, then in the order of Change

  bool empty() const;
};

/// Compares two files of records. Throws InputError: a file or a line that cannot be read, a file
/// without a record.
SweepDiff diff_sweeps(const std::string& first_path, const std::string& second_path);

/// For people: a paragraph a loss.
std::string to_text(const SweepDiff& diff);
/// One object a group and line.
std::string to_json_lines(const SweepDiff& diff);

}  // namespace shapefuzz
