#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "harness/cli/commands.h"
#include "harness/search/shrink/apart.h"

namespace shapefuzz {
namespace {

struct ShrinkCommand {
  std::string text;
  std::string policy = "expand";
  ShrinkLimits limits;
};

int run(const ShrinkCommand& command) {
  const Case c = read_case(command.text);
  const ShrunkApart result =
      shrink_apart(c, {read_policy(command.policy), MemoryMode::kFull}, command.limits);
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
  CLI::App* added = app.add_subcommand("shrink", "Print the smallest case with the same signature");
  added->add_option("CASE", command.text, "A case line")->required();
  added->add_option("--policy", command.policy, "What to forgive: strict, expand, broadcast")
      ->capture_default_str();
  add_max_memory(*added);
  added->add_option("--tries", command.limits.tries, "Judge at most that many cases")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000000000));
  added->add_option("--seconds", command.limits.seconds, "Stop after that many seconds")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 1e9));
  return {added, [options] { return run(*options); }};
}

}  // namespace shapefuzz
