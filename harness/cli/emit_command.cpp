// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/core.h>
#include <sys/wait.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <optional>

#include "harness/cli/commands.h"
#include "harness/cli/names.h"
#include "harness/cli/options.h"
#include "harness/findings/files/file.h"
#include "harness/language/case/twin.h"
#include "harness/language/text/errors.h"
#include "harness/losses/registry/registry.h"
#include "harness/oracle/judge/exhibit.h"
#include "harness/oracle/memory/limit.h"
#include "harness/search/isolate/exhibits.h"
#include "harness/search/process/program.h"
#include "harness/search/shrink/apart.h"
#include "harness/tell/emit/issue_report.h"
#include "harness/tell/emit/program.h"

namespace shapefuzz {
namespace {

struct EmitCommand {
  std::string text;
  std::string as;  ///< empty: the language of the loss
  Policy policy = Policy::kExpand;
  Device device = Device::kCpu;
  bool round = false;
};

using Emitter = std::string (*)(const Exhibit&);

std::string issue_parts(const Exhibit& exhibit) { return to_text(issue_report(exhibit)); }

const std::map<std::string, Emitter>& emitters() {
  static const std::map<std::string, Emitter> all = {{"cpp", cpp_program},
                                                     {"python", python_program},
                                                     {"gtest", google_test},
                                                     {"issue", issue_parts}};
  return all;
}

// The drawn values listed with few digits, or none if the case lists them all.
std::optional<Case> with_digits(const Case& c, const Exhibit& exhibit, double steps) {
  Case rounded = c;
  const auto& patterns = exhibit.loss->spec.contract.operands();
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    Operand* operand = rounded.find_operand(patterns[i].name);
    if (operand == nullptr || !operand->values.empty()) continue;
    operand->values = exhibit.evidence.operands[i];
    for (double& value : operand->values) value = std::round(value * steps) / steps;
  }
  if (rounded == c) return std::nullopt;
  return rounded;
}

// The same finding with values of as few digits as show it.
Case rounded(const Case& c, const Judging& judging) {
  constexpr double kDigits[] = {4, 10, 100, 1000};  // quarters are exact in every dtype
  const Signature wanted = judge_apart(c, judging).signature;
  std::vector<Case> candidates;
  exhibit_all(
      {c}, {judging},
      [&](const Exhibit& exhibit) {
        std::string lines;
        if (!exhibit.has_numbers) return lines;
        for (const double steps : kDigits) {
          if (const auto few = with_digits(c, exhibit, steps)) {
            lines += to_string(*few) + "\n";
          }
        }
        return lines;
      },
      [&](const std::string& lines) {
        for (std::size_t start = 0; start < lines.size();) {
          const std::size_t end = lines.find('\n', start);
          candidates.push_back(read_case(lines.substr(start, end - start)));
          start = end + 1;
        }
      });
  for (const Case& candidate : candidates) {
    if (judge_apart(candidate, judging).signature == wanted) return candidate;
  }
  return c;
}

// The release of a Python's PyTorch, `2.14.1`; empty if it has none.
std::string torch_release(const std::string& python) {
  constexpr unsigned kSeconds = 60;
  const ProgramOutput output =
      run_program({python, "-c", "import torch; print(torch.__version__)"}, "", kSeconds);
  return output.out.substr(0, output.out.find_first_not_of("0123456789."));
}

// Nothing if there is no Python with the PyTorch of this LibTorch.
std::optional<PythonRun> run_in_python(const IssueReport& report) {
  constexpr unsigned kSeconds = 60;
  const char* const chosen = std::getenv("SHAPEFUZZ_PYTHON");
  const std::vector<std::string> pythons =
      chosen != nullptr ? std::vector<std::string>{chosen}
                        : std::vector<std::string>{"python3", "/usr/bin/python3"};
  for (const std::string& python : pythons) {
    if (torch_release(python) != report.libtorch) continue;
    const ProgramOutput output = run_program({python, "-"}, report.python, kSeconds);
    PythonRun run = {output.out};
    if (WIFSIGNALED(output.status)) {
      run.output += std::string(::strsignal(WTERMSIG(output.status))) + "\n";
    } else if (output.status != 0) {
      // The last line of a traceback says what was refused.
      const std::string& errors = output.errors;
      const std::size_t end = errors.find_last_not_of('\n');
      const std::size_t start = errors.rfind('\n', end);
      run.output += errors.substr(start == std::string::npos ? 0 : start + 1, end - start) + "\n";
    }
    return run;
  }
  return std::nullopt;
}

int run(const EmitCommand& command) {
  Case c = read_case(command.text);
  const Judging judging = {command.policy, MemoryMode::kFull, command.device};
  if (!why_not_emitted(c).empty()) {
    c = twin_of(c, find_loss(c.loss)->spec).c;
    print_message(fmt::format(
        "shapefuzz: too many elements to list; the program shows the twin, which behaves alike: "
        "{}\n",
        to_string(c)));
  }
  const std::string reason = why_not_emitted(c);
  if (!reason.empty()) throw InputError("CASE: " + reason);
  const bool is_of_python = find_loss(c.loss)->spec.in_python;
  const bool is_of_device = command.device != Device::kCpu;
  const std::string as = !command.as.empty()            ? command.as
                         : is_of_python || is_of_device ? "python"
                                                        : "cpp";
  if (is_of_device && as != "python") {
    throw InputError(
        fmt::format("--device: found {} with --as {}, expected python, whose program prints what "
                    "both do",
                    to_string(command.device), as));
  }
  if (is_of_python && as != "python") {
    throw InputError(
        fmt::format("--as: found {}, expected python: {} is a function of Python", as, c.loss));
  }
  const bool is_issue = as == "issue";
  if (is_issue && find_loss(c.loss)->spec.own) {
    throw InputError(fmt::format(
        "--as: found issue, expected cpp, python or gtest: {} is your own, and nothing to report",
        c.loss));
  }
  // Nobody reads 64 rows where two show the same.
  constexpr std::int64_t kFew = 16;
  constexpr ShrinkLimits kSoon = {2000, 10};
  if (is_issue && elements_of(c, find_loss(c.loss)->spec) > kFew) {
    c = shrink_apart(c, judging, kSoon).shrunk.smallest;
  }
  if (command.round || is_issue) c = rounded(c, judging);
  const Emitter emitter = emitters().at(as);
  std::string program;
  exhibit_all(
      {c}, {judging},
      [&](const Exhibit& exhibit) {
        if (!exhibit.has_numbers) return std::string();
        return is_of_device ? device_program(exhibit, command.device) : emitter(exhibit);
      },
      [&](const std::string& text) { program = text; });
  if (program.empty()) {
    print_message(
        fmt::format("shapefuzz: the case cannot be shown: {}\n", MemoryLimit::instance().reason()));
    return kHarnessFailed;
  }
  if (is_issue) {
    const IssueReport report = read_issue_report(program);
    if (!report.is_finding) {
      print_message("shapefuzz: the case is no finding, so there is nothing to report\n");
    }
    program = issue_text(report, run_in_python(report));
  }
  print_results(program);
  return kNothingNew;
}

}  // namespace

Command add_emit(CLI::App& app) {
  auto options = std::make_shared<EmitCommand>();
  EmitCommand& command = *options;
  CLI::App* added =
      app.add_subcommand("emit", "Print a program that shows a finding without shapefuzz");
  added->add_option("CASE", command.text, "The case to show")->type_name("")->required();
  added
      ->add_option("--as", command.as,
                   "What to print: a C++ or Python program, a GoogleTest or an issue report")
      ->type_name("cpp|python|gtest|issue")
      ->default_str("cpp, of a loss in Python python")
      ->check([](const std::string& as) {
        if (emitters().count(as) > 0) return std::string();
        return fmt::format("found '{}', expected cpp, python, gtest or issue", printable(as));
      });
  add_policy(*added, command.policy);
  add_device(*added, command.device);
  add_max_memory(*added);
  added->add_flag("--round", command.round, "List values of few digits that show the same finding");
  return {added, [options] { return run(*options); }};
}

}  // namespace shapefuzz
