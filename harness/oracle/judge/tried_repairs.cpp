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

std::vector<Repair> tried_repairs(const Loss& loss, const Case& c, const Judgement& judgement,
                                  const Judging& judging) {
  const bool let_through = judgement.zone == Zone::kIncompatible &&
                           judgement.verdict == Verdict::kPass &&
                           judgement.outcome == Outcome::kAccepted;
  if (let_through) return {};
  std::vector<Repair> tried;
  for (Repair& repair : repairs_of(c, loss.spec)) {
    if (tried.size() == kMostShown) break;
    // Who may mean every pair is told what undoes a mistake all the same.
    const auto likeliest = std::find_if(tried.begin(), tried.end(),
                                        [](const Repair& other) { return !other.broadcasts; });
    if (likeliest != tried.end() && repair.is_far_from(*likeliest)) break;
    const bool is_large = elements_of(repair.c, loss.spec) > kMostElements;
    Judging on_cpu = judging;
    on_cpu.device = Device::kCpu;
    on_cpu.slopes = judging.slopes && !is_large;
    on_cpu.most_for_slopes = kFewForSlopes;
    const Judgement after =
        Judge(on_cpu).judge(loss, is_large ? twin_of(repair.c, loss.spec).c : repair.c);
    if (after.outcome != Outcome::kAccepted) continue;
    // What is left may be a known bug of the valid call, and of no shape: then nothing that is
    // further away is any better.
    const bool is_right = after.zone == Zone::kValid && !after.cause.empty() &&
                          severity_of(after.verdict) == Severity::kMiscalculation;
    if (after.verdict != Verdict::kPass && !is_right) continue;
    repair.verdict = to_string(after.verdict);
    repair.left = is_right ? after.cause : "";
    tried.push_back(std::move(repair));
  }
  return tried;
}

}  // namespace shapefuzz
