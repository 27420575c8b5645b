// SPDX-License-Identifier: BSD-3-Clause
// A diff of two sweeps in words, and as JSON.
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "harness/findings/diff/diff.h"
#include "harness/findings/records/json_text.h"
#include "harness/oracle/judgement/verdict.h"

namespace shapefuzz {
namespace {

using Json = nlohmann::ordered_json;

std::string number_text(const std::optional<double>& number) {
  return number ? fmt::format("{:.9g}", *number) : "none";
}

// What one file says of the smallest case, as far as the change is about it.
std::string side(Change change, const Record& r) {
  switch (change) {
    case Change::kShape:
      return to_string(r.result_shape.value_or(Shape()));
    case Change::kValue:
      return number_text(r.digest);
    case Change::kGradient:
      return number_text(r.gradient_digest);
    case Change::kNowDies:
    case Change::kNoLongerDies:
    case Change::kNowAccepted:
    case Change::kNowRefused:
    case Change::kDtype:
    case Change::kMessage:
    case Change::kWarning:
    case Change::kNewFinding:
    case Change::kGoneFinding:
    case Change::kUninitialized:
    case Change::kOnlyInFirst:
    case Change::kOnlyInSecond:
      break;
  }
  return "";
}

std::string to_text(const ChangeGroup& group) {
  const Record& named = group.second.text.empty() ? group.first : group.second;
  std::string text =
      fmt::format("  {:<14} {:>8}  {}\n", title_of(group.change), group.cases, named.text);
  const auto line = [&](const std::string& words) {
    if (!words.empty()) text += fmt::format("{:27}{}\n", "", words);
  };
  if (group.change == Change::kMessage) {
    line("was  " + without_particulars(group.first.message));
    line("now  " + without_particulars(group.second.message));
  } else {
    line(group.detail);
  }
  const std::string before = side(group.change, group.first);
  if (!before.empty()) line(fmt::format("{}  ->  {}", before, side(group.change, group.second)));
  if (group.entries.size() > 1) line(fmt::format("by {}", fmt::join(group.entries, ", ")));
  return text;
}

Json side_json(const Record& r) {
  if (r.text.empty()) return {};
  return {{"libtorch", r.libtorch},
          {"outcome", r.outcome},
          {"result_shape", to_json(r.result_shape)},
          {"result_dtype", r.result_dtype},
          {"verdict", r.verdict},
          {"cause", r.cause},
          {"warned", r.warned},
          {"digest", number_text(r.digest)},
          {"gradient_digest", number_text(r.gradient_digest)},
          {"message", r.message}};
}

}  // namespace

std::string to_text(const SweepDiff& diff) {
  std::string text =
      fmt::format("LibTorch {} ({} records)  ->  LibTorch {} ({} records)\n", diff.first_libtorch,
                  diff.first_records, diff.second_libtorch, diff.second_records);
  if (!diff.passes_compared) {
    text += "Findings only: for what was accepted and refused, sweep both with --all.\n";
  }
  std::string loss;
  for (const ChangeGroup& group : diff.groups) {
    if (group.loss != loss) text += fmt::format("\n{}\n", group.loss);
    loss = group.loss;
    text += to_text(group);
  }
  if (diff.empty()) text += "\nNothing differs.\n";
  return text;
}

std::string to_json_lines(const SweepDiff& diff) {
  std::string lines;
  for (const ChangeGroup& group : diff.groups) {
    const Record& named = group.second.text.empty() ? group.first : group.second;
    Json json;
    json["change"] = to_string(group.change);
    json["title"] = title_of(group.change);
    json["loss"] = group.loss;
    json["entries"] = group.entries;
    json["detail"] = group.detail;
    json["cases"] = group.cases;
    json["case"] = named.text;
    json["first"] = side_json(group.first);
    json["second"] = side_json(group.second);
    lines += json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  }
  return lines;
}

}  // namespace shapefuzz
