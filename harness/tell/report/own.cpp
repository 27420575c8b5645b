// SPDX-License-Identifier: BSD-3-Clause
#include "harness/tell/report/own.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "harness/language/case/mistake.h"
#include "harness/language/case/order.h"
#include "harness/tell/report/table.h"

namespace shapefuzz {
namespace {

// All that looks alike to the author: a verdict, and the mistakes that show it.
struct Group {
  std::uint64_t cases = 0;
  std::uint64_t harmless = 0;
  std::optional<Case> smallest;
  bool smallest_does_harm = false;
  std::vector<std::string> mistakes;

  void add(const Finding& finding, const std::string& mistake) {
    cases += finding.cases;
    harmless += finding.harmless;
    // What does harm shows more than what does none.
    const bool shows_harm = finding.harmless < finding.cases;
    const bool is_better =
        !smallest || (shows_harm && !smallest_does_harm) ||
        (shows_harm == smallest_does_harm && is_smaller(finding.smallest, *smallest));
    if (is_better) {
      smallest = finding.smallest;
      smallest_does_harm = shows_harm;
    }
    if (std::find(mistakes.begin(), mistakes.end(), mistake) == mistakes.end()) {
      mistakes.push_back(mistake);
    }
  }
};

class OwnList {
 public:
  explicit OwnList(const std::function<Advice(const Case&)>& advice) : advice_(advice) {}

  void add(const Signature& signature, const Finding& finding) {
    const std::string mistake = mistake_in(signature);
    auto& groups = is_of_valid_call(mistake) ? valid_[signature.loss] : others_[signature.loss];
    groups[signature.verdict].add(finding, mistake);
  }

  std::string text() const {
    std::string text;
    if (!valid_.empty()) text += "\nFix: calls that the contract promises go wrong\n";
    for (const auto& [loss, groups] : valid_) {
      for (const auto& [verdict, group] : groups) text += entry(loss, verdict, group, "");
      const auto rest = others_.find(loss);
      if (rest == others_.end()) continue;
      std::uint64_t cases = 0;
      for (const auto& [verdict, group] : rest->second) cases += group.cases;
      text += fmt::format(
          "  {}: {} cases more of calls that do not fit; fix the others first (--signatures)\n",
          loss, with_commas(cases));
    }
    std::string guard;
    for (const auto& [loss, groups] : others_) {
      if (valid_.count(loss) != 0) continue;
      for (const auto& [verdict, group] : groups) {
        guard += entry(loss, verdict, group, "lets through " + joined(group.mistakes, 6));
      }
    }
    if (!guard.empty()) {
      text += "\nGuard or document: calls that do not fit are computed with\n" + guard;
    }
    return text;
  }

 private:
  std::string entry(const std::string& loss, const std::string& verdict, const Group& group,
                    const std::string& what) const {
    const Advice advice = advice_(*group.smallest);
    std::string text =
        fmt::format("  {} {}, {} case{}{}{}\n", loss, verdict, with_commas(group.cases),
                    group.cases == 1 ? "" : "s", what.empty() ? "" : ": ", what);
    text += fmt::format("      {}\n", to_string(*group.smallest));
    if (!advice.refusal.empty()) text += fmt::format("      loss     {}\n", advice.refusal);
    if (!advice.why.empty()) text += fmt::format("      why      {}\n", advice.why);
    if (!advice.instead.empty()) text += fmt::format("      instead  {}\n", advice.instead);
    if (group.harmless > 0) {
      text +=
          fmt::format("      ({} harmless: only sizes of 1 differ)\n", with_commas(group.harmless));
    }
    return text;
  }

  using Groups = std::map<std::string, Group>;  // by verdict

  const std::function<Advice(const Case&)>& advice_;
  std::map<std::string, Groups> valid_;  // by loss
  std::map<std::string, Groups> others_;
};

}  // namespace

std::vector<Case> own_problems(const Findings& findings) {
  std::vector<Case> cases;
  own_list(findings, [&](const Case& c) {
    cases.push_back(c);
    return Advice();
  });
  return cases;
}

std::string own_list(const Findings& findings, const std::function<Advice(const Case&)>& advice) {
  OwnList list(advice);
  for (const auto& [signature, finding] : findings) list.add(signature, finding);
  return list.text();
}

}  // namespace shapefuzz
