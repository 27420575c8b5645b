// SPDX-License-Identifier: BSD-3-Clause
// The baseline: the findings of one LibTorch version that are already known, one a line.
//
//   loss | entry | verdict | mistake | message | smallest case
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/findings/records/tally.h"
#include "harness/oracle/judgement/judging.h"

namespace shapefuzz {

struct KnownFinding {
  Case smallest;
  std::size_t line = 0;
};

using Baseline = std::map<Signature, KnownFinding>;

/// One line of a baseline; throws ParseError.
std::pair<Signature, KnownFinding> parse_finding(std::string_view line, const LossSpecs& specs);
/// The same from a cursor to the end of its text; fails where the text is no finding.
std::pair<Signature, KnownFinding> parse_finding(Cursor& cursor, const LossSpecs& specs);

/// `corpus/baseline` of the checkout.
std::string baseline_directory();

/// Where the baseline of a LibTorch stands, and of which version it is.
struct BaselineFile {
  std::string path;
  std::string version;  ///< `1.13`
  bool exact = false;   ///< of that very version; else of the nearest older one
};

/// `libtorch-1.13.txt` in `directory` for LibTorch 1.13.1 (on the device meta,
/// `libtorch-1.13-meta.txt`), or else the newest one that is older; none if all are younger.
std::optional<BaselineFile> find_baseline(const std::string& libtorch, Device device = Device::kCpu,
                                          const std::string& directory = baseline_directory());

/// Throws InputError with file and line: a line of the wrong form, an unknown verdict, a case that
/// cannot be read or is not of that loss and entry, a signature that stands twice.
Baseline read_baseline(const std::string& path, const LossSpecs& specs);

/// Where that stands which the property suites find at their fixed seeds, and the sweep does not
/// within its bounds: `properties-libtorch-1.13.txt` beside the baseline, whether there is such a
/// file or not.
std::string further_findings_of(const BaselineFile& file);

/// All that is known of a LibTorch: its baseline and those. Nothing is of one that nobody has swept
/// yet. Throws InputError.
Baseline read_known(const std::string& libtorch, const LossSpecs& specs);

/// The file's text: a head that says what it is, and a line a finding.
std::string to_baseline(const Findings& findings, const std::string& libtorch);

/// Where a sweep and a baseline differ, in both directions.
struct BaselineNews {
  std::vector<Signature> fresh;  ///< found, not in the baseline
  std::vector<Signature> stale;  ///< in the baseline, within the sweep's reach, not found

  bool empty() const { return fresh.empty() && stale.empty(); }
};

/// `reaches` says whether the sweep judged this case at all.
BaselineNews compare(const Baseline& baseline, const Findings& findings,
                     const std::function<bool(const Case&)>& reaches);

/// What a rewritten baseline says: the findings, and what the old one knows of losses that this
/// sweep left out.
Findings rewritten(const Baseline& baseline, const Findings& findings,
                   const std::function<bool(const Case&)>& reaches);

}  // namespace shapefuzz
