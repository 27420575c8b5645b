// SPDX-License-Identifier: BSD-3-Clause
// The faulty losses as operators, so that Python and other harnesses call the same code:
// torch.ops.load_library(...), torch.ops.shapefuzz_bench.squared_broadcasts(output, target,
// "mean").
#include <torch/library.h>

#include "bench/mutants/mutant.h"

namespace {

using shapefuzz::planted;

void plant(bool on) { planted().on = on; }
std::int64_t reached() { return static_cast<std::int64_t>(planted().reached); }
std::int64_t triggered() { return static_cast<std::int64_t>(planted().triggered); }

}  // namespace

TORCH_LIBRARY(shapefuzz_bench, library) {
  library.def("plant", plant);
  library.def("reached", reached);
  library.def("triggered", triggered);
  for (const shapefuzz::Mutant& mutant : shapefuzz::all_bench_mutants()) mutant.define(library);
}
