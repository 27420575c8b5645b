// SPDX-License-Identifier: BSD-3-Clause
// What a guard costs where the shapes fit.
#include <ATen/ATen.h>
#include <benchmark/benchmark.h>

#include "shapefuzz/detail/libtorch_contracts.h"
#include "shapefuzz/guard.h"

namespace {

namespace libtorch = shapefuzz::guard_detail::libtorch;

constexpr const char* kElements = "(input: real[*S], target: real[*S]) -> [*S]";
constexpr const char* kClasses =
    "(input: real[C], target: index(C)[], weight?: weight[C]) -> []"
    " | (input: real[N,C,*d], target: index(C)[N,*d], weight?: weight[C]) -> [N,*d]"
    " | (input: real[C], target: prob[C], weight?: weight[C]) -> []"
    " | (input: real[N,C,*d], target: prob[N,C,*d], weight?: weight[C]) -> [N,*d]";

void guard_of(benchmark::State& state, const char* contract, const at::Tensor& first,
              const at::Tensor& second) {
  const shapefuzz::Guard guard(contract);
  for (auto _ : state) guard.demand(first, second);
}

void ready_guard(benchmark::State& state, const shapefuzz::guard_detail::ReadyGuard& guard,
                 const at::Tensor& first, const at::Tensor& second) {
  for (auto _ : state) shapefuzz::guard_detail::demand(guard, first, second);
}

void the_loss_itself(benchmark::State& state) {
  const at::Tensor output = at::zeros({64, 1});
  for (auto _ : state) benchmark::DoNotOptimize(at::mse_loss(output, output));
}

}  // namespace

BENCHMARK_CAPTURE(guard_of, rank_4, kElements, at::zeros({2, 3, 4, 5}), at::zeros({2, 3, 4, 5}));
BENCHMARK_CAPTURE(guard_of, column, kElements, at::zeros({64, 1}), at::zeros({64, 1}));
BENCHMARK_CAPTURE(guard_of, classes, kClasses, at::zeros({8, 10}), at::zeros({8}));
BENCHMARK_CAPTURE(ready_guard, rank_4, libtorch::mse_loss::kGuard, at::zeros({2, 3, 4, 5}),
                  at::zeros({2, 3, 4, 5}));
BENCHMARK_CAPTURE(ready_guard, classes, libtorch::cross_entropy::kGuard, at::zeros({8, 10}),
                  at::zeros({8}));
BENCHMARK_CAPTURE(guard_of, expanded, kElements, at::zeros({64, 1}), at::zeros({1}));
BENCHMARK(the_loss_itself);
