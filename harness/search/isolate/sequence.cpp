// SPDX-License-Identifier: BSD-3-Clause
#include "harness/search/isolate/sequence.h"

#include "harness/oracle/judge/judge.h"
#include "harness/oracle/libtorch/setup.h"
#include "harness/search/isolate/death.h"
#include "harness/search/process/pool.h"

namespace shapefuzz {
namespace {

std::optional<SequenceDeath> death_of(const std::vector<Step>& steps, const Judging& judging,
                                      double seconds_per_case) {
  std::optional<SequenceDeath> result;
  Pool pool;
  pool.units = 1;
  pool.seconds_per_case = seconds_per_case;
  pool.work = [&](std::size_t /*unit*/, const auto& skipped, Position& position) {
    if (!skipped.empty()) return std::string();  // it has died, and that was reported
    Judge judge(judging);
    for (std::size_t i = 0; i < steps.size(); ++i) {
      position.next_case.store(i);
      judge.judge(*steps[i].loss, steps[i].c);
      position.cases.fetch_add(1);
    }
    return std::string();
  };
  pool.on_result = [](std::size_t /*unit*/, const std::string& /*result*/) {};
  pool.on_death = [&](const Death& death) {
    const Step& last = steps[death.at_case];
    result = SequenceDeath{
        {steps.begin(), steps.begin() + static_cast<std::ptrdiff_t>(death.at_case) + 1},
        judgement_of(death, last.c, last.loss->spec, judging)};
  };
  pool.run();
  return result;
}

}  // namespace

std::optional<SequenceDeath> judge_in_sequence(const std::vector<Step>& steps,
                                               const Judging& judging, double seconds_per_case) {
  warm_up_libtorch(judging.memory);
  const auto whole = death_of(steps, judging, seconds_per_case);
  if (!whole) return std::nullopt;
  const std::vector<Step>& needed = whole->steps;
  for (std::size_t count = 2; count < needed.size(); count *= 2) {
    const std::vector<Step> last(needed.end() - static_cast<std::ptrdiff_t>(count), needed.end());
    auto death = death_of(last, judging, seconds_per_case);
    if (death && death->steps.size() == count) return death;
  }
  return whole;
}

}  // namespace shapefuzz
