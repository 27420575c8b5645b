#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <thread>

#include "harness/cli/campaign_output.h"
#include "harness/cli/commands.h"
#include "harness/findings/files/file.h"
#include "harness/findings/records/version.h"

namespace shapefuzz {
namespace {

struct TriageCommand {
  std::string directory;
  std::string baseline;
  std::size_t jobs = 0;
  TriagePlan plan;
  bool promote = false;
  std::string regression = std::string(kCorpusDirectory) + "/regression";
};

int run(const TriageCommand& command) {
  const CampaignDirectory directory = CampaignDirectory::open(command.directory);
  TriagePlan plan = command.plan;
  plan.jobs = command.jobs != 0 ? command.jobs : std::max(1U, std::thread::hardware_concurrency());
  StatusLine line;
  plan.on_progress = [&](std::size_t done, std::size_t all) {
    line.show(fmt::format("{} of {}, each finding twice", done, all), 0);
    return false;
  };
  const TriageResult result = triage(directory, read_campaign_baseline(command.baseline), plan);
  line.finish();
  const int status = print_triage(result, command.directory);
  if (command.promote) {
    const auto promoted = promote(result.files, command.regression);
    print_message(
        fmt::format("shapefuzz: {} files are new in {}\n", promoted.size(), command.regression));
  }
  return status;
}

}  // namespace

Command add_triage(CLI::App& app) {
  auto options = std::make_shared<TriageCommand>();
  TriageCommand& command = *options;
  CLI::App* added =
      app.add_subcommand("triage", "Judge, shrink and tell apart what a campaign left");
  added->add_option("DIR", command.directory, "The campaign's directory")
      ->required()
      ->check(check_file);
  added->add_option("--baseline", command.baseline, "What is known: a file, or none");
  added->add_option("--jobs", command.jobs, "Worker processes; 0: one a processor")
      ->check(CLI::Range(0, 63));
  add_max_memory(*added);
  added->add_option("--tries", command.plan.tries_per_finding, "Judge at most that many a finding")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000000000));
  added->add_option("--seconds", command.plan.seconds_per_finding, "Shrink no longer than that")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 1e9));
  added->add_flag("--promote", command.promote, "Copy the findings into the regression corpus");
  added->add_option("--to", command.regression, "Another regression corpus")
      ->capture_default_str()
      ->check(check_file);
  return {added, [options] { return run(*options); }};
}

}  // namespace shapefuzz
