// SPDX-License-Identifier: BSD-3-Clause
// Hunts every planted fault, by every mode and seed, and prints a line for each; bench/power makes
// docs/power.md of them.
#include <fmt/core.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <iostream>

#include "bench/mutants/hunt.h"
#include "bench/mutants/mutant.h"
#include "harness/findings/records/tally.h"
#include "harness/language/text/errors.h"
#include "harness/losses/own/own.h"
#include "harness/losses/registry/registry.h"
#include "harness/oracle/libtorch/setup.h"
#include "harness/oracle/memory/trap.h"
#include "harness/search/shrink/apart.h"
#include "harness/search/sweep/plan.h"
#include "harness/search/sweep/sweep.h"

namespace shapefuzz {
namespace {

struct Command {
  std::vector<std::string> losses;  // empty: all mutants
  std::vector<std::string> modes = {"sweep", "property", "campaign"};
  std::uint64_t seeds = 10;
  std::uint64_t most_cases = 60000;  // of a campaign
  bool twins = false;
  bool minima = false;
};

Hunter hunter(const Loss& loss, const Command& command) {
  return hunter_of(loss.spec.name, command.twins ? Quarry::kAnything : Quarry::kFault);
}

Hunted hunt(const std::string& mode, const Loss& loss, std::uint64_t seed, const Command& command) {
  const Hunter who = hunter(loss, command);
  if (mode == "sweep") return hunt_by_sweep(loss, who, seed);
  if (mode == "property") return hunt_by_properties(loss, who, seed);
  return hunt_by_campaign(loss, who, seed, command.most_cases);
}

// mutant, mode, seed, found or censored, cases, seconds, reached, triggered, verdict, the smallest
// case, whether it is proven to be the smallest, and its signature.
void print(const Loss& loss, const std::string& mode, std::uint64_t seed, const Hunted& hunted,
           const Judging& judging) {
  std::string smallest = "-";
  std::string proven = "-";
  std::string signature = "-";
  if (hunted.found) {
    const ShrunkApart shrunk = shrink_apart(*hunted.found, judging);
    smallest = to_string(shrunk.shrunk.smallest);
    proven = shrunk.shrunk.proven ? "proven" : "walked";
    signature = to_string(judge_apart(shrunk.shrunk.smallest, judging).signature);
  }
  fmt::print("{}\t{}\t{}\t{}\t{}\t{:.6f}\t{}\t{}\t{}\t{}\t{}\t{}\n", loss.spec.name, mode, seed,
             hunted.found ? "found" : "censored", hunted.cases, hunted.seconds, hunted.reached,
             hunted.triggered, hunted.found ? to_string(hunted.verdict) : "-", smallest, proven,
             signature);
  std::fflush(stdout);
}

// The smallest case of each signature, by looking at every case within the sweep's bounds.
void print_minima(const Loss& loss, const Judging& judging) {
  SweepOptions options;
  options.judging = judging;
  const std::vector<Variation> variations = variations_of(loss, loss.spec.entries);
  const Tally tally = sweep(variations, options, {});
  for (const auto& [signature, finding] : tally.findings()) {
    fmt::print("{}\t{}\t{}\n", loss.spec.name, to_string(finding.smallest), to_string(signature));
  }
  std::fflush(stdout);
}

// In a process of its own, which a mutant may end.
bool in_child(const std::function<void()>& work) {
  std::fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    try {
      work();
    } catch (const std::exception& error) {
      std::cerr << error.what() << "\n";
      std::_Exit(1);
    }
    std::fflush(stdout);
    std::_Exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return status == 0;
}

void hunt_all(const Loss& loss, const Command& command) {
  static Fault fault;
  report_faults_to(fault);
  for (const std::string& mode : command.modes) {
    for (std::uint64_t seed = 1; seed <= command.seeds; ++seed) {
      print(loss, mode, seed, hunt(mode, loss, seed, command), hunter(loss, command).judging);
    }
  }
}

int run(const Command& command) {
  std::vector<OwnLoss> declared;
  for (const Mutant& mutant : all_bench_mutants()) {
    declared.push_back(command.twins ? mutant.twin() : mutant.faulty());
  }
  use_own_losses(own_losses(declared));
  setenv("SHAPEFUZZ_THOROUGH", "1", 1);  // of the property suite
  planted();                             // shared with all children from now on
  warm_up_libtorch(MemoryMode::kFull);
  int status = 0;
  for (const Loss& loss : all_losses()) {
    const auto& wanted = command.losses;
    const std::string& name = loss.spec.name;
    if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), name) == wanted.end()) continue;
    const bool ended = in_child([&] {
      command.minima ? print_minima(loss, hunter(loss, command).judging) : hunt_all(loss, command);
    });
    if (!ended) {
      std::cerr << name << ": the process of its hunt has ended early\n";
      status = 1;
    }
  }
  return status;
}

}  // namespace
}  // namespace shapefuzz

int main(int argc, char** argv) try {
  shapefuzz::Command command;
  CLI::App app("Hunts planted faults, and prints a line for each hunt");
  app.add_option("MUTANT", command.losses, "The faulty losses (default: all)");
  app.add_option("--mode", command.modes, "sweep, property or campaign (default: all three)")
      ->check(CLI::IsMember({"sweep", "property", "campaign"}));
  app.add_option("--seeds", command.seeds, "How many seeds");
  app.add_option("--cases", command.most_cases, "After how many cases a campaign gives up");
  app.add_flag("--twins", command.twins, "Hunt in the correct twins: nothing must be found");
  app.add_flag("--minima", command.minima, "Print the smallest case of each signature instead");
  CLI11_PARSE(app, argc, argv);
  return shapefuzz::run(command);
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 2;
}
