// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>

#include "harness/cli/commands.h"
#include "harness/cli/options.h"
#include "harness/cli/sweep_command.h"
#include "harness/cli/sweep_held.h"
#include "harness/cli/sweep_output.h"
#include "harness/cli/sweep_selection.h"
#include "harness/findings/baseline/baseline.h"
#include "harness/findings/files/file.h"
#include "harness/findings/files/lock.h"
#include "harness/findings/files/places.h"
#include "harness/findings/records/version.h"
#include "harness/language/case/twin.h"
#include "harness/language/text/errors.h"
#include "harness/language/text/parse_error.h"
#include "harness/language/text/program_name.h"
#include "harness/losses/registry/registry.h"
#include "harness/oracle/libtorch/setup.h"
#include "harness/search/sweep/journal.h"
#include "harness/search/sweep/sweep.h"
#include "harness/tell/report/ci.h"
#include "harness/tell/report/sarif.h"

namespace shapefuzz {
namespace {

// The file to compare with; empty for none.
std::string chosen_baseline(const SweepCommand& command) {
  if (command.baseline == "none") return "";
  if (!command.baseline.empty()) return command.baseline;
  // What the sweep's bounds leave out, and still reproduces, must outlive a rewrite.
  if (std::filesystem::is_regular_file(command.write_baseline)) return command.write_baseline;
  if (!command.write_baseline.empty() || has_own_losses()) return "";
  if (command.policy != Policy::kExpand || command.memory != MemoryMode::kFull) {
    print_message(
        "shapefuzz: baselines are for --policy expand and --memory full; comparing with none\n");
    return "";
  }
  const auto found = find_baseline(libtorch_version(), command.device);
  if (!found) {
    print_message(
        fmt::format("shapefuzz: no baseline for LibTorch {} in {}; every finding is new\n",
                    libtorch_version(), printable_path(baseline_directory())));
    return "";
  }
  if (!found->exact) {
    print_message(
        fmt::format("shapefuzz: no baseline for LibTorch {}; comparing with {}, the nearest older "
                    "one\n",
                    libtorch_version(), found->version));
  }
  return found->path;
}

// Where a service shows what was found: the losses themselves, if they are a file of Python, else
// the baseline, in which somebody would write it down.
std::string file_of_results(const std::string& baseline) {
  return source_file().empty() ? baseline : source_file();
}

// Whether there is or will be a file of that name. A pipe or a device keeps nothing that one could
// go on from.
bool keeps(const std::string& path) {
  std::error_code error;
  const auto type = std::filesystem::status(path, error).type();
  return !path.empty() && (type == std::filesystem::file_type::regular ||
                           type == std::filesystem::file_type::not_found);
}

// A baseline may be rewritten: what `--write-baseline` names is read first, unless another one is
// named.
void check_files(const SweepCommand& command, const std::string& baseline) {
  Places places;
  const bool rewrites = command.baseline.empty() && baseline == command.write_baseline;
  if (!rewrites) places.reads("--baseline", baseline);
  places.writes("--write-baseline", command.write_baseline);
  if (keeps(command.write_baseline)) {
    places.writes("--write-baseline", WriterLock::path_for(command.write_baseline));
  }
  places.writes("--out", command.out);
  if (!command.out.empty()) places.writes("--out", command.out + ".partial");
  places.writes("--summary", command.summary);
  places.check();
}

// All that decides which cases there are, and what is kept of them.
std::string what_is_swept(const SweepCommand& command, const SweepOptions& options,
                          const std::vector<Variation>& variations) {
  std::string losses;
  for (const Variation& v : variations) {
    losses += fmt::format(" {}@{}", v.loss->spec.name, fmt::join(v.entries, "+"));
  }
  return fmt::format(
      "shapefuzz {}, LibTorch {}, rank {}, size {}, policy {}, device {}, memory {}, seed {}, "
      "cases {}, part {}/{}{}{}, {}:{}",
      kVersion, libtorch_version(), options.max_rank, options.max_size, to_string(command.policy),
      to_string(command.device), to_string(command.memory), options.seed, options.cases_per_loss,
      options.shard.index, options.shard.count, command.thorough ? ", thorough" : "",
      command.full ? ", full" : "", command.all ? "all" : "findings", losses);
}

int run(const SweepCommand& command) {
  check_bounds(command);
  if (command.all && command.out.empty()) {
    throw InputError("--all: the passes are records, so it expects --out FILE too");
  }
  if (command.resume && command.out.empty()) {
    throw InputError("--resume: what is resumed is FILE.partial, so it expects --out FILE too");
  }
  SweepOptions options;
  options.max_rank = command.max_rank;
  options.max_size = command.max_size;
  options.judging = {command.policy, command.memory, command.device};
  options.judging.thorough = command.thorough;
  options.jobs = jobs_on(command.device, command.jobs, command.has_jobs);
  options.seed = command.seed;
  options.cases_per_loss = command.cases;
  options.full = command.full;
  options.shard = command.shard.value_or(Shard());
  options.seconds_per_case = command.timeout;
  const std::vector<Variation> variations = select_variations(command.targets, command.device);
  // From before the old baseline is read until the new one has its place: what another sweep wrote
  // in between would be lost.
  std::unique_ptr<WriterLock> writer;
  if (keeps(command.write_baseline)) writer = std::make_unique<WriterLock>(command.write_baseline);
  const std::string path = chosen_baseline(command);
  check_files(command, path);
  Baseline baseline;
  const Input input = command.baseline.empty() ? Input::kFile : Input::kAnything;
  if (!path.empty()) baseline = read_baseline(path, all_specs(), input);
  options.policies = baseline.policies;

  std::unique_ptr<OutputFile> out;
  if (!command.out.empty()) out = std::make_unique<OutputFile>(command.out);
  std::unique_ptr<Journal> journal;
  if (keeps(command.out)) {
    journal = std::make_unique<Journal>(
        command.out + ".partial", what_is_swept(command, options, variations), command.resume,
        command.resume ? part_check(variations, options, command.all) : nullptr);
  }
  std::unique_ptr<OutputFile> new_baseline;
  if (!command.write_baseline.empty()) {
    new_baseline = std::make_unique<OutputFile>(command.write_baseline);
  }
  std::unique_ptr<OutputFile> summary;
  if (!command.summary.empty()) summary = std::make_unique<OutputFile>(command.summary);

  using Clock = std::chrono::steady_clock;
  const Clock::time_point start = Clock::now();
  Tally tally;
  {
    ProgressLine progress;
    SweepSinks sinks;
    sinks.passes = command.all;
    sinks.journal = journal.get();
    if (out) sinks.records = [&](const std::string& lines) { out->write(lines); };
    sinks.progress = [&](std::uint64_t done, std::uint64_t all) { progress.show(done, all); };
    tally = sweep(variations, options, sinks);
  }
  const Held held = hold_against_known(options, variations, baseline, tally);
  const BaselineNews& news = held.news;
  if (out) out->commit();
  if (journal) journal->remove();
  if (new_baseline) {
    new_baseline->write(to_text(held.known, libtorch_version()));
    new_baseline->commit();
    writer.reset();
  }

  SweepResult result;
  result.libtorch = libtorch_version();
  result.policy = to_string(command.policy);
  result.max_rank = command.max_rank;
  result.max_size = command.max_size;
  result.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  result.baseline = path;
  result.tally = &tally;
  result.findings = &held.judged.findings();
  result.known = &baseline;
  result.news = &news;
  if (summary) {
    summary->write(to_summary(result));
    summary->commit();
  }
  // What was found counts more than what could not be judged. Compared with nothing, all is news.
  const bool has_news = !news.empty() || (path.empty() && !tally.findings().empty());
  const int status = !new_baseline && has_news   ? kFindings
                     : tally.leaves_a_loss_out() ? kHarnessFailed
                                                 : kNothingNew;
  if (command.format != "table") {
    print_results(command.format == "junit" ? to_junit(result)
                  : command.format == "sarif"
                      ? to_sarif(result, file_of_results(path), has_own_losses())
                      : to_github(result));
    return status;
  }
  print_sweep(command, variations, result, held);
  return status;
}

}  // namespace

Command add_sweep(CLI::App& app) {
  auto options = std::make_shared<SweepCommand>();
  SweepCommand& command = *options;
  CLI::App* added = app.add_subcommand("sweep", "Judge every case within bounds of rank and size");
  added
      ->add_option("LOSS", command.targets,
                   "The losses to sweep, each by all entries or by one, as in mse_loss@aten "
                   "(default: every loss)")
      ->type_name("");
  add_whole_number(*added, "--max-rank", command.max_rank, 0, kMaxRank,
                   "The largest number of dimensions")
      ->default_str(std::to_string(command.max_rank));
  add_whole_number(*added, "--max-size", command.max_size, 0, kMaxElements,
                   "The largest size of a dimension")
      ->default_str(std::to_string(command.max_size));
  add_policy(*added, command.policy);
  add_device(*added, command.device);
  add_memory(*added, command.memory);
  add_path(*added, "--baseline", command.baseline, "FILE",
           "The file of the findings that are known, or none (default: the one for this "
           "LibTorch)");
  add_path(*added, "--write-baseline", command.write_baseline, "FILE",
           "Write the findings as a baseline; what an old one knows beyond these bounds is kept");
  add_max_memory(*added);
  add_jobs(*added, command.jobs);
  add_seed(*added, command.seed);
  add_whole_number(*added, "--cases", command.cases, 0, std::uint64_t{1} << 40U,
                   "About how many cases of each loss, drawn by the seed; 0 is all (default: all, "
                   "but 200 with --device compile, where each takes seconds)");
  add_shard(*added, command.shard,
            "Only the part I of N, from 1/N to N/N: each on another machine");
  add_thorough(*added, command.thorough);
  added->add_flag("--full", command.full,
                  "Judge each case itself, also one that differs from another only by the names of "
                  "its sizes, or that is refused unreduced too");
  add_path(*added, "--out", command.out, "FILE",
           "Write one result record for each finding, as JSON lines");
  added->add_flag("--resume", command.resume,
                  "Go on with a sweep that was interrupted; it left its records in FILE.partial");
  add_timeout(*added, command.timeout);
  added
      ->add_option("--format", command.format,
                   "What to print: a table, JUnit XML, annotations for GitHub, or SARIF for code "
                   "scanning")
      ->type_name("table|junit|github|sarif")
      ->capture_default_str()
      ->check([](const std::string& format) {
        const bool known =
            format == "table" || format == "junit" || format == "github" || format == "sarif";
        return known ? std::string()
                     : fmt::format("found '{}', expected table, junit, github or sarif",
                                   printable(format));
      });
  added->add_flag("--signatures", command.signatures,
                  "Print each signature and each entry, not only the causes");
  add_path(*added, "--summary", command.summary, "FILE", "Write a summary of the sweep, as JSON");
  added->add_flag("--all", command.all, "Write a record for each pass too; needs --out");
  return {added, [options, added] {
            options->has_jobs = added->count("--jobs") > 0;
            constexpr std::uint64_t kFewCases = 200;
            const bool has_cases = added->count("--cases") > 0;
            if (options->device == Device::kCompile && !has_cases) options->cases = kFewCases;
            return run(*options);
          }};
}

}  // namespace shapefuzz
