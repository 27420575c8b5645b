// SPDX-License-Identifier: BSD-3-Clause
#include "harness/cli/fuzz_run.h"

#include <fmt/chrono.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <ctime>
#include <filesystem>
#include <optional>
#include <set>

#include "harness/cli/campaign_output.h"
#include "harness/cli/commands.h"
#include "harness/cli/names.h"
#include "harness/cli/options.h"
#include "harness/cli/times.h"
#include "harness/findings/corpus/place.h"
#include "harness/findings/files/file.h"
#include "harness/language/text/errors.h"
#include "harness/language/text/parse_error.h"
#include "harness/language/text/program_name.h"
#include "harness/losses/registry/registry.h"
#include "harness/oracle/judge/judge.h"
#include "harness/oracle/libtorch/setup.h"
#include "harness/oracle/memory/limit.h"
#include "harness/search/campaign/campaign.h"
#include "harness/search/campaign/shards.h"
#include "harness/search/isolate/replay.h"

namespace shapefuzz {
namespace {

using Clock = std::chrono::steady_clock;

std::vector<const Loss*> select(const std::vector<std::string>& names) {
  std::vector<const Loss*> named;
  for (const std::string& name : names) named.push_back(&loss_named(name));
  std::vector<const Loss*> losses;
  for (const Loss& loss : all_losses()) {
    const auto at = std::find(named.begin(), named.end(), &loss);
    if (names.empty() || at != named.end()) losses.push_back(&loss);
    if (at != named.end()) named.erase(std::remove(named.begin(), named.end(), &loss), named.end());
  }
  if (named.empty()) return losses;
  throw InputError(
      fmt::format("LOSS: found the operator '{}', expected a loss", named.front()->spec.name));
}

// Ends the campaign in good order; the second one ends it at once.
volatile std::sig_atomic_t stopped = 0;

extern "C" void stop_campaign(int signal) {
  stopped = signal;
  std::signal(signal, SIG_DFL);
}

void stop_on_signals() {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    // What is ignored stays ignored: a job in the background must not end with Ctrl-C.
    if (std::signal(signal, stop_campaign) == SIG_IGN) std::signal(signal, SIG_IGN);
  }
}

std::string to_text(const CampaignStatus& status) {
  const double rate =
      status.seconds > 0 ? static_cast<double>(status.executions) / status.seconds : 0;
  return fmt::format(
      "{} left  {:.0f} exec/s  {} features  {} findings: {} causes, {} unexplained{}",
      clock_text(status.seconds_left), rate, status.features,
      status.findings[0] + status.findings[1] + status.findings[2], status.causes,
      status.unexplained,
      (status.deaths == 0
           ? ""
           : fmt::format("  {} worker{} died", status.deaths, status.deaths == 1 ? "" : "s")) +
          (status.not_judged == 0 ? "" : fmt::format("  {} not judged", status.not_judged)));
}

class Fuzz {
 public:
  explicit Fuzz(const FuzzCommand& command)
      : command_(command),
        losses_(select(command.losses)),
        device_(device_of(command)),
        baseline_(read_campaign_baseline(command.baseline, device_)),
        jobs_(jobs_on(device_, command.jobs, command.has_jobs)),
        given_seeds_(read_seeds(command.seeds)),
        until_(command.until.empty() ? std::nullopt : parse_moment(command.until)),
        regressions_(read_regressions(command, device_)),
        directory_(open()) {}  // last: who cannot start leaves nothing

  int operator()() {
    stop_on_signals();
    check_files();
    if (command_.merge) return merge();
    // What was done before a resume counts; the triage at the end has a tenth of the whole.
    seconds_ = seconds_to_run();
    if (seconds_ <= 0) return nothing_to_do();
    const double length = directory_.state.seconds + seconds_;
    triage_seconds_ = has_triage() ? std::min({1800.0, length / 10, seconds_ / 2}) : 0;
    CampaignPlan plan;
    plan.losses = losses_;
    plan.jobs = jobs_;
    plan.feedback = !command_.no_feedback;
    plan.seeds = replay_regressions();
    plan.seeds.insert(plan.seeds.end(), given_seeds_.begin(), given_seeds_.end());
    OtherShards others(command_.directory, directory_.state.shard);
    if (command_.shard) plan.others = [&] { return others.read_new(); };
    plan.seconds = std::max(0.0, seconds_ - triage_seconds_ - seconds_since_start());
    StatusLine line;
    plan.on_status = [&](const CampaignStatus& status) {
      CampaignStatus shown = status;
      shown.seconds_left += triage_seconds_;
      line.show(to_text(shown), status.seconds);
      return stopped != 0;
    };
    const CampaignStatus status = run_campaign(directory_, plan);
    line.finish();
    print_results(fmt::format("{} cases in {}, {} features\n", status.all_executions,
                              clock_text(directory_.state.seconds), status.features));
    if (status.not_judged > 0) {
      const std::string why = device_ == Device::kCpu
                                  ? MemoryLimit::instance().reason()
                                  : "what the CPU leaves to chance or does not accept, and what "
                                    "the device does not have, cannot be compared";
      print_results(fmt::format("{} cases not judged: {}\n", status.not_judged, why));
    }
    return end();
  }

 private:
  // A campaign goes on where it was begun.
  static Device device_of(const FuzzCommand& command) {
    const bool exists = command.resume || command.merge;
    return exists ? CampaignDirectory::open(command.directory).state.device : command.device;
  }

  // The shards' findings are told apart together, once they are merged.
  bool has_triage() const { return !command_.no_triage && !command_.shard; }

  double seconds_to_run() const {
    if (until_) return static_cast<double>(*until_ - std::time(nullptr));
    const double length = *parse_length(command_.length);
    if (directory_.state.seconds >= length && !command_.shard) {
      throw InputError(fmt::format("--for: {} has run for {} already, expected a longer time",
                                   printable_path(command_.directory),
                                   clock_text(directory_.state.seconds)));
    }
    return length - directory_.state.seconds;
  }

  // A shard that was started again may come when all is done.
  int nothing_to_do() const {
    print_message(fmt::format("shapefuzz: the time of {} is over; nothing to do\n",
                              printable_path(directory_.path())));
    return kNothingNew;
  }

  CampaignDirectory open() const {
    const bool exists = command_.resume || command_.merge;
    if (exists) {
      CampaignDirectory directory =
          CampaignDirectory::resume(command_.directory, libtorch_version());
      require_same("--policy", command_.has_policy, to_string(command_.policy),
                   to_string(directory.state.policy));
      require_same("--memory", command_.has_memory, to_string(command_.memory),
                   to_string(directory.state.memory));
      require_same("--device", command_.has_device, to_string(command_.device),
                   to_string(directory.state.device));
      require_same("--seed", command_.has_seed, std::to_string(command_.seed),
                   std::to_string(directory.state.seed));
      return directory;
    }
    CampaignState state;
    state.libtorch = libtorch_version();
    state.policy = command_.policy;
    state.memory = command_.memory;
    state.device = command_.device;
    state.seed = command_.seed;
    state.thorough = command_.thorough;
    if (command_.shard) {
      state.shard = *command_.shard;
      state.losses = names_of(losses_);
      return start_shard(command_.directory, state);
    }
    return CampaignDirectory::start(command_.directory, state);
  }

  static std::string names_of(const std::vector<const Loss*>& losses) {
    std::string names;
    for (const Loss* loss : losses) names += (names.empty() ? "" : ",") + loss->spec.name;
    return losses.size() == all_losses().size() ? "all" : names;
  }

  // A campaign goes on as it was begun.
  static void require_same(const char* option, bool given, std::string_view found,
                           std::string_view expected) {
    if (!given || found == expected) return;
    throw InputError(fmt::format("{}: found '{}', expected '{}', with which the campaign was begun",
                                 option, found, expected));
  }

  double seconds_since_start() const {
    return std::chrono::duration<double>(Clock::now() - start_).count();
  }

  // All of it is read before anything runs.
  void check_files() const {
    std::size_t torn = 0;
    const std::size_t cases = directory_.read_corpus(&torn).size();
    const std::size_t findings = directory_.read_findings(&torn).size();
    if (command_.resume || directory_.state.executions > 0) {
      print_message(fmt::format("shapefuzz: goes on with {} cases and {} findings{}\n", cases,
                                findings,
                                torn == 0 ? "" : fmt::format(", without {} torn lines", torn)));
    }
  }

  int merge() {
    const auto [before, after] = merge_corpus(directory_);
    print_results(fmt::format("{} of {} cases have all features\n", after, before));
    return kNothingNew;
  }

  static std::string regression_directory() { return corpus_directory() + "/regression"; }

  // What the corpus expects is about the CPU. None where there is no corpus.
  static std::optional<std::vector<CorpusCase>> read_regressions(const FuzzCommand& command,
                                                                 Device device) {
    if (command.merge || has_own_losses() || device != Device::kCpu) return std::nullopt;
    if (!std::filesystem::is_directory(regression_directory())) return std::nullopt;
    return read_corpus(regression_directory(), all_specs(), libtorch_version());
  }

  // The cases to begin with; what they do now is told if it is not what they expect.
  std::vector<Case> replay_regressions() const {
    if (has_own_losses() || device_ != Device::kCpu) return {};
    if (!regressions_) {
      print_message(fmt::format("shapefuzz: no regression corpus in {}\n",
                                printable_path(regression_directory())));
    }
    const std::vector<CorpusCase> cases = regressions_ ? *regressions_ : std::vector<CorpusCase>();
    const auto differences = replay_corpus(cases, jobs_);
    std::vector<Case> seeds;
    std::size_t changed = 0;
    for (std::size_t i = 0; i < cases.size(); ++i) {
      const bool differs = !differences[i]->empty();
      changed += differs ? 1 : 0;
      if (differs)
        print_message(fmt::format("{}: {}\n", printable_path(cases[i].path), *differences[i]));
      const auto& outcomes = cases[i].expectation.outcomes;
      const bool lives = std::find(outcomes.begin(), outcomes.end(), "crashed") == outcomes.end();
      if (lives) seeds.push_back(cases[i].c);
    }
    print_message(
        fmt::format("shapefuzz: {} regressions replayed, {} differ\n", cases.size(), changed));
    return command_.seeds == "none" ? std::vector<Case>() : seeds;
  }

  static std::vector<Case> read_seeds(const std::string& path) {
    std::vector<Case> seeds;
    if (path.empty() || path == "none") return seeds;
    for (const Line& line : read_lines(path, Input::kAnything)) {
      try {
        seeds.push_back(parse_case(line.text, all_specs()));
      } catch (const ParseError& error) {
        throw error_in_file(path, line, error);
      }
    }
    return seeds;
  }

  // Signatures that neither a cause explains nor the baseline has.
  std::size_t count_unexplained() const {
    std::set<std::string> known;
    for (const auto& entry : baseline_.findings) known.insert(to_string(entry.first));
    std::set<std::string> unexplained;
    for (const StoredFinding& finding : directory_.read_findings(nullptr)) {
      const Record& record = finding.record;
      const bool is_known = !record.cause.empty() || known.count(record.signature) != 0;
      if (!is_known && is_finding(*find_verdict(record.verdict))) {
        unexplained.insert(record.signature);
      }
    }
    return unexplained.size();
  }

  int end() {
    if (!has_triage() || stopped != 0) {
      print_results(fmt::format("unexplained: {}\n", count_unexplained()));
      const std::string next = command_.shard ? "fuzz --merge --dir" : "triage";
      print_message(
          fmt::format("shapefuzz: next: {} {}\n", typed(next), shell_quoted(command_.directory)));
      return kNothingNew;
    }
    TriagePlan plan;
    plan.jobs = jobs_;
    plan.explained_too = command_.baseline == "none";
    plan.seconds = std::max(0.0, seconds_ - seconds_since_start());
    StatusLine line;
    plan.on_progress = [&](std::size_t done, std::size_t all) {
      line.show(fmt::format("triage: {} of {}, each finding twice", done, all),
                seconds_since_start());
      return stopped != 0;
    };
    const TriageResult result = triage(directory_, baseline_, plan);
    line.finish();
    return print_triage(result, directory_);
  }

  const FuzzCommand& command_;
  const Clock::time_point start_ = Clock::now();
  std::vector<const Loss*> losses_;
  Device device_;
  Baseline baseline_;
  std::size_t jobs_;
  std::vector<Case> given_seeds_;
  std::optional<std::time_t> until_;
  std::optional<std::vector<CorpusCase>> regressions_;
  CampaignDirectory directory_;
  double seconds_ = 0;
  double triage_seconds_ = 0;
};

int merge_all_shards(const std::string& directory) {
  const auto [before, after] = merge_shards(directory);
  const std::string merged = shell_quoted(merged_path(directory));
  print_results(fmt::format("{} of {} cases have all features\n", after, before));
  print_message(fmt::format("shapefuzz: next: {} {} && {} {} -o report.html\n", typed("triage"),
                            merged, typed("report"), merged));
  return kNothingNew;
}

}  // namespace

int run_fuzz(const FuzzCommand& command) {
  if (command.merge && !shard_paths(command.directory).empty()) {
    return merge_all_shards(command.directory);
  }
  return Fuzz(command)();
}

}  // namespace shapefuzz
