#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "harness/cli/commands.h"
#include "harness/cli/report_page.h"
#include "harness/findings/diff/diff.h"
#include "harness/losses/loss/loss.h"
#include "harness/losses/registry/registry.h"

namespace shapefuzz {
namespace {

struct DiffCommand {
  std::string first;
  std::string second;
  std::string to;  ///< an HTML file; empty: none
  bool json = false;
};

int run(const DiffCommand& command) {
  const SweepDiff diff = diff_sweeps(command.first, command.second);
  if (!command.to.empty()) {
    write_report(command.to, read_records(command.second, all_specs()), &diff);
    print_message(
        fmt::format("shapefuzz: {} groups of changed cases: {}\n", diff.groups.size(), command.to));
  }
  print_results(command.json ? to_json_lines(diff) : to_text(diff));
  return diff.empty() ? kNothingNew : kFindings;
}

}  // namespace

Command add_diff(CLI::App& app) {
  auto options = std::make_shared<DiffCommand>();
  CLI::App* added = app.add_subcommand("diff", "Tell what changed between two sweeps");
  added->add_option("A", options->first, "Records of `sweep --all --out A.jsonl`")
      ->required()
      ->check(check_file);
  added->add_option("B", options->second, "Those of the other LibTorch")
      ->required()
      ->check(check_file);
  added->add_flag("--json", options->json, "One object a change");
  added->add_option("-o,--out", options->to, "An HTML report of B too, with the changes in it")
      ->check(check_file);
  return {added, [options] { return run(*options); }};
}

}  // namespace shapefuzz
