// SPDX-License-Identifier: BSD-3-Clause
// What the shrinker costs: one try without judging it, and a finding from beginning to end.
#include <benchmark/benchmark.h>

#include <optional>

#include "harness/losses/registry/registry.h"
#include "harness/oracle/judge/judge.h"
#include "harness/search/shrink/apart.h"
#include "harness/search/shrink/steps.h"

namespace shapefuzz {
namespace {

constexpr const char* kFinding =
    "kl_div(input=f64[5,7,2], target=f64[3,1,1,2], reduction=batchmean)#9";

using benchmark::Counter;

void per_try(benchmark::State& state, std::size_t tries) {
  state.counters["tries"] = static_cast<double>(tries);
  state.counters["per_try"] =
      Counter(static_cast<double>(tries), Counter::kIsIterationInvariantRate | Counter::kInvert);
}

// Nothing that it tries shows the finding, so it goes on to its limit.
void shrink_without_judging(benchmark::State& state) {
  const Case c = parse_case(kFinding, all_specs());
  const Loss& loss = *find_loss(c.loss);
  const Judgement judgement = Judge(Policy::kExpand, MemoryMode::kOff).judge(loss, c);
  const Signature signature = signature_of_any(c, loss.spec, judgement);
  ShrinkLimits limits;
  limits.tries = 1000;
  std::size_t tries = 0;
  for (auto _ : state) {
    tries = shrink(
                c, loss.spec, signature, [](const Case&) { return std::nullopt; }, limits)
                .tries;
  }
  per_try(state, tries);
}

void shrink_a_finding(benchmark::State& state) {
  const Case c = parse_case(kFinding, all_specs());
  const Loss& loss = *find_loss(c.loss);
  Judge judge(Policy::kExpand, MemoryMode::kOff);
  const auto shows = [&](const Case& smaller) {
    return std::optional(signature_of_any(smaller, loss.spec, judge.judge(loss, smaller)));
  };
  const Signature signature = *shows(c);
  std::size_t tries = 0;
  for (auto _ : state) tries = shrink(c, loss.spec, signature, shows).tries;
  state.counters["tries"] = static_cast<double>(tries);
}

void steps_down_of_a_case(benchmark::State& state) {
  const Case c = parse_case(kFinding, all_specs());
  for (auto _ : state) benchmark::DoNotOptimize(steps_down(c));
}

}  // namespace

BENCHMARK(shrink_without_judging)->Unit(benchmark::kMicrosecond);
BENCHMARK(shrink_a_finding)->Unit(benchmark::kMillisecond);
BENCHMARK(steps_down_of_a_case)->Unit(benchmark::kMicrosecond);

}  // namespace shapefuzz
