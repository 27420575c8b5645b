// SPDX-License-Identifier: BSD-3-Clause
#include "harness/findings/baseline/baseline.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "harness/findings/corpus/expectation.h"
#include "harness/findings/corpus/place.h"
#include "harness/findings/files/file.h"
#include "harness/language/text/cursor.h"
#include "harness/language/text/parse_error.h"

namespace shapefuzz {
namespace {

constexpr std::string_view kSeparator = " | ";
constexpr std::size_t kFields = 6;

using Fields = std::array<std::string_view, kFields>;

// Leaves the cursor where the last field starts, which takes the rest of the line.
Fields split(Cursor& cursor) {
  Fields fields;
  for (std::size_t i = 0; i + 1 < kFields; ++i) {
    const std::string_view rest = cursor.rest();
    const std::size_t end = rest.find(kSeparator);
    if (end == std::string_view::npos) {
      cursor.skip(rest.size());
      cursor.fail(fmt::format("{} fields separated by ' | ', not {}", kFields, i + 1));
      return fields;
    }
    fields[i] = rest.substr(0, end);
    cursor.skip(end + kSeparator.size());
  }
  fields.back() = cursor.rest();
  return fields;
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

std::pair<Signature, KnownFinding> parse_finding(Cursor& cursor, const LossSpecs& specs) {
  const auto [loss, entry, verdict, mistake, message, text] = split(cursor);
  if (cursor.failed()) return {};
  const auto& verdicts = verdicts_of_findings();
  const std::size_t start = cursor.offset();
  if (std::find(verdicts.begin(), verdicts.end(), verdict) == verdicts.end()) {
    const auto offset = start - static_cast<std::size_t>(text.data() - verdict.data());
    cursor.fail_with({offset, fmt::format("'{}'", printable(verdict)),
                      "a finding's verdict" + did_you_mean(verdict, verdicts)});
    return {};
  }
  KnownFinding known;
  known.smallest = parse_case(cursor, specs);
  if (known.smallest.loss != loss || known.smallest.entry != entry) {
    cursor.fail_with({start,
                      fmt::format("a case of {}@{}", known.smallest.loss, known.smallest.entry),
                      fmt::format("one of {}@{}", printable(loss), printable(entry))});
  }
  return {{std::string(loss), std::string(entry), std::string(verdict), std::string(mistake),
           std::string(message)},
          known};
}

std::pair<Signature, KnownFinding> parse_finding(std::string_view line, const LossSpecs& specs) {
  return parse_text(line, [&](Cursor& cursor) { return parse_finding(cursor, specs); });
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
  std::error_code error;
  const std::filesystem::directory_iterator files(directory, error);
  // No directory is no baseline; one that cannot be read might hold one.
  if (error && error != std::errc::no_such_file_or_directory) {
    throw InputError(fmt::format("{}: {}", printable_path(directory), error.message()));
  }
  for (const auto& file : files) {
    const std::string name = file.path().filename().string();
    const bool fits = name.rfind(kPrefix, 0) == 0 && name.size() > kPrefix.size() + suffix.size();
    if (!fits || name.substr(name.size() - suffix.size()) != suffix) continue;
    const std::string version =
        name.substr(kPrefix.size(), name.size() - kPrefix.size() - suffix.size());
    if (version.find_first_not_of("0123456789.") != std::string::npos) continue;
    if (is_older(line, version) || (nearest && is_older(version, nearest->version))) continue;
    nearest = {file.path().string(), version, !is_older(version, line)};
  }
  return nearest;
}

Baseline read_baseline(const std::string& path, const LossSpecs& specs) {
  Baseline baseline;
  for (const Line& line : read_lines(path)) {
    try {
      auto finding = parse_finding(line.text, specs);
      finding.second.line = line.number;
      const auto [known, fresh] = baseline.insert(std::move(finding));
      if (!fresh) {
        throw ParseError(0, fmt::format("the signature of line {}", known->second.line),
                         "every signature once");
      }
    } catch (const ParseError& error) {
      throw error_in_file(path, line, error);
    }
  }
  return baseline;
}

std::string further_findings_of(const BaselineFile& file) {
  const std::filesystem::path path = file.path;
  return (path.parent_path() / ("properties-" + path.filename().string())).string();
}

Baseline read_known(const std::string& libtorch, const LossSpecs& specs) {
  const auto file = find_baseline(libtorch);
  if (!file) return {};
  Baseline known = read_baseline(file->path, specs);
  const std::string further = further_findings_of(*file);
  if (std::filesystem::exists(further)) known.merge(read_baseline(further, specs));
  return known;
}

std::string to_baseline(const Findings& findings, const std::string& libtorch) {
  std::string text = fmt::format(
      "# What `shapefuzz sweep` finds in LibTorch {}, one signature a line:\n"
      "#   loss | entry | verdict | mistake | message | smallest case\n"
      "# Written by `shapefuzz sweep --write-baseline FILE`; a sweep fails on any difference.\n",
      libtorch);
  for (const auto& [signature, finding] : findings) {
    text += fmt::format("{} | {}\n", to_string(signature), to_string(finding.smallest));
  }
  return text;
}

BaselineNews compare(const Baseline& baseline, const Findings& findings,
                     const std::function<bool(const Case&)>& reaches) {
  BaselineNews news;
  for (const auto& entry : findings) {
    if (baseline.count(entry.first) == 0) news.fresh.push_back(entry.first);
  }
  for (const auto& [signature, known] : baseline) {
    if (findings.count(signature) == 0 && reaches(known.smallest)) {
      news.stale.push_back(signature);
    }
  }
  return news;
}

Findings rewritten(const Baseline& baseline, const Findings& findings,
                   const std::function<bool(const Case&)>& reaches) {
  Findings all = findings;
  for (const auto& [signature, known] : baseline) {
    if (!reaches(known.smallest)) all.insert({signature, Finding{known.smallest, "", 0}});
  }
  return all;
}

}  // namespace shapefuzz
