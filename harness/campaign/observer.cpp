#include "harness/campaign/observer.h"

#include "harness/campaign/features.h"
#include "harness/case/values.h"
#include "harness/oracle/trace.h"
#include "harness/text/hash.h"

namespace shapefuzz {

std::vector<Subject> loss_subjects() {
  std::vector<Subject> subjects;
  for (const Loss& loss : all_losses()) {
    subjects.push_back({&loss.spec, loss.sweep_options, loss.unchecked});
  }
  return subjects;
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
