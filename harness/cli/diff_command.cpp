// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>

#include "harness/cli/commands.h"
#include "harness/cli/options.h"
#include "harness/cli/report_page.h"
#include "harness/findings/diff/diff.h"
#include "harness/findings/files/places.h"
#include "harness/language/text/errors.h"
#include "harness/language/text/parse_error.h"
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

// Both are read twice, which a pipe does not bear.
void require_file(const char* name, const std::string& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error) || std::filesystem::is_regular_file(path, error))
    return;
  throw InputError(fmt::format("{}: found '{}', which can be read only once, expected a file", name,
                               printable_path(path)));
}

int run(const DiffCommand& command) {
  require_file("A", command.first);
  require_file("B", command.second);
  Places places;
  places.reads("A", command.first);
  places.reads("B", command.second);
  places.writes("--out", command.to);
  places.check();
  const SweepDiff diff = diff_sweeps(command.first, command.second);
  if (!command.to.empty()) {
    write_report(command.to, read_records(command.second, all_specs()), &diff);
    print_message(fmt::format("shapefuzz: {} groups of changed cases: {}\n", diff.groups.size(),
                              printable_path(command.to)));
  }
  if (diff.torn > 0) {
    print_message(fmt::format(
        "shapefuzz: {} last line(s) without an end, as a power cut leaves them, were left out\n",
        diff.torn));
  }
  print_results(command.json ? to_json_lines(diff) : to_text(diff));
  return diff.empty() ? kNothingNew : kFindings;
}

}  // namespace

Command add_diff(CLI::App& app) {
  auto options = std::make_shared<DiffCommand>();
  CLI::App* added = app.add_subcommand("diff", "Compare the sweeps of two LibTorch versions");
  added
      ->add_option("A", options->first,
                   "The records of the first sweep, made with --all --out A.jsonl")
      ->type_name("")
      ->required()
      ->check(check_file);
  added->add_option("B", options->second, "The records of the second sweep")
      ->type_name("")
      ->required()
      ->check(check_file);
  added->add_flag("--json", options->json, "Print one JSON object for each change");
  add_path(*added, "-o,--out", options->to, "FILE",
           "Write an HTML report of B, with the changes, too");
  return {added, [options] { return run(*options); }};
}

}  // namespace shapefuzz
