#include <fmt/ranges.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <thread>

#include "harness/cli/commands.h"
#include "harness/oracle/judge.h"
#include "harness/report/table.h"
#include "harness/sweep/baseline.h"
#include "harness/sweep/pool.h"
#include "harness/sweep/sweep.h"
#include "harness/sweep/version.h"
#include "harness/text/file.h"

namespace shapefuzz {
namespace {

struct SweepCommand {
  std::vector<std::string> targets;  ///< LOSS or LOSS@ENTRY; empty: all
  std::size_t max_rank = 3;
  std::int64_t max_size = 3;
  std::string policy = "expand";
  std::string baseline;  ///< empty: the checkout's for this LibTorch; "none"
  std::size_t jobs = 0;  ///< 0: one a processor
  std::uint64_t seed = 0;
  std::string out;
  bool all = false;
  std::string write_baseline;
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

std::vector<Variation> select(const std::vector<std::string>& targets) {
  std::vector<Variation> variations;
  const auto add = [&](const Loss& loss, const std::vector<std::string>& entries) {
    for (Variation& v : variations_of(loss, entries)) variations.push_back(std::move(v));
  };
  for (const std::string& target : targets) {
    const std::size_t at = target.find('@');
    const std::string name = target.substr(0, at);
    const Loss* loss = find_loss(name);
    if (loss == nullptr) {
      std::vector<std::string> names;
      for (const Loss& known : all_losses()) names.push_back(known.spec.name);
      const std::string near = did_you_mean(name, names);
      throw InputError(fmt::format("LOSS: found '{}', expected {}", printable(name),
                                   near.empty() ? fmt::format("a loss: {}", fmt::join(names, ", "))
                                                : "the name of a loss" + near));
    }
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
    for (const Loss& loss : all_losses()) add(loss, loss.spec.entries);
  }
  return variations;
}

// The largest tensors of a sweep are bounded before anything is allocated.
void check_bounds(const SweepCommand& command) {
  Shape largest;
  for (std::size_t i = 0; i < command.max_rank; ++i) largest.push_back(command.max_size);
  if (!largest.within_cap()) {
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

bool sweeps(const std::vector<Variation>& variations, const Case& c) {
  return std::any_of(variations.begin(), variations.end(), [&](const Variation& v) {
    return v.loss->spec.name == c.loss &&
           std::find(v.entries.begin(), v.entries.end(), c.entry) != v.entries.end();
  });
}

// Judges what the baseline knows of the swept losses and the sweep has not found, as it may be out
// of the sweep's bounds: an entry has to reproduce whatever they are.
Tally replay(const Baseline& baseline, const Findings& found,
             const std::vector<Variation>& variations, const SweepOptions& options) {
  std::vector<Case> cases;
  for (const auto& [signature, known] : baseline) {
    if (found.count(signature) == 0 && sweeps(variations, known.smallest)) {
      cases.push_back(known.smallest);
    }
  }
  Tally tally;
  Pool pool;
  pool.units = cases.size();
  pool.jobs = options.jobs;
  pool.work = [&](std::size_t unit, const auto& skipped, Position&) {
    Tally one;
    const Case& c = cases[unit];
    if (skipped.empty()) one.add(c, Judge(options.policy).judge(*find_loss(c.loss), c));
    return one.to_text();
  };
  pool.on_result = [&](std::size_t, const std::string& text) {
    tally.add(Tally::parse(text, all_specs()));
  };
  pool.on_death = [&](const Death& death) {
    const Case& c = cases[death.unit];
    tally.add(c, judgement_of_death(c, find_loss(c.loss)->spec, death.signal));
  };
  pool.run();
  return tally;
}

// The file to compare with; empty for none.
std::string chosen_baseline(const SweepCommand& command) {
  if (command.baseline == "none") return "";
  if (!command.baseline.empty()) return command.baseline;
  // What the sweep's bounds leave out, and still reproduces, must outlive a rewrite.
  if (std::filesystem::is_regular_file(command.write_baseline)) return command.write_baseline;
  if (!command.write_baseline.empty()) return "";
  if (command.policy != "expand") {
    print_message("shapefuzz: baselines are for --policy expand; comparing with none\n");
    return "";
  }
  const auto found = find_baseline(libtorch_version());
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

// One file cannot hold two things; what is read must not be replaced by records.
void check_files(const SweepCommand& command, const std::string& baseline) {
  if (command.out.empty()) return;
  for (const auto& [option, path] : {std::make_pair("--baseline", baseline),
                                     std::make_pair("--write-baseline", command.write_baseline)}) {
    std::error_code status;
    if (path.empty() || std::filesystem::weakly_canonical(path, status) !=
                            std::filesystem::weakly_canonical(command.out, status)) {
      continue;
    }
    throw InputError(fmt::format("--out: found '{}', the file of {}, expected another file",
                                 command.out, option));
  }
}

std::string header(const SweepCommand& command, const Tally& tally, double seconds) {
  return fmt::format(
      "shapefuzz {}, LibTorch {}: {} cases, rank <= {}, sizes 0..{}, policy {}, {:.1f} s\n\n",
      kVersion, libtorch_version(), with_commas(tally.cases()), command.max_rank, command.max_size,
      command.policy, seconds);
}

int run(const SweepCommand& command) {
  check_bounds(command);
  if (command.all && command.out.empty()) {
    throw InputError("--all: the passes are records, so it expects --out FILE too");
  }
  SweepOptions options;
  options.max_rank = command.max_rank;
  options.max_size = command.max_size;
  options.policy = read_policy(command.policy);
  options.jobs = command.jobs > 0 ? command.jobs
                                  : std::max<std::size_t>(1, std::thread::hardware_concurrency());
  options.seed = command.seed;
  const std::vector<Variation> variations = select(command.targets);
  const std::string path = chosen_baseline(command);
  check_files(command, path);
  Baseline baseline;
  if (!path.empty()) baseline = read_baseline(path, all_specs());

  std::unique_ptr<OutputFile> out;
  if (!command.out.empty()) out = std::make_unique<OutputFile>(command.out);
  std::unique_ptr<OutputFile> new_baseline;
  if (!command.write_baseline.empty()) {
    new_baseline = std::make_unique<OutputFile>(command.write_baseline);
  }

  const Clock::time_point start = Clock::now();
  Tally tally;
  {
    ProgressLine progress;
    SweepSinks sinks;
    sinks.passes = command.all;
    if (out) sinks.records = [&](const std::string& lines) { out->write(lines); };
    sinks.progress = [&](std::uint64_t done, std::uint64_t all) { progress.show(done, all); };
    tally = sweep(variations, options, sinks);
  }
  Tally judged = tally;
  judged.add(replay(baseline, tally.findings(), variations, options));
  const auto reaches = [&](const Case& c) { return sweeps(variations, c); };
  const Deviation deviation = compare(baseline, judged.findings(), reaches);
  if (out) out->commit();
  const Findings known = rewritten(baseline, judged.findings(), reaches);
  if (new_baseline) {
    new_baseline->write(to_baseline(known, libtorch_version()));
    new_baseline->commit();
  }

  print_results(header(command, tally, seconds_since(start)) + count_table(tally));
  const bool marks_new = !path.empty();
  print_results(
      finding_list(tally.findings(), marks_new ? deviation.fresh : std::vector<Signature>{}) +
      "\n");
  if (new_baseline) {
    print_results(fmt::format("Wrote {} findings to {}.\n", known.size(), command.write_baseline));
  }
  if (!path.empty()) print_results(deviation_text(deviation, baseline, judged.findings(), path));
  if (!tally.findings().empty()) {
    print_results(fmt::format("Replay a case with: shapefuzz run '{}'\n",
                              to_string(tally.findings().begin()->second.smallest)));
  }
  if (new_baseline) return kNothingNew;
  return deviation.empty() ? kNothingNew : kFindings;
}

}  // namespace

Command add_sweep(CLI::App& app) {
  auto options = std::make_shared<SweepCommand>();
  SweepCommand& command = *options;
  CLI::App* added = app.add_subcommand("sweep", "Judge every case within bounds");
  added->add_option("LOSS", command.targets, "LOSS or LOSS@ENTRY; all if none is named");
  added->add_option("--max-rank", command.max_rank, "Dimensions at most")
      ->check(CLI::Range(std::size_t{0}, kMaxRank))
      ->capture_default_str();
  added->add_option("--max-size", command.max_size, "Size of a dimension at most")
      ->check(CLI::Range(std::int64_t{0}, kMaxElements))
      ->capture_default_str();
  added->add_option("--policy", command.policy, "What to forgive: strict, expand, broadcast")
      ->capture_default_str();
  added
      ->add_option("--baseline", command.baseline,
                   "The findings that are known: a file, or none (default: the checkout's file "
                   "for this LibTorch)")
      ->check(check_file);
  added
      ->add_option(
          "--write-baseline", command.write_baseline,
          "Write what was found as a baseline; what the old one knows beyond the bounds stays")
      ->check(check_file);
  added->add_option("--jobs", command.jobs, "Worker processes (default: one a processor)")
      ->check(CLI::Range(1, 256));
  added->add_option("--seed", command.seed, "Of the values")
      ->check(check_seed)
      ->capture_default_str();
  added->add_option("--out", command.out, "Write a result record a finding, as JSON lines")
      ->check(check_file);
  added->add_flag("--all", command.all, "With --out: the passes too");
  return {added, [options] { return run(*options); }};
}

}  // namespace shapefuzz
