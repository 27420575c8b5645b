#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <utility>

#include "harness/cli/commands.h"
#include "harness/cli/valgrind.h"
#include "harness/losses/loss.h"
#include "harness/oracle/bare_call.h"
#include "harness/oracle/judge.h"
#include "harness/report/explain.h"
#include "harness/sweep/pool.h"
#include "harness/sweep/record.h"
#include "harness/text/file.h"

namespace shapefuzz {
namespace {

struct RunCommand {
  std::vector<std::string> cases;
  std::string file;
  std::string policy = "expand";
  std::string device = "cpu";
  std::string memory = "full";
  std::string under;
  bool bare = false;
  double timeout = 20;
  bool json = false;
};

std::string describe(const Case& c, const LossSpec& spec, const Judgement& judgement) {
  const Explanation e = explain(c, spec, judgement);
  std::string text = fmt::format(
      "{}\n"
      "  verdict   {}: {}\n"
      "  zone      {}\n"
      "  contract  {}\n"
      "  LibTorch  {}{}: {}\n",
      to_string(c), to_string(judgement.verdict), e.meaning, e.zone, e.contract, libtorch_version(),
      judgement.device == "cpu" ? "" : " on " + judgement.device, e.outcome);
  if (!e.why.empty()) text += fmt::format("  why       {}\n", e.why);
  if (!e.instead.empty()) text += fmt::format("  instead   {}\n", e.instead);
  return text;
}

// Where the comment of a line begins, if it has one. In ` #7` the number is the case's seed.
std::size_t find_comment(const std::string& line) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  std::size_t at = line.find(" #");
  while (at != std::string::npos && is_digit(line[at + 2])) at = line.find(" #", at + 2);
  return at;
}

Case case_in_line(const std::string& path, const Line& line) {
  const std::size_t comment = find_comment(line.text);
  try {
    return parse_case(line.text.substr(0, comment), all_specs());
  } catch (const ParseError& error) {
    throw error_in_file(path, line, error);
  }
}

// Everything is read before anything runs, so that a typing error loses no work.
std::vector<Case> read_cases(const RunCommand& command) {
  std::vector<Case> cases;
  for (const std::string& text : command.cases) cases.push_back(read_case(text));
  if (!command.file.empty()) {
    const std::vector<Line> lines = read_lines(command.file);
    if (lines.empty()) throw InputError(command.file + ": holds no case");
    for (const Line& line : lines) cases.push_back(case_in_line(command.file, line));
  }
  if (cases.empty()) throw InputError("run: expected a CASE or --file FILE");
  return cases;
}

// Judges in a worker process, so that a case that takes LibTorch down is a verdict too.
class Run {
 public:
  explicit Run(const RunCommand& command)
      : command_(command),
        policy_(read_policy(command.policy)),
        device_(read_device(command.device)),
        memory_(read_memory_mode(command.memory)),
        cases_(read_cases(command)) {}

  int operator()() {
    warm_up_libtorch(memory_);
    Pool pool;
    pool.units = cases_.size();
    pool.seconds_per_case = command_.timeout;
    pool.reuse_workers = false;  // a case must not depend on the ones before it
    pool.work = [this](std::size_t unit, const auto& skipped, Position& position) {
      if (!skipped.empty()) return std::string();  // it died, and was reported
      const Case& c = cases_[unit];
      const Loss& loss = *find_loss(c.loss);
      const Judgement judgement = device_ == Device::kCpu ? Judge(policy_, memory_).judge(loss, c)
                                                          : judge_on_device(loss, c, device_);
      position.cases.fetch_add(1);
      return answer(c, judgement);
    };
    pool.on_result = [this](std::size_t unit, const std::string& result) {
      take(unit, dead_.empty() ? result : std::exchange(dead_, ""));
    };
    pool.on_death = [this](const Death& death) {
      const Case& c = cases_[death.unit];
      dead_ = answer(c, judgement_of_death(c, find_loss(c.loss)->spec, death.signal, death.fault));
    };
    pool.run();
    return status_;
  }

 private:
  // What is printed, behind the exit status and whether it is a memory error, a character each.
  std::string answer(const Case& c, const Judgement& judgement) const {
    const LossSpec& spec = find_loss(c.loss)->spec;
    const bool memory = severity_of(judgement.verdict) == Severity::kMemory;
    const std::string status = !is_finding(judgement.verdict) ? "00" : memory ? "11" : "10";
    if (command_.json) {
      return status + to_record(c, spec, judgement, {}, libtorch_version()) + "\n";
    }
    return status + describe(c, spec, judgement);
  }

  void take(std::size_t unit, const std::string& answer) {
    status_ = std::max(status_, answer[0] - '0');
    const bool gap = unit > 0 && !command_.json;
    print_results((gap ? "\n" : "") + answer.substr(2));
    if (command_.under.empty()) return;
    // Not in the worker, whose memory is limited.
    print_results(
        fmt::format("  valgrind  {}\n", opinion_of_valgrind(cases_[unit], answer[1] == '1')));
  }

  const RunCommand& command_;
  Policy policy_;
  Device device_;
  MemoryMode memory_;
  std::vector<Case> cases_;
  std::string dead_;  // the answer for the case whose worker has just died
  int status_ = kNothingNew;
};

// Without a worker and without a judge, for a tool that watches this process.
int run_bare(const RunCommand& command) {
  for (const Case& c : read_cases(command)) call_bare(*find_loss(c.loss), c);
  return kNothingNew;
}

int run(const RunCommand& command) {
  if (command.bare) return run_bare(command);
  if (!command.under.empty()) {
    if (command.under != "valgrind") {
      throw InputError(
          fmt::format("--under: found '{}', expected valgrind", printable(command.under)));
    }
    if (command.json) throw InputError("--under: found --json too, expected one of them");
    require_valgrind();
  }
  return Run(command)();
}

}  // namespace

Command add_run(CLI::App& app) {
  auto options = std::make_shared<RunCommand>();
  RunCommand& command = *options;
  CLI::App* added = app.add_subcommand("run", "Judge cases and say why");
  added->add_option("CASE", command.cases,
                    "A case line, like 'mse_loss(input=f64[64,1], target=f64[64])'");
  added->add_option("--file", command.file, "A file with a case a line; # starts a comment")
      ->check(check_file);
  added->add_option("--policy", command.policy, "What to forgive: strict, expand, broadcast")
      ->capture_default_str();
  added->add_option("--device", command.device, "cpu, or one to hold against it: meta, cuda")
      ->capture_default_str();
  added
      ->add_option("--memory", command.memory,
                   "How closely memory is watched: off, guard, full (runs the case twice)")
      ->capture_default_str();
  added->add_option("--timeout", command.timeout, "Seconds of processor time for a case")
      ->check(CLI::Range(0.1, 3600.0))
      ->capture_default_str();
  added->add_option("--under", command.under,
                    "valgrind: ask it too, and say whether it agrees (half a minute a case)");
  added->add_flag("--bare", command.bare)->group("");  // only calls: what --under runs
  added->add_flag("--json", command.json, "One result record a case");
  return {added, [options] { return run(*options); }};
}

}  // namespace shapefuzz
