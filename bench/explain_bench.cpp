// SPDX-License-Identifier: BSD-3-Clause
// What naming the cause of a finding costs: its condition, and the prediction for value and slopes.
#include <benchmark/benchmark.h>

#include <stdexcept>

#include "harness/language/case/zone.h"
#include "harness/losses/registry/registry.h"
#include "harness/oracle/judge/explanation.h"
#include "harness/oracle/judge/judge.h"

namespace shapefuzz {
namespace {

void name_the_cause(benchmark::State& state, const char* line) {
  const Case c = parse_case(line, all_specs());
  const Loss& loss = *find_loss(c.loss);
  const Judgement judgement = Judge(Policy::kExpand, MemoryMode::kOff).judge(loss, c);
  Reading reading;
  zone_of(c, loss.spec, &reading);
  if (reading.alternative == nullptr) {
    reading = nearest_reading(loss.spec.contract, to_call(c, loss.spec));
  }
  const OperandSet operands = make_operands(loss, c, reading);
  const Execution actual = execute(loss, c, operands.tensors);
  const Causes& causes = known_causes();
  if (explain(causes, loss, c, operands, actual, judgement) == nullptr) {
    state.SkipWithError("no cause explains the finding");
    return;
  }
  for (auto _ : state) {
    benchmark::DoNotOptimize(explain(causes, loss, c, operands, actual, judgement));
  }
}

}  // namespace

BENCHMARK_CAPTURE(name_the_cause, hazard, "mse_loss(input=f64[2,1], target=f64[2])");
BENCHMARK_CAPTURE(name_the_cause, bug,
                  "kl_div(input=f64[1,2], target=f64[3,1], reduction=batchmean)");

}  // namespace shapefuzz
