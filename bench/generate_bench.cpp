// SPDX-License-Identifier: BSD-3-Clause
// What a case costs that is drawn from its contract, or changed by the campaign's mutator.
#include <benchmark/benchmark.h>

#include "harness/losses/registry/registry.h"
#include "harness/search/campaign/observer.h"
#include "harness/search/generate/draw.h"
#include "harness/search/generate/mutate.h"

namespace shapefuzz {
namespace {

void draw(benchmark::State& state, const char* loss) {
  const LossSpec& spec = find_loss(loss)->spec;
  SeededPick seeded(1);
  const Pick pick = [&](std::int64_t low, std::int64_t high) { return seeded(low, high); };
  for (auto _ : state) {
    benchmark::DoNotOptimize(draw_case(spec, spec.entries.front(), {}, pick));
  }
}

// As a campaign does: each mutant is the next one's parent.
void mutate(benchmark::State& state) {
  const Mutator mutator(loss_subjects());
  Case c = mutator.plainest();
  std::uint64_t seed = 0;
  for (auto _ : state) c = mutator.mutate(c, ++seed);
}

}  // namespace

BENCHMARK_CAPTURE(draw, elements, "mse_loss");
BENCHMARK_CAPTURE(draw, classes, "cross_entropy");
BENCHMARK(mutate);

}  // namespace shapefuzz
