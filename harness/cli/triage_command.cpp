// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "harness/cli/campaign_output.h"
#include "harness/cli/commands.h"
#include "harness/cli/options.h"
#include "harness/findings/corpus/place.h"
#include "harness/findings/files/file.h"
#include "harness/language/text/parse_error.h"

namespace shapefuzz {
namespace {

struct TriageCommand {
  std::string directory;
  std::string baseline;
  std::size_t jobs = 1;
  TriagePlan plan;
  bool promote = false;
  std::string regression = corpus_directory() + "/regression";
};

int run(const TriageCommand& command) {
  const CampaignDirectory directory = CampaignDirectory::open(command.directory);
  if (command.promote) prepare_promotion(command.regression);
  TriagePlan plan = command.plan;
  plan.jobs = command.jobs;
  plan.explained_too = command.baseline == "none";
  StatusLine line;
  plan.on_progress = [&](std::size_t done, std::size_t all) {
    line.show(fmt::format("{} of {}, each finding twice", done, all), 0);
    return false;
  };
  const TriageResult result =
      triage(directory, read_campaign_baseline(command.baseline, directory.state.device), plan);
  line.finish();
  const int status = print_triage(result, directory);
  if (command.promote) {
    const auto promoted = promote(result.files, command.regression);
    print_message(fmt::format("shapefuzz: {} files are new in {}\n", promoted.size(),
                              printable_path(command.regression)));
  }
  return status;
}

}  // namespace

Command add_triage(CLI::App& app) {
  auto options = std::make_shared<TriageCommand>();
  TriageCommand& command = *options;
  CLI::App* added =
      app.add_subcommand("triage", "Judge, shrink and group the findings of a campaign");
  added->add_option("DIR", command.directory, "The campaign's directory")
      ->type_name("")
      ->required()
      ->check(check_file);
  add_path(*added, "--baseline", command.baseline, "FILE",
           "The file of the findings that are known, or none (default: the one for this LibTorch)");
  add_jobs(*added, command.jobs);
  add_max_memory(*added);
  add_whole_number(*added, "--tries", command.plan.tries_per_finding, 1, 1000000000,
                   "How many cases to judge, at most, to shrink one finding")
      ->default_str(std::to_string(command.plan.tries_per_finding));
  add_seconds(*added, "--seconds", command.plan.seconds_per_finding, 0, 1e9,
              "How long, at most, to shrink one finding");
  added->add_flag("--promote", command.promote, "Copy the new findings into the regression corpus");
  add_path(*added, "--to", command.regression, "DIR", "The directory of the regression corpus")
      ->default_str(printable_path(command.regression));
  return {added, [options] { return run(*options); }};
}

}  // namespace shapefuzz
