#include "harness/emit/exhibit.h"

#include <algorithm>
#include <map>
#include <thread>
#include <utility>

#include "harness/memory/shortage.h"
#include "harness/oracle/judge.h"
#include "harness/sweep/pool.h"

namespace shapefuzz {
namespace {

// The case, and its twin if that is to be judged in its place.
Exhibit exhibit_of(const Case& c, bool exact) {
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
    judgement.misfit.demanded = exhibit.twin->original(judgement.misfit.demanded);
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

Exhibit judged(const Case& c, const Exhibiting& how) {
  Exhibit exhibit = exhibit_of(c, how.exact);
  const Case& computed = exhibit.computed();
  Judging judging = how.judging;
  judging.slopes = judging.slopes && !exhibit.twin;
  const Judgement judgement = Judge(judging).judge(*exhibit.loss, computed);
  take_judgement(judgement, exhibit);
  if (judgement.verdict == Verdict::kNotJudged && judging.device == Device::kCpu) {
    exhibit.has_numbers = false;  // there was no memory for less
    return exhibit;
  }
  add_evidence(exhibit, [&] {
    // What reads outside of its tensors would do so again, and unwatched.
    const bool runs = judgement.outcome != Outcome::kCrashed;
    return runs ? gather(*exhibit.loss, computed, judgement)
                : evidence_of_death(*exhibit.loss, computed);
  });
  return exhibit;
}

Exhibit dead(const Case& c, const Exhibiting& how, const Death& death) {
  Exhibit exhibit = exhibit_of(c, how.exact);
  const Case& computed = exhibit.computed();
  take_judgement(judgement_of(death, computed, exhibit.loss->spec), exhibit);
  // Not the elements of a large case, in this process of all.
  exhibit.has_numbers = exhibit.judgement.verdict != Verdict::kNotJudged &&
                        elements_of(computed, exhibit.loss->spec) <= kMaxElements;
  if (!exhibit.has_numbers) return exhibit;
  add_evidence(exhibit, [&] { return evidence_of_death(*exhibit.loss, computed); });
  return exhibit;
}

// A case that is computed although it is large may take as much longer.
double how_much_larger(const std::vector<Case>& cases) {
  double most = 1;
  for (const Case& c : cases) {
    const auto elements = static_cast<double>(elements_of(c, find_loss(c.loss)->spec));
    most = std::max(most, elements / static_cast<double>(kMaxElements));
  }
  return most;
}

}  // namespace

void exhibit_all(const std::vector<Case>& cases, const Exhibiting& how,
                 const std::function<std::string(const Exhibit&)>& text,
                 const std::function<void(const std::string&)>& take) {
  warm_up_libtorch(how.judging.memory);
  std::map<std::size_t, std::string> of_the_dead;
  Pool pool;
  pool.units = cases.size();
  pool.seconds_per_case = how.seconds_per_case * (how.exact ? how_much_larger(cases) : 1);
  pool.reuse_workers = how.workers == Workers::kShared;
  if (pool.reuse_workers) pool.jobs = std::max(1U, std::thread::hardware_concurrency());
  pool.work = [&](std::size_t unit, const auto& skipped, Position& position) {
    if (!skipped.empty()) return std::string();  // it died, and its text was made
    std::string result = text(judged(cases[unit], how));
    position.cases.fetch_add(1);
    return result;
  };
  pool.on_result = [&](std::size_t unit, const std::string& result) {
    const auto dead = of_the_dead.find(unit);
    take(dead == of_the_dead.end() ? result : dead->second);
  };
  pool.on_death = [&](const Death& death) {
    of_the_dead[death.unit] = text(dead(cases[death.unit], how, death));
  };
  pool.run();
}

}  // namespace shapefuzz
