// SPDX-License-Identifier: BSD-3-Clause
#include "harness/search/campaign/examine.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>
#include <optional>

#include "harness/language/text/program_name.h"
#include "harness/losses/loss/loss.h"
#include "harness/losses/registry/registry.h"
#include "harness/search/generate/mutations.h"
#include "harness/search/shrink/apart.h"

namespace shapefuzz {
namespace {

using Json = nlohmann::json;

constexpr int kRepetitions = 10;  // of a finding that did not come again at once

std::string outcomes_of(Verdict verdict) {
  const auto outcome = outcome_of(verdict);
  return outcome ? std::string(to_string(*outcome)) : "*";
}

// The release line behind a LibTorch: 1.14 for 1.13.1. What it does is for it to say.
std::string next_line(const std::string& libtorch) {
  const std::size_t dot = libtorch.find('.');
  return fmt::format("{}.{}", libtorch.substr(0, dot), std::stoi(libtorch.substr(dot + 1)) + 1);
}

std::string quoted(const std::string& text) {
  return without_particulars(text).empty() ? "" : "# " + printable(text, 300) + "\n";
}

// A process died of the case behind these.
std::string before(const Record& record) {
  std::string text;
  for (const std::string& c : record.after) text += fmt::format("# after {}\n", printable(c, 400));
  return text;
}

std::string head(const StoredFinding& finding) {
  const Record& record = finding.record;
  return fmt::format("# {} ({}) with LibTorch {}\n# {}\n", record.verdict,
                     to_string(severity_of(*find_verdict(record.verdict))), record.libtorch,
                     record.signature) +
         quoted(record.message) + before(record);
}

// The same finding, explained by the same cause or by none.
bool shows(const StoredFinding& finding, const Signature& signature) {
  return to_string(signature) == finding.record.signature &&
         signature.cause == finding.record.cause;
}

Answer judge_flaky(const StoredFinding& finding, const Judging& judging) {
  int times = 0;
  for (int i = 0; i < kRepetitions; ++i) {
    if (shows(finding, judge_apart(finding.c, judging).signature)) ++times;
  }
  return {"flaky",
          head(finding) + fmt::format("# Came again {} of {} times in a fresh process.\n{}\n",
                                      times, kRepetitions, finding.record.text)};
}

Answer found(const StoredFinding& finding, const Judging& judging, const Case& smallest,
             const std::string& effort) {
  const Record& record = finding.record;
  return {"finding",
          head(finding) + fmt::format("# Shrunk in {} from {}\n# Replay: {}{} '{}'\n{}  "
                                      "# expect <{}: {} {}; * *\n",
                                      effort, printable(record.text, 400), typed("run"),
                                      device_option(judging.device), to_string(smallest),
                                      to_string(smallest), next_line(record.libtorch),
                                      outcomes_of(*find_verdict(record.verdict)), record.verdict)};
}

// Leaves the smallest case in `smallest`, if there is one. Throws HarnessError.
Answer examine(const StoredFinding& finding, const Judging& judging, const ShrinkLimits& limits,
               std::optional<Case>* smallest = nullptr) {
  const ShrunkApart result = shrink_apart(finding.c, judging, limits);
  if (!shows(finding, result.shown.signature)) {
    return judge_flaky(finding, judging);
  }
  if (smallest != nullptr) *smallest = result.shrunk.smallest;
  const char* const how = result.shrunk.proven          ? ", and no smaller one shows it"
                          : result.shrunk.stopped_early ? ", stopped early"
                          : !limits.climb               ? ", one step after the other"
                                                        : "";
  return found(finding, judging, result.shrunk.smallest,
               fmt::format("{} tries{}", result.shrunk.tries, how));
}

}  // namespace

std::string Answer::dump(const std::vector<Answer>& answers) {
  Json json = Json::array();
  for (const Answer& answer : answers) json.push_back({answer.fate, answer.text});
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::vector<Answer> Answer::parse(const std::string& line) {
  std::vector<Answer> answers;
  for (const Json& json : Json::parse(line)) answers.push_back({json.at(0), json.at(1)});
  return answers;
}

Answer never_ended(const StoredFinding& finding) {
  return {"flaky", head(finding) + finding.record.text + "\n"};
}

std::vector<Answer> examine_entries(const std::vector<const StoredFinding*>& findings,
                                    const Judging& judging, const ShrinkLimits& limits) {
  std::vector<Answer> answers;
  std::optional<Case> smallest;
  for (const StoredFinding* finding : findings) {
    if (smallest) {
      Case c = *smallest;
      c.entry = finding->c.entry;
      repair(c, find_loss(c.loss)->spec);
      if (shows(*finding, judge_apart(c, judging).signature)) {
        answers.push_back(found(*finding, judging, c, "1 try, as another entry's,"));
        continue;
      }
    }
    answers.push_back(examine(*finding, judging, limits, &smallest));
  }
  return answers;
}

}  // namespace shapefuzz
