// SPDX-License-Identifier: BSD-3-Clause
#include "fuzz/dispatch.h"

#include <algorithm>
#include <utility>

#include "harness/language/case/ordinary.h"
#include "harness/oracle/causes/cause.h"
#include "harness/oracle/libtorch/setup.h"
#include "harness/oracle/memory/trap.h"
#include "harness/search/generate/mutations.h"

namespace shapefuzz {
namespace {

std::vector<Subject> subjects_of(const std::vector<const Loss*>& losses) {
  std::vector<Subject> subjects;
  for (const Loss* loss : losses) {
    subjects.push_back({&loss->spec, loss->sweep_options, loss->unchecked});
  }
  return subjects;
}

}  // namespace

Dispatch::Dispatch(std::vector<const Loss*> losses, MemoryMode memory, const Baseline& known,
                   OnNew on_new)
    : losses_(std::move(losses)),
      known_(known),
      on_new_(std::move(on_new)),
      observer_({Policy::kExpand, memory}),
      mutator_(subjects_of(losses_)) {
  if (memory != MemoryMode::kOff) report_faults_to(fault_);
  for (const Loss* loss : losses_) judged_[loss->spec.name] = 0;
}

// What is known to end the process, and what LibTorch takes for an address unchecked.
bool Dispatch::is_deadly(const Loss& loss, const Case& c,
                         const std::vector<LocatedMistake>& mistakes) {
  if (is_unchecked(loss, mistakes)) return true;
  Judgement death;
  death.verdict = Verdict::kCrash;
  name_cause_of_death(known_causes(), c, loss.spec, libtorch_version(), death);
  return !death.cause.empty();
}

bool Dispatch::operator()(const Case& c) {
  const auto found = std::find_if(losses_.begin(), losses_.end(),
                                  [&](const Loss* loss) { return loss->spec.name == c.loss; });
  if (found == losses_.end() || !mutator_.fits(c)) return false;
  const Loss& loss = **found;
  if (loss.spec.own && !thorough_ && !is_ordinary(c, loss.spec)) return false;
  const std::vector<LocatedMistake> mistakes = find_mistakes(c, loss.spec);
  if (is_deadly(loss, c, mistakes)) return false;
  const LocatedMistake likeliest = mistakes.empty() ? LocatedMistake() : mistakes.front();
  Case through = c;
  for (const Entry& entry : loss.entries) {
    through.entry = entry.name;
    repair(through, loss.spec);
    const Judgement& judgement = observer_.observe(loss, through, likeliest);
    ++judged_[c.loss];
    if (after_call) after_call();
    if (!is_finding(judgement.verdict)) continue;
    if (known_.knows(signature_of(through, judgement))) continue;
    on_new_(through, judgement);
  }
  return true;
}

}  // namespace shapefuzz
