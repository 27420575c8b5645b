// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "harness/cli/commands.h"
#include "harness/cli/names.h"
#include "harness/cli/options.h"
#include "harness/search/shrink/apart.h"

namespace shapefuzz {
namespace {

struct ShrinkCommand {
  std::string text;
  Policy policy = Policy::kExpand;
  Device device = Device::kCpu;
  ShrinkLimits limits;
};

int run(const ShrinkCommand& command) {
  const Case c = read_case(command.text);
  const Judging judging = {command.policy, MemoryMode::kFull, command.device};
  const ShrunkApart result = shrink_apart(c, judging, command.limits);
  const Shrunk& shrunk = result.shrunk;
  print_results(to_string(shrunk.smallest) + "\n");
  if (result.shown.verdict == Verdict::kPass) {
    print_message("shapefuzz: the case passes, so there is nothing to shrink\n");
    return kNothingNew;
  }
  if (result.shown.verdict == Verdict::kNotJudged) {
    print_message(fmt::format("shapefuzz: the case cannot be judged: {}\n", result.shown.detail));
    return kHarnessFailed;
  }
  if (shrunk.stopped_early) {
    print_message(fmt::format(
        "shapefuzz: stopped early, after {} tries; a smaller case may exist (--tries, --seconds)\n",
        shrunk.tries));
  } else if (shrunk.proven) {
    print_message(fmt::format("shapefuzz: proven: no smaller case shows the same ({} tries)\n",
                              shrunk.tries));
  }
  return kFindings;
}

}  // namespace

Command add_shrink(CLI::App& app) {
  auto options = std::make_shared<ShrinkCommand>();
  ShrinkCommand& command = *options;
  CLI::App* added = app.add_subcommand("shrink", "Find the smallest case with the same signature");
  added->add_option("CASE", command.text, "The case to shrink")->type_name("")->required();
  add_policy(*added, command.policy);
  add_device(*added, command.device);
  add_max_memory(*added);
  add_whole_number(*added, "--tries", command.limits.tries, 1, 1000000000,
                   "How many cases to judge at most")
      ->default_str(std::to_string(command.limits.tries));
  add_seconds(*added, "--seconds", command.limits.seconds, 0, 1e9, "How long to search at most");
  return {added, [options] { return run(*options); }};
}

}  // namespace shapefuzz
