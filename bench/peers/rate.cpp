// SPDX-License-Identifier: BSD-3-Clause
// How many cases a second shapefuzz judges on one core, of correct losses, with all that a sweep
// does around it: making the cases, watching the memory, comparing. A line for each loss: its name,
// the sweep's cases and the seconds for them, how many of those are valid, and the seconds for
// making and judging these alone.
//   shapefuzz_peer_rate LOSS...
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <iostream>

#include "bench/mutants/hunt.h"
#include "bench/mutants/mutant.h"
#include "harness/losses/own/own.h"
#include "harness/losses/registry/registry.h"
#include "harness/oracle/judge/judge.h"
#include "harness/oracle/libtorch/setup.h"
#include "harness/oracle/memory/trap.h"

namespace shapefuzz {
namespace {

constexpr std::uint64_t kSeed = 1;

double processor_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

void measure(const Loss& loss) {
  const Hunter hunter = hunter_of(loss.spec.name, Quarry::kAnything);
  Judge judge(hunter.judging);
  const double before_mix = processor_seconds();
  std::vector<bool> is_valid;
  for_each_sweep_case(loss, kSeed, [&](const Case& c) {
    is_valid.push_back(judge.judge(loss, c).zone == Zone::kValid);
    return true;
  });
  const double mix = processor_seconds() - before_mix;
  const double before_making = processor_seconds();
  std::size_t i = 0;
  std::vector<Case> valid;
  for_each_sweep_case(loss, kSeed, [&](const Case& c) {
    if (is_valid[i++]) valid.push_back(c);
    return true;
  });
  const double before_judging = processor_seconds();
  for (const Case& c : valid) judge.judge(loss, c);
  const double share = static_cast<double>(valid.size()) / static_cast<double>(is_valid.size());
  const double alone =
      processor_seconds() - before_judging + share * (before_judging - before_making);
  std::printf("%s\t%zu\t%.6f\t%zu\t%.6f\n", loss.spec.name.c_str(), is_valid.size(), mix,
              valid.size(), alone);
  std::fflush(stdout);
}

int run(const std::vector<std::string>& names) {
  std::vector<OwnLoss> twins;
  for (const Mutant& mutant : all_bench_mutants()) {
    const bool is_wanted = std::find(names.begin(), names.end(), mutant.name()) != names.end();
    if (is_wanted) twins.push_back(mutant.twin());
  }
  if (twins.size() != names.size()) {
    std::cerr << "expected names of faulty losses\n";
    return 2;
  }
  use_own_losses(own_losses(twins));
  warm_up_libtorch(MemoryMode::kFull);
  static Fault fault;
  report_faults_to(fault);
  for (const Loss& loss : all_losses()) measure(loss);
  return 0;
}

}  // namespace
}  // namespace shapefuzz

int main(int argc, char** argv) { return shapefuzz::run({argv + 1, argv + argc}); }
