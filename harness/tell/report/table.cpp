// SPDX-License-Identifier: BSD-3-Clause
#include "harness/tell/report/table.h"
#include "harness/language/text/parse_error.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace shapefuzz {
namespace {

constexpr std::array<Severity, 3> kSeverities = {Severity::kMemory, Severity::kMiscalculation,
                                                 Severity::kHazard};

std::string_view heading(Severity severity, Device device) {
  switch (severity) {
    case Severity::kMemory:
      return "Memory errors: bugs of LibTorch";
    case Severity::kMiscalculation:
      return "Miscalculations: bugs of LibTorch, accepted but different from every reading";
    case Severity::kHazard:
      if (device != Device::kCpu) {
        return "Disagreements: one accepts, refuses or computes what the other does not; report "
               "them";
      }
      return "Hazards: not what the documentation promises; guard against them";
    case Severity::kNone:
      break;
  }
  return "";
}

std::string entry_name(const std::string& loss, const std::string& entry) {
  return entry == "functional" ? loss : loss + "@" + entry;
}

std::string plural(std::uint64_t count, const std::string& noun) {
  const std::string number = count == 0 ? "0" : with_commas(count);
  return fmt::format("{} {}{}", number, noun, count == 1 ? "" : "s");
}

std::string finding_lines(const Signature& s, const Finding& finding, bool fresh) {
  std::string text =
      fmt::format("    {:<24}{:<31}{:>7}  {}{}\n", s.verdict, s.mistake, with_commas(finding.cases),
                  to_string(finding.smallest), fresh ? "   <- new" : "");
  // LibTorch's message is what a refusal says for itself; of a result, the difference matters more.
  const bool has_result = s.verdict.rfind("wrong_", 0) == 0 && !finding.detail.empty();
  const std::string& detail = s.message == "-" || has_result ? finding.detail : s.message;
  if (!detail.empty()) text += fmt::format("{:>{}}{}\n", "", 68, printable_lines(detail));
  return text;
}

}  // namespace

std::string with_commas(std::uint64_t number) {
  if (number == 0) return ".";
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, ",");
  return digits;
}

namespace {

std::string table_head(const char* last) {
  return fmt::format(
      "{:38}{:^18} {:^19} {:^20}\n{:38}{:>9}{:>9} {:>10}{:>9} {:>10}{:>10}  {:>10}\n", "", "valid",
      "expandable", "incompatible", "loss", "accepted", "refused", "accepted", "refused", "refused",
      "accepted", last);
}

std::string table_row(const std::string& name, const Counts& counts, std::uint64_t last) {
  const auto cell = [&](Zone zone, Outcome outcome) {
    return with_commas(counts.of(zone, outcome));
  };
  std::string row = fmt::format(
      "{:38}{:>9}{:>9} {:>10}{:>9} {:>10}{:>10}  {:>10}\n", name,
      cell(Zone::kValid, Outcome::kAccepted), cell(Zone::kValid, Outcome::kRejected),
      cell(Zone::kExpandable, Outcome::kAccepted), cell(Zone::kExpandable, Outcome::kRejected),
      cell(Zone::kIncompatible, Outcome::kRejected), cell(Zone::kIncompatible, Outcome::kAccepted),
      with_commas(last));
  if (counts.not_judged > 0) {
    row += fmt::format("{:38}not judged: {}\n", "", with_commas(counts.not_judged));
  }
  return row;
}

}  // namespace

std::string count_table(const Tally& tally) {
  std::string text = table_head("findings");
  for (const auto& [key, counts] : tally.counts()) {
    std::uint64_t signatures = 0;
    for (const auto& entry : tally.findings()) {
      signatures += entry.first.loss == key.first && entry.first.entry == key.second ? 1 : 0;
    }
    text += table_row(entry_name(key.first, key.second), counts, signatures);
  }
  return text;
}

std::string loss_table(const Tally& tally, bool own) {
  std::map<std::string, Counts> losses;
  for (const auto& [key, counts] : tally.counts()) losses[key.first].add(counts);
  std::map<std::string, std::set<std::string>> causes;
  for (const auto& entry : tally.findings()) {
    // Nobody knows the causes of somebody's own; the verdicts are as near as one comes.
    const std::string& cause = own ? entry.first.verdict : entry.first.cause;
    if (!cause.empty()) causes[entry.first.loss].insert(cause);
  }
  std::string text = table_head(own ? "verdicts" : "causes");
  for (const auto& [name, counts] : losses) text += table_row(name, counts, causes[name].size());
  return text;
}

std::string not_judged_list(const Tally& tally) {
  std::string lines;
  std::uint64_t cases = 0;
  for (const auto& [reason, count] : tally.reasons()) {
    lines += fmt::format("{:>10}  {}\n", with_commas(count), reason);
    cases += count;
  }
  if (cases == 0) return "";
  return fmt::format("\nNot judged: {}, neither passes nor findings\n{}", plural(cases, "case"),
                     lines);
}

std::string kept_memory_list(const Tally& tally) {
  std::string losses;
  std::uint64_t cases = 0;
  std::string last;
  for (const auto& [key, counts] : tally.counts()) {
    if (counts.keeping == 0) continue;
    cases += counts.keeping;
    if (key.first != last) losses += (losses.empty() ? "" : ", ") + key.first;
    last = key.first;
  }
  if (cases == 0) return "";
  return fmt::format("\n{} returned a result that holds more memory than its elements need: {}\n",
                     plural(cases, "case"), losses);
}

std::string finding_list(const Findings& findings, const std::vector<Signature>& fresh,
                         Device device) {
  std::string text;
  for (const Severity severity : kSeverities) {
    std::string group;
    std::string loss;
    std::uint64_t signatures = 0;
    std::uint64_t cases = 0;
    for (const auto& [signature, finding] : findings) {
      if (severity_of(*find_verdict(signature.verdict)) != severity) continue;
      const std::string name = entry_name(signature.loss, signature.entry);
      if (name != loss) group += fmt::format("  {}\n", name);
      loss = name;
      const bool is_new = std::find(fresh.begin(), fresh.end(), signature) != fresh.end();
      group += finding_lines(signature, finding, is_new);
      ++signatures;
      cases += finding.cases;
    }
    if (signatures == 0) continue;
    text += fmt::format("\n{} ({}, {})\n{}", heading(severity, device),
                        plural(signatures, "signature"), plural(cases, "case"), group);
  }
  return text;
}

std::string news_text(const BaselineNews& news, const Baseline& baseline, const Findings& findings,
                      const std::string& path) {
  const std::string file = path.empty() ? "" : " " + printable_path(path);
  if (news.empty() && path.empty()) return "";
  if (news.empty()) {
    return fmt::format("Nothing new: the causes and the baseline{} explain every finding.\n", file);
  }
  std::string text;
  std::size_t fresh = 0;
  for (const auto& [signature, finding] : findings) {
    const auto& all = news.fresh;
    if (path.empty() || std::find(all.begin(), all.end(), signature) == all.end()) continue;
    text += fmt::format("NEW    {} | {}\n", to_string(signature), to_string(finding.smallest));
    ++fresh;
  }
  for (const std::string& name : news.fresh_causes) {
    if (path.empty()) break;  // the list has them
    const auto first = std::find_if(findings.begin(), findings.end(),
                                    [&](const auto& entry) { return entry.first.cause == name; });
    text += fmt::format("NEW    the cause {}, which the baseline does not have: {}\n", name,
                        to_string(first->second.smallest));
  }
  for (const Signature& signature : news.stale) {
    const KnownFinding& known = baseline.findings.at(signature);
    text += fmt::format("STALE  {} | {} ({}:{})\n", to_string(signature), to_string(known.smallest),
                        printable_path(path), known.line);
  }
  for (const StaleCause& stale : news.stale_causes) {
    text += fmt::format("STALE  the cause {}: {} shows {}\n", stale.name, to_string(stale.c),
                        stale.shows);
  }
  if (path.empty()) return text;
  text += fmt::format("{} not in the baseline{}; {} of it no longer found.\n",
                      plural(fresh + news.fresh_causes.size(), "finding"), file,
                      plural(news.stale.size() + news.stale_causes.size(), "line"));
  return text;
}

std::uint64_t count_unexplained(const Baseline& baseline, const Findings& findings) {
  return static_cast<std::uint64_t>(
      std::count_if(findings.begin(), findings.end(),
                    [&](const auto& entry) { return !baseline.knows(entry.first); }));
}

std::string joined(const std::vector<std::string>& words, std::size_t most) {
  std::string text;
  for (std::size_t i = 0; i < words.size() && i < most; ++i) {
    text += (i == 0 ? "" : ", ") + words[i];
  }
  return words.size() > most ? fmt::format("{} and {} more", text, words.size() - most) : text;
}

}  // namespace shapefuzz
