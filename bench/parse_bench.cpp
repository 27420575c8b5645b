// SPDX-License-Identifier: BSD-3-Clause
// What reading and printing text costs: case lines and contract lines.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "harness/language/case/case.h"
#include "harness/losses/registry/registry.h"

namespace shapefuzz {
namespace {

constexpr const char* kPlain = "mse_loss(input=f64[64,1], target=f64[64])";
constexpr const char* kFull =
    "nll_loss@aten(input=f32[3,2]~transposed, target=const i64[3]{0,1,0}, weight=f32[2], "
    "reduction=sum, ignore_index=1)#7";
constexpr const char* kElements = "(input: real[*S], target: real[*S]) -> [*S]";
constexpr const char* kClasses =
    "(input: real[C], target: index(C)[], weight?: weight[C]) -> []"
    " | (input: real[N,C,*d], target: index(C)[N,*d], weight?: weight[C]) -> [N,*d]"
    " | (input: real[C], target: prob[C], weight?: weight[C]) -> []"
    " | (input: real[N,C,*d], target: prob[N,C,*d], weight?: weight[C]) -> [N,*d]";

void parse_a_case(benchmark::State& state, const char* line) {
  const LossSpecs& specs = all_specs();
  for (auto _ : state) benchmark::DoNotOptimize(parse_case(line, specs));
}

void print_a_case(benchmark::State& state, const char* line) {
  const Case c = parse_case(line, all_specs());
  for (auto _ : state) benchmark::DoNotOptimize(to_string(c));
}

void parse_a_contract(benchmark::State& state, const char* line) {
  for (auto _ : state) benchmark::DoNotOptimize(parse_contract(line));
}

}  // namespace

BENCHMARK_CAPTURE(parse_a_case, plain, kPlain);
BENCHMARK_CAPTURE(parse_a_case, full, kFull);
BENCHMARK_CAPTURE(print_a_case, full, kFull);
BENCHMARK_CAPTURE(parse_a_contract, elements, kElements);
BENCHMARK_CAPTURE(parse_a_contract, classes, kClasses);

}  // namespace shapefuzz
