#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "harness/cli/commands.h"
#include "harness/emit/exhibit.h"
#include "harness/emit/narrative.h"
#include "harness/losses/loss.h"
#include "harness/text/file.h"

namespace shapefuzz {
namespace {

struct RunCommand {
  std::vector<std::string> cases;
  std::string file;
  std::string policy = "expand";
  bool json = false;
};

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

int run(const RunCommand& command) {
  const Policy policy = read_policy(command.policy);
  const std::vector<Case> cases = read_cases(command);
  const bool colour = wants_colour();
  int status = kNothingNew;
  bool first = true;
  // The answer behind the exit status as a character.
  const auto answer = [&](const Exhibit& exhibit) {
    const char* const found = exhibit.judgement.verdict == Verdict::kPass ? "0" : "1";
    return found +
           (command.json ? record_with_numbers(exhibit) + "\n" : narrative(exhibit, colour));
  };
  exhibit_all(cases, policy, Workers::kFresh, answer, [&](const std::string& text) {
    status = std::max(status, text[0] - '0');
    print_results((first || command.json ? "" : "\n") + text.substr(1));
    first = false;
  });
  return status;
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
  added->add_flag("--json", command.json, "One result record a case");
  return {added, [options] { return run(*options); }};
}

}  // namespace shapefuzz
