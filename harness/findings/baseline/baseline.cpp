// SPDX-License-Identifier: BSD-3-Clause
#include "harness/findings/baseline/baseline.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <limits>
#include <set>

#include "harness/findings/corpus/expectation.h"
#include "harness/findings/corpus/place.h"
#include "harness/findings/files/file.h"
#include "harness/language/case/order.h"
#include "harness/language/text/cursor.h"
#include "harness/language/text/parse_error.h"
#include "harness/language/text/program_name.h"
#include "harness/language/text/release.h"

namespace shapefuzz {
namespace {

constexpr std::string_view kSeparator = " | ";
constexpr std::string_view kReason = "  # ";

// The fields of a line but the last one, at whose start it leaves the cursor.
template <std::size_t Count>
std::array<std::string_view, Count> split(Cursor& cursor) {
  std::array<std::string_view, Count> fields;
  for (std::size_t i = 0; i < Count; ++i) {
    const std::string_view rest = cursor.rest();
    const std::size_t end = rest.find(kSeparator);
    if (end == std::string_view::npos) {
      cursor.skip(rest.size());
      cursor.fail(fmt::format("{} fields separated by ' | ', not {}", Count + 1, i + 1));
      return fields;
    }
    fields[i] = rest.substr(0, end);
    cursor.skip(end + kSeparator.size());
  }
  return fields;
}

// The text of a line without its reason, which is put into `reason`.
std::string_view without_reason(std::string_view line, std::string& reason) {
  const std::size_t at = line.find(kReason);
  if (at == std::string_view::npos) return line;
  reason = std::string(line.substr(at + kReason.size()));
  return line.substr(0, at);
}

const std::vector<std::string>& verdicts_of_findings() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const Verdict verdict : all_verdicts()) {
      if (is_finding(verdict)) all.emplace_back(to_string(verdict));
    }
    return all;
  }();
  return names;
}

}  // namespace

namespace {

void parse_finding(Cursor& cursor, const LossSpecs& specs, Baseline& baseline) {
  const auto [loss, entry, verdict, mistake, message] = split<5>(cursor);
  if (cursor.failed()) return;
  const auto& verdicts = verdicts_of_findings();
  const std::size_t start = cursor.offset();
  if (std::find(verdicts.begin(), verdicts.end(), verdict) == verdicts.end()) {
    const auto offset = start - static_cast<std::size_t>(cursor.rest().data() - verdict.data());
    cursor.fail_with({offset, fmt::format("'{}'", printable(verdict)),
                      "a finding's verdict" + did_you_mean(verdict, verdicts)});
    return;
  }
  KnownFinding known;
  known.smallest = parse_case(cursor, specs);
  if (cursor.failed()) return;
  if (known.smallest.loss != loss || known.smallest.entry != entry) {
    cursor.fail_with({start,
                      fmt::format("a case of {}@{}", known.smallest.loss, known.smallest.entry),
                      fmt::format("one of {}@{}", printable(loss), printable(entry))});
    return;
  }
  const Signature signature = {std::string(loss), std::string(entry), std::string(verdict),
                               std::string(mistake), std::string(message)};
  baseline.findings[signature] = known;
}

void parse_cause(Cursor& cursor, const LossSpecs& specs, Baseline& baseline) {
  const auto name = split<1>(cursor)[0];
  if (cursor.failed()) return;
  KnownCause known;
  known.cases = static_cast<std::uint64_t>(
      cursor.integer(0, std::numeric_limits<std::int64_t>::max(), "a number of cases"));
  cursor.expect("|", "behind the number of cases");
  if (cursor.failed()) return;
  known.smallest = parse_case(cursor, specs);
  if (cursor.failed()) return;
  baseline.causes[std::string(name)] = known;
}

void parse_policy_line(Cursor& cursor, const LossSpecs& specs, Baseline& baseline) {
  const std::size_t start = cursor.offset();
  const auto loss = split<1>(cursor)[0];
  if (cursor.failed()) return;
  const bool is_loss = std::any_of(specs.begin(), specs.end(),
                                   [&](const LossSpec* spec) { return spec->name == loss; });
  const auto policy = parse_policy(cursor.rest());
  if (!is_loss) {
    cursor.fail_with({start, fmt::format("'{}'", printable(loss)), "the name of a loss"});
  } else if (!policy) {
    cursor.fail("strict, expand or broadcast");
  } else {
    baseline.policies[std::string(loss)] = *policy;
    cursor.skip(cursor.rest().size());
  }
}

}  // namespace

Baseline parse_baseline_line(Cursor& cursor, const LossSpecs& specs) {
  Baseline one;
  // All of it is printed where something is new or gone.
  const std::size_t unprintable = find_unprintable(cursor.rest());
  if (unprintable < cursor.rest().size()) {
    cursor.fail_at(cursor.offset() + unprintable, "text without control characters");
    return one;
  }
  if (cursor.take("cause | ")) {
    parse_cause(cursor, specs, one);
  } else if (cursor.take("policy | ")) {
    parse_policy_line(cursor, specs, one);
  } else {
    parse_finding(cursor, specs, one);
  }
  return one;
}

Baseline parse_baseline_line(std::string_view line, const LossSpecs& specs) {
  return parse_text(line, [&](Cursor& cursor) { return parse_baseline_line(cursor, specs); });
}

namespace {

Severity severity_in(const Signature& signature) {
  const auto verdict = find_verdict(signature.verdict);
  return verdict ? severity_of(*verdict) : Severity::kNone;
}

bool is_own(const LossSpecs& specs, const std::string& loss) {
  return std::any_of(specs.begin(), specs.end(),
                     [&](const LossSpec* spec) { return spec->own && spec->name == loss; });
}

}  // namespace

bool Baseline::is_decided(const Signature& signature) const {
  return !is_of_valid_call(mistake_in(signature)) &&
         decided.count({signature.loss, severity_in(signature)}) != 0;
}

bool Baseline::forgives(const Signature& signature) const {
  const auto policy = policies.find(signature.loss);
  if (policy == policies.end() || policy->second != Policy::kBroadcast) return false;
  return signature.verdict == to_string(Verdict::kSilentBroadcast) ||
         signature.verdict == to_string(Verdict::kIllegalValueAccepted);
}

std::string baseline_directory() { return corpus_directory() + "/baseline"; }

std::optional<BaselineFile> find_baseline(const std::string& libtorch, Device device,
                                          const std::string& directory) {
  constexpr std::string_view kPrefix = "libtorch-";
  // 1.13 of 1.13.1: baselines are for what a release line does.
  const std::string line = libtorch.substr(0, libtorch.find('.', libtorch.find('.') + 1));
  const std::string suffix =
      device == Device::kCpu ? ".txt" : fmt::format("-{}.txt", to_string(device));
  std::optional<BaselineFile> nearest;
  // No directory is no baseline; one that cannot be read might hold one.
  const auto files = entries_if_there(directory);
  for (const std::string& path : files ? *files : std::vector<std::string>()) {
    const std::string name = std::filesystem::path(path).filename().string();
    const bool fits = name.rfind(kPrefix, 0) == 0 && name.size() > kPrefix.size() + suffix.size();
    if (!fits || name.substr(name.size() - suffix.size()) != suffix) continue;
    const std::string version =
        name.substr(kPrefix.size(), name.size() - kPrefix.size() - suffix.size());
    if (version.find_first_not_of("0123456789.") != std::string::npos) continue;
    try {
      if (is_older(line, version) || (nearest && is_older(version, nearest->version))) continue;
      nearest = {path, version, !is_older(version, line)};
    } catch (const ParseError&) {
      throw InputError(
          fmt::format("{}: found the version '{}' in the name of a baseline, expected one like "
                      "2.6; remove the file, or give it another name",
                      printable_path(path), version));
    }
  }
  return nearest;
}

namespace {

// Whether a line is about one of these losses, as far as its first words say.
bool is_about(std::string_view line, const LossSpecs& specs) {
  constexpr std::string_view kPolicy = "policy | ";
  if (line.substr(0, kPolicy.size()) == kPolicy) line.remove_prefix(kPolicy.size());
  const std::string_view loss = line.substr(0, line.find(" | "));
  return std::any_of(specs.begin(), specs.end(),
                     [&](const LossSpec* spec) { return spec->name == loss; });
}

Baseline read_lines_of(const std::string& path, const LossSpecs& specs, bool all_lines,
                       Input input) {
  Baseline baseline;
  for (const Line& line : read_lines(path, input)) {
    if (!all_lines && !is_about(line.text, specs)) continue;
    std::string reason;
    Baseline one;
    try {
      one = parse_baseline_line(without_reason(line.text, reason), specs);
      for (auto& [signature, known] : one.findings) {
        known.line = line.number;
        known.reason = reason;
        if (is_own(specs, signature.loss) && !is_of_valid_call(mistake_in(signature))) {
          baseline.decided.emplace(signature.loss, severity_in(signature));
        }
        const auto [place, fresh] = baseline.findings.emplace(signature, known);
        if (!fresh) {
          throw ParseError(0, fmt::format("the signature of line {}", place->second.line),
                           "every signature once");
        }
      }
      for (auto& [name, known] : one.causes) {
        known.line = line.number;
        known.reason = reason;
        const auto [place, fresh] = baseline.causes.emplace(name, known);
        if (!fresh) {
          throw ParseError(0, fmt::format("the cause of line {}", place->second.line),
                           "every cause once");
        }
      }
    } catch (const ParseError& error) {
      throw error_in_file(path, line, error);
    }
    for (const auto& [loss, policy] : one.policies) baseline.policies[loss] = policy;
  }
  return baseline;
}

}  // namespace

Baseline read_baseline(const std::string& path, const LossSpecs& specs, Input input) {
  return read_lines_of(path, specs, /*all_lines=*/true, input);
}

Baseline read_baseline_of(const std::string& path, const LossSpecs& specs) {
  return read_lines_of(path, specs, /*all_lines=*/false, Input::kAnything);
}

Baseline read_known(const std::string& libtorch, const LossSpecs& specs) {
  const auto file = find_baseline(libtorch);
  return file ? read_baseline(file->path, specs, Input::kFile) : Baseline();
}

std::string to_text(const Baseline& baseline, const std::string& libtorch) {
  const bool is_own = !baseline.decided.empty() || program_name() != "shapefuzz";
  std::string text = is_own
                         ? fmt::format(
                               "# What `{0}` finds and somebody lives with, one signature a "
                               "line; why, behind two\n"
                               "# spaces and a #. What is new is told, and what is found no more:\n"
                               "#   loss | entry | verdict | mistake | message | smallest case\n"
                               "#   policy | loss | broadcast\n"
                               "# Written by `{0} --write-baseline FILE`.\n",
                               typed("sweep"))
                         : fmt::format(
                               "# What `shapefuzz sweep` finds in LibTorch {}: the causes that "
                               "strike, and how many cases "
                               "each\n"
                               "# explains; then what no cause explains, one signature a line:\n"
                               "#   cause | NAME | cases | smallest case\n"
                               "#   loss | entry | verdict | mistake | message | smallest case\n"
                               "# Written by `shapefuzz sweep --write-baseline FILE`; a sweep "
                               "fails on any difference but "
                               "the counts.\n",
                               libtorch);
  const auto behind = [](const std::string& reason) {
    return reason.empty() ? "" : std::string(kReason) + reason;
  };
  for (const auto& [loss, policy] : baseline.policies) {
    text += fmt::format("policy | {} | {}\n", loss, to_string(policy));
  }
  for (const auto& [name, known] : baseline.causes) {
    text += fmt::format("cause | {} | {} | {}{}\n", name, known.cases, to_string(known.smallest),
                        behind(known.reason));
  }
  for (const auto& [signature, known] : baseline.findings) {
    text += fmt::format("{} | {}{}\n", to_string(signature), to_string(known.smallest),
                        behind(known.reason));
  }
  return text;
}

namespace {

// By cause: how many cases, and the smallest of them.
std::map<std::string, KnownCause> causes_of(const Findings& findings) {
  std::map<std::string, KnownCause> causes;
  for (const auto& [signature, finding] : findings) {
    if (signature.cause.empty()) continue;
    const auto [place, fresh] =
        causes.try_emplace(signature.cause, KnownCause{0, finding.smallest});
    place->second.cases += finding.cases;
    if (is_smaller(finding.smallest, place->second.smallest)) {
      place->second.smallest = finding.smallest;
    }
  }
  return causes;
}

}  // namespace

BaselineNews compare(const Baseline& baseline, const Findings& findings,
                     const std::function<bool(const Case&)>& reaches) {
  BaselineNews news;
  std::set<Signature> found;
  for (const auto& entry : findings) {
    found.insert(without_cause(entry.first));
    if (!baseline.knows(entry.first)) news.fresh.push_back(entry.first);
  }
  for (const auto& [signature, known] : baseline.findings) {
    if (found.count(signature) == 0 && reaches(known.smallest)) news.stale.push_back(signature);
  }
  // A file from before there were causes says nothing of them.
  if (baseline.causes.empty() && !baseline.findings.empty()) return news;
  const auto causes = causes_of(findings);
  for (const auto& cause : causes) {
    const std::string& name = cause.first;
    if (baseline.causes.count(name) != 0) continue;
    const bool is_listed = std::all_of(findings.begin(), findings.end(), [&](const auto& entry) {
      return entry.first.cause != name || baseline.lists(entry.first);
    });
    if (!is_listed) news.fresh_causes.push_back(name);
  }
  for (const auto& [name, known] : baseline.causes) {
    if (causes.count(name) == 0 && reaches(known.smallest)) {
      news.stale_causes.push_back({name, known.smallest, "something else"});
    }
  }
  return news;
}

Baseline rewritten(const Baseline& baseline, const Findings& findings,
                   const std::function<bool(const Case&)>& reaches) {
  Baseline all;
  all.policies = baseline.policies;
  all.causes = causes_of(findings);
  for (const auto& [signature, finding] : findings) {
    if (signature.cause.empty()) all.findings[signature] = {finding.smallest};
  }
  for (const auto& [signature, known] : baseline.findings) {
    const auto place = all.findings.find(signature);
    if (place != all.findings.end()) {
      place->second.reason = known.reason;
    } else if (!reaches(known.smallest)) {
      all.findings[signature] = known;
    }
  }
  for (const auto& [name, known] : baseline.causes) {
    const auto place = all.causes.find(name);
    if (place != all.causes.end()) {
      place->second.reason = known.reason;
    } else if (!reaches(known.smallest)) {
      all.causes[name] = known;
    }
  }
  return all;
}

}  // namespace shapefuzz
