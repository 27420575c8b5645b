// SPDX-License-Identifier: BSD-3-Clause
#include "harness/tell/report/ci.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "harness/findings/records/json_text.h"
#include "harness/findings/records/version.h"
#include "harness/language/text/parse_error.h"
#include "harness/language/text/program_name.h"
#include "harness/tell/report/table.h"

namespace shapefuzz {
namespace {

using Json = nlohmann::ordered_json;

// In attributes and in text; a control character is not XML at all.
std::string xml(const std::string& text) {
  std::string escaped;
  for (const char c : as_utf8(text)) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\n':
        escaped += "&#10;";
        break;
      default:
        escaped += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
    }
  }
  return escaped;
}

// In the text of a workflow command; in a property `,` and `:` too. The log is read in terminals.
std::string command_text(const std::string& text, bool property) {
  std::string escaped;
  for (const char c : printable_lines(text)) {
    const bool special = c == '%' || c == '\r' || c == '\n' || (property && (c == ',' || c == ':'));
    escaped += special ? fmt::format("%{:02X}", static_cast<unsigned char>(c)) : std::string(1, c);
  }
  return escaped;
}

std::string suite_of(const Signature& signature) { return signature.loss + "@" + signature.entry; }

std::string test_of(const Signature& signature) {
  std::string name = signature.verdict + " " + signature.mistake;
  if (signature.message != "-") name += " " + signature.message;
  return name;
}

std::string replay(const Case& c) { return fmt::format("{} '{}'", typed("run"), to_string(c)); }

struct Test {
  std::string name;
  std::string failure;  // empty: it passes
  std::string detail;
};

// A test a cause that strikes, and one a signature that none explains.
std::string test_of(const Signature& signature, const std::string& cause) {
  return cause.empty() ? test_of(signature) : "cause " + cause;
}

std::map<std::string, std::vector<Test>> tests_of(const SweepResult& result) {
  const auto& fresh = result.news->fresh;
  std::map<std::string, std::vector<Test>> suites;
  for (const auto& [key, counts] : result.tally->counts()) suites[key.first + "@" + key.second];
  std::set<std::string> seen;
  for (const auto& [signature, finding] : *result.findings) {
    const std::string name = test_of(signature, signature.cause);
    if (!signature.cause.empty() && !seen.insert(suite_of(signature) + name).second) continue;
    const bool is_new = std::find(fresh.begin(), fresh.end(), signature) != fresh.end();
    const auto& causes = result.news->fresh_causes;
    const bool is_new_cause =
        std::find(causes.begin(), causes.end(), signature.cause) != causes.end();
    const std::string detail = finding.detail.empty() ? "" : finding.detail + "\n";
    suites[suite_of(signature)].push_back({name,
                                           is_new         ? "a new finding"
                                           : is_new_cause ? "a new cause"
                                                          : "",
                                           detail + replay(finding.smallest)});
  }
  for (const Signature& signature : result.news->stale) {
    suites[suite_of(signature)].push_back({test_of(signature), "the baseline's finding is gone",
                                           replay(result.known->findings.at(signature).smallest)});
  }
  for (const StaleCause& stale : result.news->stale_causes) {
    suites[stale.c.loss + "@" + stale.c.entry].push_back(
        {"cause " + stale.name, "the cause does not strike any more: the case shows " + stale.shows,
         replay(stale.c)});
  }
  return suites;
}

// The causes that strike, and how many cases each explains.
std::map<std::string, std::uint64_t> causes_of(const SweepResult& result) {
  std::map<std::string, std::uint64_t> causes;
  for (const auto& [signature, finding] : *result.findings) {
    if (!signature.cause.empty()) causes[signature.cause] += finding.cases;
  }
  return causes;
}

std::uint64_t unjudged_of(const SweepResult& result, const std::string& suite) {
  std::uint64_t cases = 0;
  for (const auto& [key, counts] : result.tally->counts()) {
    if (key.first + "@" + key.second == suite) cases += counts.not_judged;
  }
  return cases;
}

}  // namespace

std::string to_junit(const SweepResult& result) {
  std::string suites;
  std::size_t all = 0;
  std::size_t failed = 0;
  for (const auto& [suite, tests] : tests_of(result)) {
    std::string cases;
    std::size_t failures = 0;
    for (const Test& test : tests) {
      cases +=
          fmt::format("    <testcase classname=\"{}\" name=\"{}\"", xml(suite), xml(test.name));
      if (test.failure.empty()) {
        cases += "/>\n";
        continue;
      }
      ++failures;
      cases += fmt::format(">\n      <failure message=\"{}\">{}</failure>\n    </testcase>\n",
                           xml(test.failure), xml(test.detail));
    }
    if (tests.empty()) {
      cases = fmt::format("    <testcase classname=\"{}\" name=\"no finding\"/>\n", xml(suite));
    }
    std::size_t count = std::max<std::size_t>(tests.size(), 1);
    if (const std::uint64_t unjudged = unjudged_of(result, suite); unjudged > 0) {
      cases += fmt::format(
          "    <testcase classname=\"{}\" name=\"not judged\"><skipped message=\"{} "
          "cases\"/></testcase>\n",
          xml(suite), unjudged);
      ++count;
    }
    suites +=
        fmt::format("  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\">\n{}  </testsuite>\n",
                    xml(suite), count, failures, cases);
    all += count;
    failed += failures;
  }
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<testsuites name=\"shapefuzz {}, LibTorch {}\" tests=\"{}\" failures=\"{}\" "
      "time=\"{:.1f}\">\n"
      "{}</testsuites>\n",
      kVersion, xml(result.libtorch), all, failed, result.seconds, suites);
}

std::string to_github(const SweepResult& result) {
  std::string text;
  const auto add = [&](const char* level, const std::string& title, const std::string& message) {
    text += fmt::format("::{} title={}::{}\n", level, command_text(title, true),
                        command_text(message, false));
  };
  for (const Signature& signature : result.news->fresh) {
    const Finding& finding = result.findings->at(signature);
    const std::string detail = finding.detail.empty() ? "" : finding.detail + "\n";
    add("error",
        fmt::format("new: {} {} {}", suite_of(signature), signature.verdict, signature.mistake),
        detail + replay(finding.smallest));
  }
  for (const Signature& signature : result.news->stale) {
    add("error",
        fmt::format("gone: {} {} {}", suite_of(signature), signature.verdict, signature.mistake),
        replay(result.known->findings.at(signature).smallest));
  }
  for (const std::string& name : result.news->fresh_causes) {
    add("error", "new: the cause " + name, "the baseline does not have it");
  }
  for (const StaleCause& stale : result.news->stale_causes) {
    add("error", "gone: the cause " + stale.name,
        "the case shows " + stale.shows + "\n" + replay(stale.c));
  }
  for (const auto& [reason, cases] : result.tally->reasons()) {
    add("warning", "not judged", fmt::format("{} cases: {}", cases, reason));
  }
  add("notice", fmt::format("shapefuzz, LibTorch {}", result.libtorch),
      fmt::format("{} cases, {} findings of {} causes: {} new, {} gone, unexplained: {}",
                  result.tally->cases(), result.findings->size(), causes_of(result).size(),
                  result.news->fresh.size() + result.news->fresh_causes.size(),
                  result.news->stale.size() + result.news->stale_causes.size(),
                  count_unexplained(*result.known, *result.findings)));
  return text;
}

std::string to_summary(const SweepResult& result) {
  std::map<std::string, std::size_t> groups = {
      {"memory", 0}, {"miscalculation", 0}, {"contract", 0}};
  for (const auto& entry : *result.findings) {
    if (const auto verdict = find_verdict(entry.first.verdict)) {
      ++groups[std::string(to_string(severity_of(*verdict)))];
    }
  }
  const auto finding = [](const Signature& signature, const Case& c) {
    return Json{{"signature", to_string(signature)}, {"case", to_string(c)}};
  };
  Json json;
  json["shapefuzz"] = kVersion;
  json["libtorch"] = result.libtorch;
  json["policy"] = result.policy;
  json["max_rank"] = result.max_rank;
  json["max_size"] = result.max_size;
  json["seconds"] = result.seconds;
  json["cases"] = result.tally->cases();
  json["not_judged"] = result.tally->reasons();
  json["signatures"] = {{"memory", groups["memory"]},
                        {"miscalculation", groups["miscalculation"]},
                        {"contract", groups["contract"]}};
  json["baseline"] = result.baseline.empty() ? Json() : Json(result.baseline);
  json["new"] = Json::array();
  for (const Signature& signature : result.news->fresh) {
    json["new"].push_back(finding(signature, result.findings->at(signature).smallest));
  }
  json["gone"] = Json::array();
  for (const Signature& signature : result.news->stale) {
    json["gone"].push_back(finding(signature, result.known->findings.at(signature).smallest));
  }
  json["causes"] = causes_of(result);
  json["unexplained"] = count_unexplained(*result.known, *result.findings);
  json["new_causes"] = result.news->fresh_causes;
  json["gone_causes"] = Json::array();
  for (const StaleCause& stale : result.news->stale_causes) {
    json["gone_causes"].push_back(
        {{"cause", stale.name}, {"case", to_string(stale.c)}, {"shows", stale.shows}});
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace shapefuzz
