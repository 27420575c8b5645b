// SPDX-License-Identifier: BSD-3-Clause
#include "harness/tell/report/causes.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "harness/language/case/order.h"
#include "harness/tell/report/table.h"

namespace shapefuzz {
namespace {

// All that one cause explains, of all losses or of one.
struct Group {
  std::uint64_t cases = 0;
  std::uint64_t harmless = 0;
  std::optional<Case> smallest;
  std::set<Mistake> mistakes;
  std::set<std::string> losses;

  void add(const Signature& signature, const Finding& finding) {
    cases += finding.cases;
    harmless += finding.harmless;
    losses.insert(signature.loss);
    if (!smallest || is_smaller(finding.smallest, *smallest)) smallest = finding.smallest;
    const std::string name = mistake_in(signature);
    for (const Mistake mistake : all_mistakes()) {
      if (to_string(mistake) == name) mistakes.insert(mistake);
    }
  }
};

Group group_of(const Findings& findings, std::string_view cause, const std::string& loss = "") {
  Group group;
  for (const auto& [signature, finding] : findings) {
    const bool is_of = signature.cause == cause && (loss.empty() || signature.loss == loss);
    if (is_of) group.add(signature, finding);
  }
  return group;
}

// A hazard of shapes is one of each loss; of the others a line says all.
bool is_told_by_loss(const Cause& cause) { return cause.name == "broadcasts"; }

// With the first number upstream only.
std::string known_briefly(const Cause& cause) {
  const std::string whole = cause.known_where();
  return whole.substr(0, whole.find(", #"));
}

std::string bug_line(const Cause& cause, const Group& group) {
  return fmt::format("  {:<34}{:>7}  {:<52}  {}\n", cause.name, with_commas(group.cases),
                     known_briefly(cause), to_string(*group.smallest));
}

std::string hazard_line(const Cause& cause, const Group& group) {
  const std::vector<std::string> losses(group.losses.begin(), group.losses.end());
  return fmt::format("  {:<34}{:>7}  {}: {}\n", cause.name, with_commas(group.cases), cause.title,
                     joined(losses, 4));
}

std::string broadcast_line(const std::string& loss, const Group& group) {
  std::vector<std::string> mistakes;
  for (const Mistake mistake : group.mistakes) mistakes.emplace_back(to_string(mistake));
  return fmt::format("  {:<34}{:>7}  broadcasts: lets through {}{}\n", loss,
                     with_commas(group.cases), joined(mistakes, 6),
                     group.harmless == 0 ? ""
                                         : fmt::format("; {} harmless, only sizes of 1 differ",
                                                       with_commas(group.harmless)));
}

// The findings of losses that no cause is registered of, as somebody's own, in the same words: a
// hazard a loss, and a bug a verdict and the mistake that was suspected.
class OwnFindings {
 public:
  void add(const Signature& signature, const Finding& finding) {
    const bool is_hazard = severity_of(*find_verdict(signature.verdict)) == Severity::kHazard &&
                           signature.verdict == to_string(Verdict::kSilentBroadcast);
    if (is_hazard) {
      hazards_[signature.loss].add(signature, finding);
    } else {
      bugs_[{signature.loss, signature.verdict, signature.mistake}].add(signature, finding);
    }
  }

  std::string text() const {
    std::string text;
    if (!bugs_.empty()) text += fmt::format("\nFindings without a cause: {}\n", bugs_.size());
    for (const auto& [what, group] : bugs_) {
      const auto& [loss, verdict, mistake] = what;
      text += fmt::format(
          "  {:<34}{:>7}  {}  {}\n", fmt::format("{} {}", loss, verdict), with_commas(group.cases),
          mistake == "none" ? "of valid calls" : "by " + mistake, to_string(*group.smallest));
    }
    if (!hazards_.empty()) {
      text += fmt::format("\nHazards without a cause: {}; guard against them\n", hazards_.size());
    }
    for (const auto& [loss, group] : hazards_) text += broadcast_line(loss, group);
    return text;
  }

 private:
  std::map<std::string, Group> hazards_;
  std::map<std::tuple<std::string, std::string, std::string>, Group> bugs_;
};

bool has_causes(const Causes& causes, const std::string& loss) {
  return std::any_of(causes.all().begin(), causes.all().end(),
                     [&](const Cause& cause) { return cause.is_of(loss); });
}

}  // namespace

std::string cause_list(const Causes& causes, const Findings& findings,
                       const std::vector<Signature>& fresh, Device device) {
  std::string bugs;
  std::string hazards;
  std::size_t bug_count = 0;
  std::size_t hazard_count = 0;
  for (const Cause& cause : causes.all()) {
    const Group group = group_of(findings, cause.name);
    if (group.cases == 0) continue;
    if (cause.sort == Sort::kBug) {
      bugs += bug_line(cause, group);
      ++bug_count;
    } else if (is_told_by_loss(cause)) {
      for (const std::string& loss : group.losses) {
        hazards += broadcast_line(loss, group_of(findings, cause.name, loss));
        ++hazard_count;
      }
    } else {
      hazards += hazard_line(cause, group);
      ++hazard_count;
    }
  }
  std::string text;
  if (bug_count > 0) {
    text += fmt::format(
        "\nBugs of LibTorch: {}, with the cases, the releases and the smallest case (`shapefuzz "
        "causes NAME` says more)\n{}",
        bug_count, bugs);
  }
  if (hazard_count > 0) {
    text += fmt::format(
        "\nHazards: {}, what LibTorch means to do and you may not; guard against them\n{}",
        hazard_count, hazards);
  }
  Findings unexplained;
  OwnFindings own;
  for (const auto& entry : findings) {
    if (!entry.first.cause.empty()) continue;
    // Of a device few losses have one, and none is anybody's own.
    if (device != Device::kCpu || has_causes(causes, entry.first.loss)) {
      unexplained.insert(entry);
    } else {
      own.add(entry.first, entry.second);
    }
  }
  text += own.text();
  if (!unexplained.empty()) {
    text += "\nUnexplained: no cause is known\n" + finding_list(unexplained, fresh, device);
  }
  return text;
}

}  // namespace shapefuzz
