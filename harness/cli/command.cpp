// SPDX-License-Identifier: BSD-3-Clause
#include "harness/cli/command.h"

#include <fcntl.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <exception>
#include <filesystem>
#include <sstream>

#include "harness/cli/commands.h"
#include "harness/cli/load.h"
#include "harness/findings/files/file.h"
#include "harness/findings/records/version.h"
#include "harness/language/text/errors.h"
#include "harness/language/text/parse_error.h"
#include "harness/language/text/program_name.h"
#include "harness/losses/registry/registry.h"
#include "harness/oracle/judge/judge.h"
#include "harness/oracle/libtorch/setup.h"
#include "harness/oracle/memory/limit.h"
#include "harness/search/process/pool.h"

namespace shapefuzz {
namespace {

int output_error = 0;  // the errno of the first result that could not be written

}  // namespace

void print_results(std::string_view text) {
  if (output_error != 0) return;
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if (!written || std::fflush(stdout) != 0) output_error = errno;
}

void print_message(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stderr); }

namespace {

// CLI11 takes an argument `[a,b]` for a list of arguments. No loss and no case starts with a
// bracket, so a space behind it changes nothing but that. In CLI11's order, from the last to the
// first.
std::vector<std::string> arguments(const std::vector<std::string>& given, const CLI::App& app) {
  const auto takes_value = [&](const std::string& name) {
    const auto commands = app.get_subcommands([](const CLI::App*) { return true; });
    return std::any_of(commands.begin(), commands.end(), [&](const CLI::App* command) {
      const CLI::Option* option = command->get_option_no_throw(name);
      return option != nullptr && option->nonpositional() && option->get_expected_min() > 0;
    });
  };
  std::vector<std::string> reversed;
  for (std::size_t i = given.size(); i-- > 0;) {
    std::string argument = given[i];
    const bool list = argument.size() > 1 && argument.front() == '[' && argument.back() == ']';
    if (list && (i == 0 || !takes_value(given[i - 1]))) argument += ' ';
    reversed.push_back(std::move(argument));
  }
  return reversed;
}

// What CLI11 says of a command line that it cannot read.
std::string explain(const CLI::App& app, const CLI::ParseError& error) {
  const std::vector<std::string> unread = app.remaining();
  std::string text = error.what();
  const bool required = error.get_exit_code() == static_cast<int>(CLI::ExitCodes::RequiredError);
  if (required && app.get_subcommands().empty()) {
    std::vector<std::string> names;
    for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
      if (!command->get_name().empty()) names.push_back(command->get_name());
    }
    const std::string found = unread.empty() ? "none" : "'" + printable(unread.front()) + "'";
    text = fmt::format("found {}, expected a command: {}{}", found, fmt::join(names, ", "),
                       unread.empty() ? "" : did_you_mean(unread.front(), names));
  }
  return printable(text, 400) + "\nRun with --help for more information.";
}

int main_with(int argc, char** argv, const std::function<void()>& prepare) {
  if (prepare) prepare();
  const std::vector<std::string> given = without_load({argv + 1, argv + argc});
  CLI::App app{"Is the shape handling of this loss function right?", program_name()};
  app.require_subcommand(1);
  app.set_version_flag("--version", [] {
    return fmt::format("shapefuzz {}, LibTorch {}", kVersion, libtorch_version());
  });
  if (!prepare) describe_load(app);
  std::vector<Command> commands;
  if (!has_own_losses()) commands.push_back(add_causes(app));
  for (Command (*const add)(CLI::App&) : {add_diff, add_emit, add_fuzz, add_infer, add_losses,
                                          add_report, add_run, add_shrink, add_sweep, add_triage}) {
    commands.push_back(add(app));
  }
  try {
    app.parse(arguments(given, app));
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() != 0) throw InputError(explain(app, error));
    std::ostringstream text;  // of --help or --version
    const int status = app.exit(error, text, text);
    print_results(text.str());
    return status;
  }
  const auto chosen = std::find_if(commands.begin(), commands.end(),
                                   [](const Command& command) { return command.app->parsed(); });
  return chosen->run();
}

int guarded_main(int argc, char** argv, const std::function<void()>& prepare) {
  try {
    return main_with(argc, argv, prepare);
  } catch (const InputError& error) {
    print_message(fmt::format("shapefuzz: {}\n", printable_lines(error.what())));
    return kWrongInput;
  } catch (const std::filesystem::filesystem_error& error) {
    // Of a place that the user has named, or that lies in one.
    print_message(fmt::format("shapefuzz: {}: {}\n", printable_path(error.path1().string()),
                              error.code().message()));
    return kWrongInput;
  } catch (const std::exception& error) {
    print_message(
        fmt::format("shapefuzz: the harness failed: {}\n", printable_lines(error.what())));
    return kHarnessFailed;
  }
}

// A standard descriptor that the caller has closed would be given to the next file or pipe, and our
// messages would be written into it.
void fill_standard_descriptors() {
  int fd = 0;
  do fd = ::open("/dev/null", O_RDONLY);
  while (fd >= 0 && fd <= STDERR_FILENO);
  ::close(fd);
}

}  // namespace

int run_command(int argc, char** argv, const std::function<void()>& prepare) {
  fill_standard_descriptors();
  // Who closes the pipe early, as `head` does, has what they wanted; the status still counts.
  std::signal(SIGPIPE, SIG_IGN);
  const int status = guarded_main(argc, argv, prepare);
  if (output_error == 0 || output_error == EPIPE) return status;
  print_message(fmt::format("shapefuzz: standard output: cannot be written: {}\n",
                            std::strerror(output_error)));
  return kHarnessFailed;
}

}  // namespace shapefuzz
