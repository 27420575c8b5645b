// SPDX-License-Identifier: BSD-3-Clause
// The faulty losses and their twins as the losses of a command: run, sweep, fuzz.
#include "bench/mutants/mutant.h"

shapefuzz::Losses shapefuzz::losses() {
  Losses all;
  for (const Mutant& mutant : all_bench_mutants()) {
    all.push_back(mutant.faulty());
    all.push_back(mutant.twin());
  }
  return all;
}
