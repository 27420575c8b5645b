// SPDX-License-Identifier: BSD-3-Clause
// What the contract's word on a call costs: the zone of its shapes, and what it was meant for.
#include <benchmark/benchmark.h>

#include "harness/language/case/mistake.h"
#include "harness/language/case/zone.h"
#include "harness/losses/registry/registry.h"

namespace shapefuzz {
namespace {

void zone(benchmark::State& state, const char* line) {
  const Case c = parse_case(line, all_specs());
  const LossSpec& spec = find_loss(c.loss)->spec;
  Reading reading;
  for (auto _ : state) benchmark::DoNotOptimize(zone_of(c, spec, &reading));
}

void nearest(benchmark::State& state, const char* line) {
  const Case c = parse_case(line, all_specs());
  const LossSpec& spec = find_loss(c.loss)->spec;
  const Call call = to_call(c, spec);
  for (auto _ : state) benchmark::DoNotOptimize(nearest_reading(spec.contract, call));
}

void name_the_mistake(benchmark::State& state, const char* line) {
  const Case c = parse_case(line, all_specs());
  const LossSpec& spec = find_loss(c.loss)->spec;
  for (auto _ : state) benchmark::DoNotOptimize(find_mistake(c, spec));
}

}  // namespace

BENCHMARK_CAPTURE(zone, valid, "mse_loss(input=f64[2,3,3], target=f64[2,3,3])");
BENCHMARK_CAPTURE(zone, expandable, "mse_loss(input=f64[2,3,3], target=f64[3,1])");
BENCHMARK_CAPTURE(zone, incompatible, "mse_loss(input=f64[2,3,1], target=f64[3])");
BENCHMARK_CAPTURE(zone, classes, "cross_entropy(input=f64[2,3,3], target=i64[2,2])");
BENCHMARK_CAPTURE(nearest, elements, "mse_loss(input=f64[2,3,1], target=f64[3])");
BENCHMARK_CAPTURE(nearest, classes, "cross_entropy(input=f64[2,3,3], target=i64[2,2])");
BENCHMARK_CAPTURE(name_the_mistake, elements, "mse_loss(input=f64[2,3,1], target=f64[3])");

}  // namespace shapefuzz
