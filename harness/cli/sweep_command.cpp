// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/ranges.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>

#include "harness/cli/commands.h"
#include "harness/cli/names.h"
#include "harness/cli/options.h"
#include "harness/cli/sweep_held.h"
#include "harness/findings/baseline/baseline.h"
#include "harness/findings/files/file.h"
#include "harness/findings/files/places.h"
#include "harness/findings/records/version.h"
#include "harness/language/case/twin.h"
#include "harness/language/text/errors.h"
#include "harness/language/text/parse_error.h"
#include "harness/language/text/program_name.h"
#include "harness/losses/registry/registry.h"
#include "harness/oracle/libtorch/setup.h"
#include "harness/search/campaign/directory.h"
#include "harness/search/isolate/exhibits.h"
#include "harness/search/sweep/journal.h"
#include "harness/search/sweep/reach.h"
#include "harness/search/sweep/sweep.h"
#include "harness/tell/explain/explain.h"
#include "harness/tell/report/causes.h"
#include "harness/tell/report/ci.h"
#include "harness/tell/report/own.h"
#include "harness/tell/report/table.h"

namespace shapefuzz {
namespace {

struct SweepCommand {
  std::vector<std::string> targets;  ///< LOSS or LOSS@ENTRY; empty: all
  std::size_t max_rank = 3;
  std::int64_t max_size = 3;
  Policy policy = Policy::kExpand;
  Device device = Device::kCpu;
  MemoryMode memory = MemoryMode::kFull;
  std::string baseline;  ///< empty: the checkout's for this LibTorch; "none"
  std::size_t jobs = 1;
  bool has_jobs = false;  ///< whether the option was given
  std::uint64_t seed = 0;
  Shard shard;
  std::string out;
  bool all = false;
  bool signatures = false;
  bool thorough = false;
  bool resume = false;
  double timeout = 5;
  std::string write_baseline;
  std::string format = "table";
  std::string summary;
};

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// One line on a terminal, drawn over itself; nothing in a pipe.
class ProgressLine {
 public:
  void show(std::uint64_t done, std::uint64_t all) {
    if (!terminal_ || done == 0) return;
    const double seconds = seconds_since(start_);
    const double rate = static_cast<double>(done) / seconds;
    print_message(fmt::format("\r{:3.0f} %  {} of {} cases  {} a second  {:.0f} s left\033[K",
                              100.0 * static_cast<double>(done) / static_cast<double>(all),
                              with_commas(done), with_commas(all),
                              with_commas(static_cast<std::uint64_t>(rate)),
                              static_cast<double>(all - done) / rate));
  }
  ~ProgressLine() {
    if (terminal_) print_message("\r\033[K");
  }

 private:
  bool terminal_ = ::isatty(STDERR_FILENO) == 1;
  Clock::time_point start_ = Clock::now();
};

// Of somebody's own loss nobody else knows one.
void require_contract(const Loss& loss) {
  if (!loss.spec.own || !loss.spec.open) return;
  // Of Python, the file names the function.
  const std::string infer = typed("infer") + (loss.spec.in_python ? "" : " " + loss.spec.name);
  throw InputError(
      fmt::format("{} has no contract, and without one nothing is wrong: {} prints one that fits",
                  loss.spec.name, infer));
}

std::vector<Variation> select(const std::vector<std::string>& targets) {
  std::vector<Variation> variations;
  const auto add = [&](const Loss& loss, const std::vector<std::string>& entries) {
    for (Variation& v : variations_of(loss, entries)) variations.push_back(std::move(v));
  };
  for (const std::string& target : targets) {
    const std::size_t at = target.find('@');
    const std::string name = target.substr(0, at);
    const Loss* const loss = &loss_named(name);
    require_contract(*loss);
    const auto& entries = loss->spec.entries;
    if (at == std::string::npos) {
      add(*loss, entries);
      continue;
    }
    const std::string entry = target.substr(at + 1);
    if (std::find(entries.begin(), entries.end(), entry) == entries.end()) {
      throw InputError(fmt::format("LOSS@ENTRY: found '{}', expected an entry of {}: {}",
                                   printable(entry), name, fmt::join(entries, ", ")));
    }
    add(*loss, {entry});
  }
  if (targets.empty()) {
    for (const Loss& loss : all_losses()) {
      require_contract(loss);
      add(loss, loss.spec.entries);
    }
  }
  return variations;
}

// The largest tensors of a sweep are bounded before anything is allocated.
void check_bounds(const SweepCommand& command) {
  Shape largest;
  for (std::size_t i = 0; i < command.max_rank; ++i) largest.push_back(command.max_size);
  if (largest.elements() > kMaxElements) {
    throw InputError(fmt::format("--max-rank, --max-size: {} has more than {} elements",
                                 to_string(largest), kMaxElements));
  }
  double shapes = 1;
  for (std::size_t i = 0; i < command.max_rank; ++i) {
    shapes = 1 + shapes * static_cast<double>(command.max_size + 1);
  }
  constexpr double kMostShapes = 20000;  // their pairs alone take hours
  if (shapes > kMostShapes) {
    throw InputError(fmt::format("--max-rank, --max-size: {:.0f} shapes, expected at most {:.0f}",
                                 shapes, kMostShapes));
  }
}

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
                    libtorch_version(), baseline_directory()));
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

// A baseline may be rewritten: what `--write-baseline` names is read first, unless another one is
// named.
void check_files(const SweepCommand& command, const std::string& baseline) {
  Places places;
  const bool rewrites = command.baseline.empty() && baseline == command.write_baseline;
  if (!rewrites) places.reads("--baseline", baseline);
  places.writes("--write-baseline", command.write_baseline);
  places.writes("--out", command.out);
  if (!command.out.empty()) places.writes("--out", command.out + ".partial");
  places.writes("--summary", command.summary);
  places.check();
}

// Of own losses no empty dimension, unless somebody asks for them.
int least_size(const SweepCommand& command) {
  return has_own_losses() && !command.thorough ? 1 : 0;
}

std::string header(const SweepCommand& command, const Tally& tally, double seconds) {
  return fmt::format(
      "{} {}, LibTorch {}{}: {} cases{}, rank <= {}, sizes {}..{}, policy {}, {:.1f} s\n\n",
      has_own_losses() ? typed("sweep") + ", shapefuzz" : "shapefuzz", kVersion, libtorch_version(),
      command.device == Device::kCpu
          ? ""
          : fmt::format(" on {} against the CPU", to_string(command.device)),
      with_commas(tally.cases()),
      command.shard.is_all()
          ? ""
          : fmt::format(" of part {}/{}", command.shard.index, command.shard.count),
      command.max_rank, least_size(command), command.max_size, to_string(command.policy), seconds);
}

// A pipe or a device keeps nothing that one could go on from.
bool is_special(const std::string& path) {
  return std::filesystem::exists(path) && !std::filesystem::is_regular_file(path);
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
      "part {}/{}{}, {}:{}",
      kVersion, libtorch_version(), options.max_rank, options.max_size, to_string(command.policy),
      to_string(command.device), to_string(command.memory), options.seed, options.shard.index,
      options.shard.count, command.thorough ? ", thorough" : "", command.all ? "all" : "findings",
      losses);
}

// What `run` says of a case, in three lines.
std::function<Advice(const Case&)> advice_of(const SweepCommand& command) {
  Judging judging = {command.policy, command.memory, command.device};
  return [judging](const Case& c) {
    Advice advice;
    exhibit_all(
        {c}, {judging},
        [](const Exhibit& exhibit) {
          const Explanation explanation = explain(exhibit);
          const bool refused = exhibit.judgement.outcome == Outcome::kRejected;
          const std::string& outcome = explanation.outcome;
          return (refused ? outcome.substr(0, outcome.find('\n')) : "") + "\n" + explanation.why +
                 "\n" + explanation.instead;
        },
        [&](const std::string& text) {
          const std::size_t refusal = text.find('\n');
          const std::size_t why = text.find('\n', refusal + 1);
          advice = {text.substr(0, refusal), text.substr(refusal + 1, why - refusal - 1),
                    text.substr(why + 1)};
        });
    std::replace(advice.instead.begin(), advice.instead.end(), '\n', ' ');
    return advice;
  };
}

void print_table(const SweepCommand& command, const std::vector<Variation>& variations,
                 const SweepResult& result, const Held& held) {
  const Tally& tally = *result.tally;
  print_results((command.signatures ? count_table(tally) : loss_table(tally, has_own_losses())) +
                not_judged_list(held.judged) + kept_memory_list(tally));
  const auto told =
      unreached(variations, {command.max_rank, command.max_size, least_size(command)});
  if (!told.empty()) print_results(fmt::format("\n{}\n", fmt::join(told, "\n")));
  const std::string& path = result.baseline;
  const auto fresh = path.empty() ? std::vector<Signature>{} : held.news.fresh;
  print_results((command.signatures ? finding_list(tally.findings(), fresh)
                 : has_own_losses() ? own_list(tally.findings(), advice_of(command))
                                    : cause_list(known_causes(), tally.findings(), fresh)) +
                "\n");
  if (!command.write_baseline.empty()) {
    print_results(fmt::format("Wrote {} causes and {} findings without one to {}.\n",
                              held.known.causes.size(), held.known.findings.size(),
                              printable_path(command.write_baseline)));
  }
  print_results(news_text(held.news, *result.known, held.judged.findings(), path));
  if (!tally.findings().empty() && !has_own_losses()) {
    print_results(fmt::format("Replay a case with: {}{} {}\n", typed("run"),
                              device_option(command.device),
                              shell_quoted(to_string(tally.findings().begin()->second.smallest))));
  }
  if (!tally.findings().empty() && has_own_losses()) {
    print_results(fmt::format("Explain a case with: {} CASE\n", typed("run")));
  }
  print_results(
      fmt::format("unexplained: {}\n", count_unexplained(*result.known, held.judged.findings())));
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
  // One worker is the fastest on one device.
  options.jobs = command.device == Device::kCuda && !command.has_jobs ? 1 : command.jobs;
  options.seed = command.seed;
  options.shard = command.shard;
  options.seconds_per_case = command.timeout;
  const std::vector<Variation> variations = select(command.targets);
  const std::string path = chosen_baseline(command);
  check_files(command, path);
  Baseline baseline;
  if (!path.empty()) baseline = read_baseline(path, all_specs());
  options.policies = baseline.policies;

  std::unique_ptr<OutputFile> out;
  if (!command.out.empty()) out = std::make_unique<OutputFile>(command.out);
  std::unique_ptr<Journal> journal;
  if (out && !is_special(command.out)) {
    journal = std::make_unique<Journal>(
        command.out + ".partial", what_is_swept(command, options, variations), command.resume);
  }
  std::unique_ptr<OutputFile> new_baseline;
  if (!command.write_baseline.empty()) {
    new_baseline = std::make_unique<OutputFile>(command.write_baseline);
  }
  std::unique_ptr<OutputFile> summary;
  if (!command.summary.empty()) summary = std::make_unique<OutputFile>(command.summary);

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
  }

  SweepResult result;
  result.libtorch = libtorch_version();
  result.policy = to_string(command.policy);
  result.max_rank = command.max_rank;
  result.max_size = command.max_size;
  result.seconds = seconds_since(start);
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
    print_results(command.format == "junit" ? to_junit(result) : to_github(result));
    return status;
  }
  print_results(header(command, tally, result.seconds));
  print_table(command, variations, result, held);
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
  added->add_option("--max-rank", command.max_rank, "The largest number of dimensions")
      ->check(CLI::Range(std::size_t{0}, kMaxRank))
      ->type_name("N")
      ->capture_default_str();
  added->add_option("--max-size", command.max_size, "The largest size of a dimension")
      ->check(CLI::Range(std::int64_t{0}, kMaxElements))
      ->type_name("N")
      ->capture_default_str();
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
  add_shard(*added, command.shard);
  add_thorough(*added, command.thorough);
  add_path(*added, "--out", command.out, "FILE",
           "Write one result record for each finding, as JSON lines");
  added->add_flag("--resume", command.resume,
                  "Go on with a sweep that was interrupted; it left its records in FILE.partial");
  add_timeout(*added, command.timeout);
  added
      ->add_option("--format", command.format,
                   "What to print: a table, JUnit XML, or annotations for GitHub")
      ->type_name("table|junit|github")
      ->capture_default_str()
      ->check([](const std::string& format) {
        const bool known = format == "table" || format == "junit" || format == "github";
        return known
                   ? std::string()
                   : fmt::format("found '{}', expected table, junit or github", printable(format));
      });
  added->add_flag("--signatures", command.signatures,
                  "Print each signature and each entry, not only the causes");
  add_path(*added, "--summary", command.summary, "FILE", "Write a summary of the sweep, as JSON");
  added->add_flag("--all", command.all, "Write a record for each pass too; needs --out");
  return {added, [options, added] {
            options->has_jobs = added->count("--jobs") > 0;
            return run(*options);
          }};
}

}  // namespace shapefuzz
