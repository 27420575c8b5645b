// SPDX-License-Identifier: BSD-3-Clause
#include "bench/mutants/mutant.h"

#include "bench/mutants/parts.h"

namespace shapefuzz {

std::vector<Mutant> all_bench_mutants() {
  std::vector<Mutant> all;
  add_elementwise_mutants(all);
  add_condition_mutants(all);
  add_memory_mutants(all);
  add_weight_mutants(all);
  add_class_mutants(all);
  add_sample_mutants(all);
  add_pair_mutants(all);
  return all;
}

}  // namespace shapefuzz
