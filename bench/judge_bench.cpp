// SPDX-License-Identifier: BSD-3-Clause
// What judging a case costs, for each loss, over a share of the cases that its sweep has.
#include "bench/judge_bench.h"

#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "bench/survived_mix.h"
#include "harness/losses/registry/registry.h"
#include "harness/oracle/judge/judge.h"
#include "harness/oracle/memory/trap.h"

namespace shapefuzz {
namespace {

// Of the blocks of a sweep: enough for every zone and every way into a loss.
constexpr std::size_t kEvery = 31;

// As `shapefuzz sweep` judges.
void judge(benchmark::State& state, const Loss& loss) {
  static Fault fault;
  report_faults_to(fault);
  const std::vector<Block> blocks = survived_mix(loss, kEvery).blocks;
  std::size_t cases = 0;
  for (const Block& block : blocks) cases += block.cases.size();
  Judge judge(Policy::kExpand, MemoryMode::kFull);
  for (auto _ : state) {
    for (const Block& block : blocks) {
      for (const Case& c : block.cases) benchmark::DoNotOptimize(judge.judge(loss, c));
    }
  }
  using benchmark::Counter;
  state.counters["cases"] = static_cast<double>(cases);
  state.counters["per_case"] =
      Counter(static_cast<double>(cases), Counter::kIsIterationInvariantRate | Counter::kInvert);
}

}  // namespace

void register_judge_benchmarks() {
  for (const Loss& loss : all_losses()) {
    benchmark::RegisterBenchmark(("judge/" + loss.spec.name).c_str(), [&loss](
                                                                          benchmark::State& state) {
      judge(state, loss);
    })->Unit(benchmark::kMillisecond);
  }
}

}  // namespace shapefuzz
