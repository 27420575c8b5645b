// SPDX-License-Identifier: BSD-3-Clause
#include "harness/search/campaign/observer.h"

#include <algorithm>

#include "harness/language/case/values.h"
#include "harness/language/text/hash.h"
#include "harness/losses/registry/registry.h"
#include "harness/oracle/libtorch/trace.h"
#include "harness/search/campaign/features.h"

namespace shapefuzz {

std::vector<Subject> loss_subjects() {
  std::vector<Subject> subjects;
  for (const Loss& loss : all_losses()) {
    subjects.push_back({&loss.spec, loss.sweep_options, loss.unchecked});
  }
  return subjects;
}

bool is_unchecked(const Loss& loss, const std::vector<LocatedMistake>& mistakes) {
  // A case has one mistake for all of its illegal options.
  const bool has_unchecked_option =
      std::any_of(loss.unchecked.begin(), loss.unchecked.end(),
                  [&](const std::string& name) { return loss.spec.find_option(name) != nullptr; });
  return std::any_of(mistakes.begin(), mistakes.end(), [&](const LocatedMistake& mistake) {
    if (mistake.kind == Mistake::kIllegalOption) return has_unchecked_option;
    return mistake.kind == Mistake::kIllegalValue && !loss.checks(mistake.operand);
  });
}

Observer::Observer(const Judging& judging) : judge_(judging) { trace_operators(); }

const Judgement& Observer::observe(const Loss& loss, const Case& c, const LocatedMistake& mistake) {
  judgement_ = judge_.judge(loss, c);
  features_.clear();
  append_features({c, judgement_, mistake, traced_operators()}, features_);
  reached_ = mix(hash_of(c.loss)) ^ hash_of(c.entry);
  for (const std::uint64_t operation : traced_operators()) reached_ = mix(reached_ ^ operation);
  for (const auto part :
       {static_cast<std::uint64_t>(judgement_.zone), static_cast<std::uint64_t>(judgement_.outcome),
        hash_of(judgement_.site)}) {
    reached_ = mix(reached_ ^ part);
  }
  return judgement_;
}

}  // namespace shapefuzz
