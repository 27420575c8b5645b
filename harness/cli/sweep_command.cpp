#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <thread>

#include "harness/cli/commands.h"
#include "harness/oracle/judge.h"
#include "harness/report/table.h"
#include "harness/sweep/baseline.h"
#include "harness/sweep/sweep.h"
#include "harness/sweep/version.h"
#include "harness/text/file.h"

namespace shapefuzz {
namespace {

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
    fmt::print(stderr, "\r{:3.0f} %  {} of {} cases  {} a second  {:.0f} s left\033[K",
               100.0 * static_cast<double>(done) / static_cast<double>(all), with_commas(done),
               with_commas(all), with_commas(static_cast<std::uint64_t>(rate)),
               static_cast<double>(all - done) / rate);
    std::fflush(stderr);
  }
  ~ProgressLine() {
    if (terminal_) fmt::print(stderr, "\r\033[K");
  }

 private:
  bool terminal_ = ::isatty(STDERR_FILENO) == 1;
  Clock::time_point start_ = Clock::now();
};

std::vector<Variation> select(const std::vector<std::string>& targets) {
  std::vector<Variation> variations;
  const auto add = [&](const Loss& loss, const std::string& entry) {
    for (Variation& v : variations_of(loss, entry)) variations.push_back(std::move(v));
  };
  for (const std::string& target : targets) {
    const std::size_t at = target.find('@');
    const std::string name = target.substr(0, at);
    const Loss* loss = find_loss(name);
    if (loss == nullptr) {
      std::vector<std::string> names;
      for (const Loss& known : all_losses()) names.push_back(known.spec.name);
      throw InputError(fmt::format("LOSS: found '{}', expected the name of a loss{}",
                                   printable(name), did_you_mean(name, names)));
    }
    const auto& entries = loss->spec.entries;
    if (at == std::string::npos) {
      for (const std::string& entry : entries) add(*loss, entry);
      continue;
    }
    const std::string entry = target.substr(at + 1);
    if (std::find(entries.begin(), entries.end(), entry) == entries.end()) {
      throw InputError(fmt::format("LOSS@ENTRY: found '{}', expected an entry of {}: {}",
                                   printable(entry), name, fmt::join(entries, ", ")));
    }
    add(*loss, entry);
  }
  if (targets.empty()) {
    for (const Loss& loss : all_losses()) {
      for (const std::string& entry : loss.spec.entries) add(loss, entry);
    }
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

// Whether a sweep within these bounds judges the case.
class Reach {
 public:
  Reach(const std::vector<Variation>& variations, const SweepCommand& command)
      : variations_(variations), command_(command) {}

  bool operator()(const Case& c) const {
    for (const Operand& operand : c.operands) {
      if (operand.shape.rank() > command_.max_rank) return false;
      for (const std::int64_t size : operand.shape) {
        if (size > command_.max_size) return false;
      }
    }
    return std::any_of(variations_.begin(), variations_.end(), [&](const Variation& v) {
      return v.loss->spec.name == c.loss && v.entry == c.entry;
    });
  }

 private:
  const std::vector<Variation>& variations_;
  const SweepCommand& command_;
};

// The file to compare with; empty for none.
std::string chosen_baseline(const SweepCommand& command) {
  if (command.baseline == "none") return "";
  if (!command.baseline.empty()) return command.baseline;
  if (!command.write_baseline.empty()) return "";
  if (command.policy != "expand") {
    fmt::print(stderr, "shapefuzz: baselines are for --policy expand; comparing with none\n");
    return "";
  }
  const std::string path = baseline_path(libtorch_version());
  if (!std::filesystem::exists(path)) {
    fmt::print(stderr, "shapefuzz: no baseline for LibTorch {} ({}); every finding is new\n",
               libtorch_version(), path);
    return "";
  }
  return path;
}

std::string header(const SweepCommand& command, const Tally& tally, double seconds) {
  return fmt::format(
      "shapefuzz {}, LibTorch {}: {} cases, rank <= {}, sizes 0..{}, policy {}, {:.1f} s\n\n",
      kVersion, libtorch_version(), with_commas(tally.cases()), command.max_rank, command.max_size,
      command.policy, seconds);
}

}  // namespace

int run(const SweepCommand& command) {
  check_bounds(command);
  if (command.all && command.out.empty()) {
    throw InputError("--all: the passes are records, so it expects --out FILE too");
  }
  const std::vector<Variation> variations = select(command.targets);
  const std::string path = chosen_baseline(command);
  Baseline baseline;
  if (!path.empty()) baseline = read_baseline(path, all_specs());

  SweepOptions options;
  options.max_rank = command.max_rank;
  options.max_size = command.max_size;
  options.policy = read_policy(command.policy);
  options.jobs = command.jobs > 0 ? command.jobs
                                  : std::max<std::size_t>(1, std::thread::hardware_concurrency());
  options.seed = command.seed;

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
  if (out) out->commit();

  const Deviation deviation = compare(baseline, tally.findings(), Reach(variations, command));
  fmt::print("{}{}", header(command, tally, seconds_since(start)),
             count_table(tally));
  const bool marks_new = !path.empty();
  fmt::print("{}\n", finding_list(tally.findings(),
                                  marks_new ? deviation.fresh : std::vector<Signature>{}));
  if (new_baseline) {
    new_baseline->write(to_baseline(tally.findings(), libtorch_version()));
    new_baseline->commit();
    fmt::print("Wrote {} findings to {}.\n", tally.findings().size(), command.write_baseline);
  }
  if (!path.empty()) fmt::print("{}", deviation_text(deviation, baseline, tally.findings(), path));
  if (!tally.findings().empty()) {
    fmt::print("Replay a case with: shapefuzz run '{}'\n",
               to_string(tally.findings().begin()->second.smallest));
  }
  if (new_baseline) return kNothingNew;
  return deviation.empty() ? kNothingNew : kFindings;
}

}  // namespace shapefuzz
