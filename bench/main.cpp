// SPDX-License-Identifier: BSD-3-Clause
// What the parts of shapefuzz cost: build/release/bin/shapefuzz_bench [--benchmark_filter=judge]
//
// Each `*_bench.cpp` beside this file measures one part.
#include <benchmark/benchmark.h>

#include "bench/judge_bench.h"
#include "harness/oracle/libtorch/setup.h"

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  shapefuzz::prepare_libtorch();  // as in every judge: one thread
  shapefuzz::register_judge_benchmarks();
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
