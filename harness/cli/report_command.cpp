// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "harness/cli/commands.h"
#include "harness/cli/options.h"
#include "harness/cli/report_page.h"
#include "harness/findings/files/file.h"
#include "harness/findings/files/places.h"
#include "harness/language/text/errors.h"
#include "harness/language/text/parse_error.h"
#include "harness/losses/loss/loss.h"
#include "harness/losses/registry/registry.h"

namespace shapefuzz {
namespace {

struct ReportCommand {
  std::string from;
  std::string to;
};

int run(const ReportCommand& command) {
  Places places;
  places.reads("RECORDS", command.from);
  places.reads_all_in("RECORDS", command.from, ".jsonl");
  places.writes("--out", command.to);
  places.check();
  const RecordSummary summary = read_records(command.from, all_specs());
  if (summary.records == 0) {
    throw InputError(printable_path(command.from) +
                     ": found no record, expected some (`sweep --out`, `run --json`)");
  }
  if (summary.torn > 0) {
    print_message(fmt::format(
        "shapefuzz: {} last line(s) without an end, as a power cut leaves them, were left out\n",
        summary.torn));
  }
  write_report(command.to, summary);
  print_message(fmt::format("shapefuzz: {} records, {} distinct findings: {}\n", summary.records,
                            summary.findings.size(), printable_path(command.to)));
  return kNothingNew;
}

}  // namespace

Command add_report(CLI::App& app) {
  auto options = std::make_shared<ReportCommand>();
  ReportCommand& command = *options;
  CLI::App* added =
      app.add_subcommand("report", "Write a report of result records as one HTML file");
  added->add_option("RECORDS", command.from, "A file of result records, or a directory of them")
      ->type_name("")
      ->required()
      ->check(check_file);
  add_path(*added, "-o,--out", command.to, "FILE", "The HTML file")->required();
  return {added, [options] { return run(*options); }};
}

}  // namespace shapefuzz
