#include "harness/emit/exhibit.h"

#include <algorithm>
#include <map>
#include <thread>

#include "harness/memory/shortage.h"
#include "harness/oracle/judge.h"
#include "harness/sweep/pool.h"

namespace shapefuzz {
namespace {

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

Exhibit judged(const Case& c, const Judging& judging) {
  Exhibit exhibit;
  exhibit.loss = find_loss(c.loss);
  exhibit.c = c;
  exhibit.libtorch = libtorch_version();
  exhibit.judgement = Judge(judging).judge(*exhibit.loss, c);
  if (exhibit.judgement.verdict == Verdict::kNotJudged && judging.device == Device::kCpu) {
    exhibit.has_numbers = false;  // there was no memory for less
    return exhibit;
  }
  add_evidence(exhibit, [&] {
    // What reads outside of its tensors would do so again, and unwatched.
    const bool runs = exhibit.judgement.outcome != Outcome::kCrashed;
    return runs ? gather(*exhibit.loss, c, exhibit.judgement) : evidence_of_death(*exhibit.loss, c);
  });
  return exhibit;
}

Exhibit dead(const Case& c, const Death& death) {
  Exhibit exhibit;
  exhibit.loss = find_loss(c.loss);
  exhibit.c = c;
  exhibit.libtorch = libtorch_version();
  exhibit.judgement = judgement_of(death, c, exhibit.loss->spec);
  exhibit.has_numbers = exhibit.judgement.verdict != Verdict::kNotJudged;
  if (!exhibit.has_numbers) return exhibit;
  add_evidence(exhibit, [&] { return evidence_of_death(*exhibit.loss, c); });
  return exhibit;
}

}  // namespace

void exhibit_all(const std::vector<Case>& cases, const Exhibiting& how,
                 const std::function<std::string(const Exhibit&)>& text,
                 const std::function<void(const std::string&)>& take) {
  warm_up_libtorch(how.judging.memory);
  std::map<std::size_t, std::string> of_the_dead;
  Pool pool;
  pool.units = cases.size();
  pool.seconds_per_case = how.seconds_per_case;
  pool.reuse_workers = how.workers == Workers::kShared;
  if (pool.reuse_workers) pool.jobs = std::max(1U, std::thread::hardware_concurrency());
  pool.work = [&](std::size_t unit, const auto& skipped, Position& position) {
    if (!skipped.empty()) return std::string();  // it died, and its text was made
    std::string result = text(judged(cases[unit], how.judging));
    position.cases.fetch_add(1);
    return result;
  };
  pool.on_result = [&](std::size_t unit, const std::string& result) {
    const auto dead = of_the_dead.find(unit);
    take(dead == of_the_dead.end() ? result : dead->second);
  };
  pool.on_death = [&](const Death& death) {
    of_the_dead[death.unit] = text(dead(cases[death.unit], death));
  };
  pool.run();
}

}  // namespace shapefuzz
