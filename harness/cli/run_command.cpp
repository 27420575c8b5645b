// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "harness/cli/commands.h"
#include "harness/cli/names.h"
#include "harness/cli/options.h"
#include "harness/findings/files/file.h"
#include "harness/language/text/errors.h"
#include "harness/language/text/parse_error.h"
#include "harness/losses/loss/loss.h"
#include "harness/losses/registry/registry.h"
#include "harness/oracle/judge/bare_call.h"
#include "harness/oracle/judge/exhibit.h"
#include "harness/search/isolate/exhibits.h"
#include "harness/search/isolate/valgrind.h"
#include "harness/tell/narrate/narrative.h"

namespace shapefuzz {
namespace {

struct RunCommand {
  std::vector<std::string> cases;
  std::string file;
  Policy policy = Policy::kExpand;
  Device device = Device::kCpu;
  MemoryMode memory = MemoryMode::kFull;
  std::string under;
  bool exact = false;
  bool bare = false;
  double timeout = 20;
  bool json = false;
  bool draw = false;
};

// Where the comment of a line begins, if it has one. In ` #7` the number is the case's seed.
std::size_t find_comment(const std::string& line) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  std::size_t at = line.find(" #");
  while (at != std::string::npos && is_digit(line[at + 2])) at = line.find(" #", at + 2);
  return at;
}

Case case_in_line(const std::string& path, const Line& line) {
  return read_case(line.text.substr(0, find_comment(line.text)),
                   fmt::format("{}:{}", printable_path(path), line.number));
}

// Everything is read before anything runs, so that a typing error loses no work.
std::vector<Case> read_cases(const RunCommand& command) {
  std::vector<Case> cases;
  for (const std::string& text : command.cases) cases.push_back(read_case(text));
  if (!command.file.empty()) {
    const std::vector<Line> lines = read_lines(command.file, Input::kAnything);
    if (lines.empty()) throw InputError(printable_path(command.file) + ": holds no case");
    for (const Line& line : lines) cases.push_back(case_in_line(command.file, line));
  }
  if (cases.empty()) throw InputError("run: expected a CASE or --file FILE");
  return cases;
}

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
  const Judging judging = {command.policy, command.memory, command.device};
  const std::vector<Case> cases = read_cases(command);
  const bool colour = wants_colour();
  bool found = false;
  bool judged = false;
  std::size_t done = 0;
  // The answer behind what the case was and whether it is a memory error, a character each.
  const auto answer = [&](const Exhibit& exhibit) {
    const Verdict verdict = exhibit.judgement.verdict;
    const bool memory = severity_of(verdict) == Severity::kMemory;
    const char* const what = is_finding(verdict) ? "f" : verdict == Verdict::kNotJudged ? "n" : "p";
    return what + std::string(memory ? "1" : "0") +
           (command.json ? record_with_numbers(exhibit) + "\n"
                         : narrative(exhibit, colour, command.draw));
  };
  const auto take = [&](const std::string& text) {
    found = found || text[0] == 'f';
    judged = judged || text[0] != 'n';
    print_results((done == 0 || command.json ? "" : "\n") + text.substr(2));
    if (!command.under.empty()) {
      // Not in the worker, whose memory is limited.
      print_results(
          fmt::format("  valgrind  {}\n", opinion_of_valgrind(cases[done], text[1] == '1')));
    }
    ++done;
  };
  exhibit_all(cases, {judging, Workers::kFresh, command.timeout, command.exact}, answer, take);
  if (found) return kFindings;
  return judged ? kNothingNew : kHarnessFailed;
}

}  // namespace

Command add_run(CLI::App& app) {
  auto options = std::make_shared<RunCommand>();
  RunCommand& command = *options;
  CLI::App* added = app.add_subcommand("run", "Judge cases and explain each verdict");
  added
      ->add_option(
          "CASE", command.cases,
          "A case, as in 'mse_loss(input=f64[64,1], target=f64[64])', or a call as you paste it: "
          "'F.mse_loss(torch.randn(64, 1), torch.randn(64))'")
      ->type_name("");
  add_path(*added, "--file", command.file, "FILE",
           "A file with one case on each line; # begins a comment");
  add_policy(*added, command.policy);
  add_device(*added, command.device);
  add_memory(*added, command.memory);
  add_max_memory(*added);
  add_timeout(*added, command.timeout);
  added->add_flag(
      "--exact", command.exact,
      "Compute a case of more than 2^24 elements instead of judging its twin, a small case "
      "that behaves like it");
  added
      ->add_option(
          "--under", command.under,
          "Another tool to ask for its opinion: valgrind, which takes half a minute for each case")
      ->type_name("TOOL");
  added->add_flag("--bare", command.bare)->group("");  // only calls: what --under runs
  added->add_flag("--draw", command.draw,
                  "Draw the operands, the pairs that the loss makes of them, and those meant");
  added->add_flag("--json", command.json, "Print one result record for each case, as JSON");
  return {added, [options] { return run(*options); }};
}

}  // namespace shapefuzz
