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

bool is_unchecked(const Loss& loss, const std::vector<Misfit>& misfits) {
  // A case has one misfit for all of its illegal options.
  const bool has_unchecked_option =
      std::any_of(loss.unchecked.begin(), loss.unchecked.end(),
                  [&](const std::string& name) { return loss.spec.find_option(name) != nullptr; });
  return std::any_of(misfits.begin(), misfits.end(), [&](const Misfit& misfit) {
    if (misfit.mistake == Mistake::kIllegalOption) return has_unchecked_option;
    return misfit.mistake == Mistake::kIllegalValue && !loss.checks(misfit.operand);
  });
}

Observer::Observer(const Judging& judging) : judge_(judging) { trace_operators(); }

const Judgement& Observer::observe(const Loss& loss, const Case& c, const Misfit& misfit) {
  judgement_ = judge_.judge(loss, c);
  features_.clear();
  append_features({c, judgement_, misfit, traced_operators()}, features_);
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
