// SPDX-License-Identifier: BSD-3-Clause
// The baseline: what is known of one LibTorch version. Which causes strike, then the findings that
// none explains, one a line; and what somebody has decided to live with. A reason may stand behind
// two spaces and a `#`.
//
//   cause | NAME | cases | smallest case
//   loss | entry | verdict | mistake | message | smallest case
//   policy | loss | strict, expand or broadcast
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/findings/files/opened.h"
#include "harness/findings/records/tally.h"
#include "harness/oracle/judgement/judging.h"

namespace shapefuzz {

struct KnownFinding {
  Case smallest;
  std::size_t line = 0;
  std::string reason = {};  ///< why it stands there, if somebody has said so
};

struct KnownCause {
  std::uint64_t cases = 0;  ///< for information: nothing fails for a count
  Case smallest;
  std::size_t line = 0;
  std::string reason = {};
};

struct Baseline {
  std::map<Signature, KnownFinding> findings;  ///< none of the signatures has a cause
  std::map<std::string, KnownCause> causes;
  std::map<std::string, Policy> policies;  ///< by loss
  /// Of somebody's own losses: how severe what is known of calls that do not fit is. Who lives with
  /// one such finding of a loss lives with all of them, whatever the mistake is.
  std::set<std::pair<std::string, Severity>> decided;

  bool empty() const { return findings.empty() && causes.empty(); }
  /// Whether a finding stands there, whatever explains it.
  bool lists(const Signature& signature) const {
    return findings.count(without_cause(signature)) != 0;
  }
  /// Whether a finding is no news: a cause explains it, it stands there, or what somebody has
  /// decided of its loss covers it.
  bool knows(const Signature& signature) const {
    return !signature.cause.empty() || lists(signature) || is_decided(signature) ||
           forgives(signature);
  }
  bool is_decided(const Signature& signature) const;
  /// Whether somebody has decided that the loss may broadcast, and it does no more.
  bool forgives(const Signature& signature) const;
};

/// A baseline of one line; throws ParseError.
Baseline parse_baseline_line(std::string_view line, const LossSpecs& specs);
/// The same from a cursor to the end of its text; fails where the text is no such line.
Baseline parse_baseline_line(Cursor& cursor, const LossSpecs& specs);

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
Baseline read_baseline(const std::string& path, const LossSpecs& specs,
                       Input input = Input::kAnything);
/// The same, of a file that is about other losses too: their lines are passed over.
Baseline read_baseline_of(const std::string& path, const LossSpecs& specs);

/// The baseline of a LibTorch; an empty one of a LibTorch that nobody has swept yet. Throws
/// InputError.
Baseline read_known(const std::string& libtorch, const LossSpecs& specs);

/// The file's text: a head that says what it is, and a line a cause and a finding.
std::string to_text(const Baseline& baseline, const std::string& libtorch);

/// A cause that a case should show, and does not.
struct StaleCause {
  std::string name;
  Case c;
  std::string shows;  ///< another cause or verdict, or `passes`
};

/// Where a sweep and what is known differ, in both directions.
struct BaselineNews {
  std::vector<Signature> fresh;           ///< found, not in the baseline, and no cause explains it
  std::vector<Signature> stale;           ///< in the baseline, within the sweep's reach, not found
  std::vector<std::string> fresh_causes;  ///< that explain something and are not in the baseline
  std::vector<StaleCause> stale_causes;   ///< of the baseline or the registry, within reach

  bool empty() const {
    return fresh.empty() && stale.empty() && fresh_causes.empty() && stale_causes.empty();
  }
};

/// `reaches` says whether the sweep judged this case at all.
BaselineNews compare(const Baseline& baseline, const Findings& findings,
                     const std::function<bool(const Case&)>& reaches);

/// What a rewritten baseline says: the findings and their causes, and what the old one knows of
/// losses that this sweep left out. Reasons and policies stay.
Baseline rewritten(const Baseline& baseline, const Findings& findings,
                   const std::function<bool(const Case&)>& reaches);

}  // namespace shapefuzz
