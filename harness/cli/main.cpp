// The `shapefuzz` command: options in, exit status out. Results go to standard output, everything
// else to standard error.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <exception>

#include "harness/cli/commands.h"
#include "harness/losses/loss.h"
#include "harness/oracle/judge.h"
#include "harness/sweep/pool.h"
#include "harness/sweep/version.h"
#include "harness/text/file.h"

namespace shapefuzz {

Case read_case(const std::string& text) {
  try {
    return parse_case(text, all_specs());
  } catch (const ParseError& error) {
    throw InputError("CASE: " + explain(error, text));
  }
}

Policy read_policy(const std::string& text) {
  const auto policy = parse_policy(text);
  if (!policy) {
    throw InputError(fmt::format("--policy: found '{}', expected strict, expand or broadcast",
                                 printable(text)));
  }
  return *policy;
}

namespace {

CLI::App* add_losses(CLI::App& app, LossesCommand& command) {
  CLI::App* losses = app.add_subcommand("losses", "List every loss, its entries and its contract");
  losses->add_flag("--json", command.json, "One JSON object a line");
  return losses;
}

CLI::App* add_run(CLI::App& app, RunCommand& command) {
  CLI::App* run = app.add_subcommand("run", "Judge cases and say why");
  run->add_option("CASE", command.cases,
                  "A case line, like 'mse_loss(input=f64[64,1], target=f64[64])'");
  run->add_option("--file", command.file, "A file with a case a line; # starts a comment");
  run->add_option("--policy", command.policy, "What to forgive: strict, expand, broadcast")
      ->capture_default_str();
  run->add_flag("--json", command.json, "One result record a case");
  return run;
}

CLI::App* add_sweep(CLI::App& app, SweepCommand& command) {
  CLI::App* sweep = app.add_subcommand("sweep", "Judge every case within bounds");
  sweep->add_option("LOSS", command.targets, "LOSS or LOSS@ENTRY; all if none is named");
  sweep->add_option("--max-rank", command.max_rank, "Dimensions at most")
      ->check(CLI::Range(std::size_t{0}, kMaxRank))
      ->capture_default_str();
  sweep->add_option("--max-size", command.max_size, "Size of a dimension at most")
      ->check(CLI::Range(std::int64_t{0}, kMaxElements))
      ->capture_default_str();
  sweep->add_option("--policy", command.policy, "What to forgive: strict, expand, broadcast")
      ->capture_default_str();
  sweep->add_option("--baseline", command.baseline,
                    "The findings that are known: a file, or none (default: the checkout's file "
                    "for this LibTorch)");
  sweep->add_option("--write-baseline", command.write_baseline, "Write what was found as a baseline");
  sweep->add_option("--jobs", command.jobs, "Worker processes (default: one a processor)")
      ->check(CLI::Range(1, 256));
  sweep->add_option("--seed", command.seed, "Of the values")->capture_default_str();
  sweep->add_option("--out", command.out, "Write a result record a finding, as JSON lines");
  sweep->add_flag("--all", command.all, "With --out: the passes too");
  return sweep;
}

int main_with(int argc, char** argv) {
  CLI::App app{"Is the shape handling of this loss function right?", "shapefuzz"};
  app.require_subcommand(1);
  app.set_version_flag("--version", [] {
    return fmt::format("shapefuzz {}, LibTorch {}", kVersion, libtorch_version());
  });
  LossesCommand losses;
  RunCommand run_cases;
  SweepCommand sweep;
  const CLI::App* losses_app = add_losses(app, losses);
  const CLI::App* run_app = add_run(app, run_cases);
  add_sweep(app, sweep);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kNothingNew : kWrongInput;
  }
  if (losses_app->parsed()) return run(losses);
  if (run_app->parsed()) return run(run_cases);
  return run(sweep);
}

}  // namespace
}  // namespace shapefuzz

int main(int argc, char** argv) {
  try {
    return shapefuzz::main_with(argc, argv);
  } catch (const shapefuzz::InputError& error) {
    fmt::print(stderr, "shapefuzz: {}\n", error.what());
    return shapefuzz::kWrongInput;
  } catch (const std::exception& error) {
    fmt::print(stderr, "shapefuzz: the harness failed: {}\n", error.what());
    return shapefuzz::kHarnessFailed;
  }
}
