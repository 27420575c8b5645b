#include "harness/emit/exhibit.h"

#include <algorithm>
#include <map>
#include <thread>

#include "harness/oracle/judge.h"
#include "harness/sweep/pool.h"

namespace shapefuzz {
namespace {

Exhibit judged(const Case& c, const Judging& judging) {
  Exhibit exhibit;
  exhibit.loss = find_loss(c.loss);
  exhibit.c = c;
  exhibit.judgement = Judge(judging).judge(*exhibit.loss, c);
  // What reads outside of its tensors would do so again, and unwatched.
  const bool runs = exhibit.judgement.outcome != Outcome::kCrashed;
  exhibit.evidence =
      runs ? gather(*exhibit.loss, c, exhibit.judgement) : evidence_of_death(*exhibit.loss, c);
  exhibit.libtorch = libtorch_version();
  return exhibit;
}

Exhibit dead(const Case& c, const Death& death) {
  Exhibit exhibit;
  exhibit.loss = find_loss(c.loss);
  exhibit.c = c;
  exhibit.judgement = judgement_of_death(c, exhibit.loss->spec, death.signal, death.fault);
  exhibit.evidence = evidence_of_death(*exhibit.loss, c);
  exhibit.libtorch = libtorch_version();
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
