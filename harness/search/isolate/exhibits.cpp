// SPDX-License-Identifier: BSD-3-Clause
#include "harness/search/isolate/exhibits.h"

#include <algorithm>
#include <map>
#include <thread>

#include "harness/losses/registry/registry.h"
#include "harness/oracle/libtorch/setup.h"
#include "harness/search/isolate/death.h"
#include "harness/search/process/pool.h"

namespace shapefuzz {
namespace {

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
  pool.seconds_per_case =
      how.seconds_per_case * how.judging.patience() * (how.exact ? how_much_larger(cases) : 1);
  pool.reuse_workers = how.workers == Workers::kShared;
  if (pool.reuse_workers) pool.jobs = std::max(1U, std::thread::hardware_concurrency());
  pool.work = [&](std::size_t unit, const auto& skipped, Position& position) {
    if (!skipped.empty()) return std::string();  // it died, and its text was made
    std::string result = text(exhibit(cases[unit], how.judging, how.exact));
    position.cases.fetch_add(1);
    return result;
  };
  pool.on_result = [&](std::size_t unit, const std::string& result) {
    const auto dead = of_the_dead.find(unit);
    take(dead == of_the_dead.end() ? result : dead->second);
  };
  pool.on_death = [&](const Death& death) {
    of_the_dead[death.unit] =
        text(exhibit_death(cases[death.unit], how.exact, [&](const Case& c, const LossSpec& spec) {
          return judgement_of(death, c, spec, how.judging);
        }));
  };
  pool.run();
}

}  // namespace shapefuzz
