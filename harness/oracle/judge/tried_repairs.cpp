// SPDX-License-Identifier: BSD-3-Clause
#include "harness/oracle/judge/tried_repairs.h"

#include <algorithm>

#include "harness/language/case/twin.h"
#include "harness/oracle/judge/judge.h"

namespace shapefuzz {
namespace {

constexpr std::size_t kMostShown = 3;
// The shapes decide, so few elements tell as much as many.
constexpr std::int64_t kMostElements = 1 << 12;

}  // namespace

std::vector<Repair> TriedRepairs::shown() const {
  return helping.empty() && spoiled ? std::vector<Repair>{*spoiled} : helping;
}

TriedRepairs tried_repairs(const Loss& loss, const Case& c, const Judgement& judgement,
                           const Judging& judging) {
  const bool let_through = judgement.zone == Zone::kIncompatible &&
                           judgement.verdict == Verdict::kPass &&
                           judgement.outcome == Outcome::kAccepted;
  if (let_through) return {};
  TriedRepairs tried;
  std::optional<Repair> likeliest;
  for (Repair& repair : repairs_of(c, loss.spec)) {
    if (tried.helping.size() == kMostShown) break;
    if (likeliest && repair.is_far_from(*likeliest)) break;
    const bool is_large = elements_of(repair.c, loss.spec) > kMostElements;
    Judging on_cpu = judging;
    on_cpu.device = Device::kCpu;
    on_cpu.slopes = judging.slopes && !is_large;
    const Judgement after =
        Judge(on_cpu).judge(loss, is_large ? twin_of(repair.c, loss.spec).c : repair.c);
    if (after.outcome != Outcome::kAccepted) continue;
    const bool helps = after.verdict == Verdict::kPass;
    const bool is_spoiled = after.zone == Zone::kValid && !after.cause.empty() &&
                            severity_of(after.verdict) == Severity::kMiscalculation;
    // Who may mean every pair is told what undoes a mistake all the same.
    if ((helps || is_spoiled) && !repair.broadcasts && !likeliest) likeliest = repair;
    if (is_spoiled && !tried.spoiled) {
      tried.spoiled = repair;
      tried.spoiled_by = after.cause;
    }
    if (helps) tried.helping.push_back(std::move(repair));
  }
  return tried;
}

}  // namespace shapefuzz
