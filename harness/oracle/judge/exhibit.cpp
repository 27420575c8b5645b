// SPDX-License-Identifier: BSD-3-Clause
#include "harness/oracle/judge/exhibit.h"

#include <utility>

#include "harness/losses/registry/registry.h"
#include "harness/oracle/judge/judge.h"
#include "harness/oracle/judge/tried_repairs.h"
#include "harness/oracle/libtorch/setup.h"
#include "harness/oracle/memory/shortage.h"

namespace shapefuzz {
namespace {

// The case, and its twin if that is to be judged in its place.
Exhibit begin_exhibit(const Case& c, bool exact) {
  Exhibit exhibit;
  exhibit.loss = find_loss(c.loss);
  exhibit.c = c;
  if (!exact && elements_of(c, exhibit.loss->spec) > kMaxElements) {
    exhibit.twin = twin_of(c, exhibit.loss->spec);
  }
  exhibit.libtorch = libtorch_version();
  return exhibit;
}

// What was found of the twin, in the sizes of the original.
void take_judgement(Judgement judgement, Exhibit& exhibit) {
  if (exhibit.twin) {
    for (std::optional<Shape>* shape : {&judgement.result_shape, &judgement.expected_shape}) {
      if (*shape) *shape = exhibit.twin->original(**shape);
    }
    judgement.mistake.demanded = exhibit.twin->original(judgement.mistake.demanded);
  }
  exhibit.judgement = std::move(judgement);
}

// The numbers behind a judgement are gathered by further calls, which may be refused memory though
// the case was not.
void add_evidence(Exhibit& exhibit, const std::function<Evidence()>& gathered) {
  take_shortage();
  try {
    exhibit.evidence = gathered();
    exhibit.has_numbers = !take_shortage();
  } catch (const std::exception& error) {
    if (!take_shortage() && !tells_of_shortage(error.what())) throw;
    exhibit.has_numbers = false;
  }
  if (!exhibit.has_numbers) exhibit.evidence = {};
}

}  // namespace

Exhibit exhibit(const Case& c, Judging judging, bool exact) {
  Exhibit exhibit = begin_exhibit(c, exact);
  const Case& computed = exhibit.computed();
  judging.slopes = judging.slopes && !exhibit.twin;
  judging.most_for_slopes = kManyForSlopes;
  const Judgement judgement = Judge(judging).judge(*exhibit.loss, computed);
  take_judgement(judgement, exhibit);
  if (judgement.verdict == Verdict::kNotJudged && judging.device == Device::kCpu) {
    exhibit.has_numbers = false;  // there was no memory for less
    return exhibit;
  }
  add_evidence(exhibit, [&] {
    // What reads outside of its tensors would do so again, and unwatched.
    const bool runs = judgement.outcome != Outcome::kCrashed;
    return runs ? gather(*exhibit.loss, computed, judgement, judging.device)
                : evidence_of_death(*exhibit.loss, computed);
  });
  if (judgement.verdict == Verdict::kWrongValue) {
    exhibit.pairing = inner_pairing(*exhibit.loss, computed);
  }
  exhibit.tried = tried_repairs(*exhibit.loss, exhibit.c, exhibit.judgement, judging);
  return exhibit;
}

Exhibit exhibit_death(const Case& c, bool exact,
                      const std::function<Judgement(const Case&, const LossSpec&)>& judge) {
  Exhibit exhibit = begin_exhibit(c, exact);
  const Case& computed = exhibit.computed();
  take_judgement(judge(computed, exhibit.loss->spec), exhibit);
  // Not the elements of a large case, in this process of all.
  exhibit.has_numbers = exhibit.judgement.verdict != Verdict::kNotJudged &&
                        elements_of(computed, exhibit.loss->spec) <= kMaxElements;
  if (!exhibit.has_numbers) return exhibit;
  add_evidence(exhibit, [&] { return evidence_of_death(*exhibit.loss, computed); });
  return exhibit;
}

}  // namespace shapefuzz
