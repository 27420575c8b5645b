// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/chrono.h>

#include <CLI/CLI.hpp>
#include <ctime>
#include <filesystem>
#include <memory>

#include "harness/cli/commands.h"
#include "harness/cli/fuzz_run.h"
#include "harness/cli/options.h"
#include "harness/cli/times.h"
#include "harness/language/text/errors.h"
#include "harness/language/text/parse_error.h"
#include "harness/search/campaign/shards.h"

namespace shapefuzz {
namespace {

// Whether its options go together. A time that has passed is none to begin at.
void check_options(const FuzzCommand& command) {
  if (command.length.empty() == command.until.empty() && !command.merge) {
    throw InputError("fuzz: expected --for TIME, like --for 8h, or --until TIME");
  }
  if (command.shard && (command.resume || command.merge)) {
    throw InputError(
        "--shard: found --resume or --merge too; a shard goes on of itself, and all of "
        "them are merged together");
  }
  if (!command.until.empty()) {
    const std::time_t now = std::time(nullptr);
    const bool goes_on =
        command.resume ||
        (command.shard && std::filesystem::exists(shard_path(command.directory, *command.shard)));
    if (*parse_moment(command.until) <= now && !goes_on) {
      throw InputError(
          fmt::format("--until: found {}, and this machine's clock has {:%Y-%m-%dT%H:%M:%S}",
                      printable(command.until), fmt::localtime(now)));
    }
  }
}

}  // namespace

Command add_fuzz(CLI::App& app) {
  auto options = std::make_shared<FuzzCommand>();
  FuzzCommand& command = *options;
  CLI::App* added = app.add_subcommand("fuzz", "Run a fuzz campaign, for minutes or for days");
  added->add_option("LOSS", command.losses, "The losses to fuzz (default: every loss)")
      ->type_name("");
  added
      ->add_option("--for", command.length,
                   "How long the campaign runs in all, as in 8h, 10m or 1h30m")
      ->type_name("TIME")
      ->check(check_length);
  added
      ->add_option(
          "--until", command.until,
          "When it ends by this machine's clock, as in 2026-11-30T06:00 or @1796018400, the "
          "seconds since 1970")
      ->type_name("TIME")
      ->check(check_moment);
  add_path(*added, "--dir", command.directory, "DIR",
           "The campaign's directory; it must be new, or be that of the campaign to --resume; of "
           "shards the one that all of them see")
      ->required();
  add_shard(
      *added, command.shard,
      "Be the part I of N, from 1/N to N/N, each on another machine: it reads what the others "
      "find, and the same command starts it again");
  add_jobs(*added, command.jobs);
  add_seed(*added, command.seed);
  add_policy(*added, command.policy);
  add_device(*added, command.device);
  add_memory(*added, command.memory);
  add_max_memory(*added);
  add_thorough(*added, command.thorough);
  add_path(*added, "--baseline", command.baseline, "FILE",
           "The file of the findings that are known, or none (default: the one for this LibTorch)");
  add_path(*added, "--seeds", command.seeds, "FILE",
           "A file of further cases to begin with, one on each line, or none to begin without any");
  added->add_flag("--resume", command.resume, "Go on with the campaign in the directory");
  added->add_flag("--merge", command.merge,
                  "Only reduce the corpus to the shortest cases that reach every feature");
  added->add_flag("--no-triage", command.no_triage, "Do not triage the findings at the end");
  added->add_flag("--no-feedback", command.no_feedback,
                  "Never add a case to the corpus, to see what the feedback is worth");
  return {added, [options, added] {
            options->has_seed = added->count("--seed") > 0;
            options->has_policy = added->count("--policy") > 0;
            options->has_memory = added->count("--memory") > 0;
            options->has_device = added->count("--device") > 0;
            options->has_jobs = added->count("--jobs") > 0;
            check_options(*options);
            return run_fuzz(*options);
          }};
}

}  // namespace shapefuzz
