// SPDX-License-Identifier: BSD-3-Clause
#include "harness/search/isolate/replay.h"

#include "harness/losses/loss/loss.h"
#include "harness/losses/registry/registry.h"
#include "harness/oracle/judge/judge.h"
#include "harness/search/isolate/death.h"
#include "harness/search/process/pool.h"

namespace shapefuzz {
namespace {

// What could not be judged has not changed, but nobody must take it for what was expected.
std::string difference(const CorpusCase& entry, const Judgement& judgement) {
  if (judgement.verdict == Verdict::kNotJudged) return "not judged: " + judgement.detail;
  return entry.expectation.differs_from(judgement);
}

}  // namespace

std::vector<std::optional<std::string>> replay_corpus(const std::vector<CorpusCase>& cases,
                                                      std::size_t jobs) {
  std::vector<std::optional<std::string>> differences(cases.size());
  Pool pool;
  pool.units = cases.size();
  pool.jobs = jobs;
  pool.reuse_workers = false;  // some cases corrupt the heap of an old LibTorch
  pool.work = [&](std::size_t unit, const auto& skipped, Position&) {
    if (!skipped.empty()) return std::string();  // it died, and was reported
    const CorpusCase& entry = cases[unit];
    return difference(entry, Judge().judge(*find_loss(entry.c.loss), entry.c));
  };
  pool.on_result = [&](std::size_t unit, const std::string& result) {
    if (!differences[unit]) differences[unit] = result;
  };
  pool.on_death = [&](const Death& death) {
    const CorpusCase& entry = cases[death.unit];
    differences[death.unit] =
        difference(entry, judgement_of(death, entry.c, find_loss(entry.c.loss)->spec, Judging()));
  };
  pool.run();
  return differences;
}

}  // namespace shapefuzz
