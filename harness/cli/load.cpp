// SPDX-License-Identifier: BSD-3-Clause
#include "harness/cli/load.h"

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <optional>

#include "harness/cli/commands.h"
#include "harness/findings/files/file.h"
#include "harness/language/text/errors.h"
#include "harness/language/text/parse_error.h"
#include "harness/language/text/program_name.h"
#include "harness/losses/own/loaded.h"
#include "harness/losses/registry/registry.h"

namespace shapefuzz {
namespace {

constexpr const char* kLoad = "--load";
constexpr const char* kOp = "--op";
constexpr const char* kContract = "--contract";

struct Load {
  std::vector<std::string> libraries;
  std::optional<std::string> op;
  std::optional<std::string> contract;
};

// The value of an option that stands at `i`, as the next argument or behind a `=`.
std::optional<std::string> take(const std::vector<std::string>& arguments, std::size_t& i,
                                const std::string& option) {
  const std::string& argument = arguments[i];
  std::string value;
  if (argument.rfind(option + "=", 0) == 0) {
    value = argument.substr(option.size() + 1);
  } else if (argument != option) {
    return std::nullopt;
  } else if (i + 1 < arguments.size()) {
    value = arguments[++i];
  }
  // An empty one is a shell variable that nobody has set.
  if (value.empty()) throw InputError(option + ": found nothing, expected a value");
  return value;
}

// Of an option that may stand there once.
void take_once(std::optional<std::string>& known, std::string value, const char* option) {
  if (known) {
    throw InputError(fmt::format("{}: found '{}' and '{}', expected one of them", option,
                                 printable(*known), printable(value)));
  }
  known = std::move(value);
}

// What to type again with each command that is shown.
std::string command_with(const Load& load) {
  std::string text = program_name();
  for (const std::string& library : load.libraries) {
    text += fmt::format(" {} {}", kLoad, shell_quoted(library));
  }
  text += fmt::format(" {} {}", kOp, *load.op);
  if (load.contract) text += fmt::format(" {} {}", kContract, shell_quoted(*load.contract));
  return text;
}

}  // namespace

std::vector<std::string> without_load(const std::vector<std::string>& arguments) {
  std::vector<std::string> rest;
  Load load;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (auto library = take(arguments, i, kLoad)) {
      load.libraries.push_back(*std::move(library));
    } else if (auto op = take(arguments, i, kOp)) {
      take_once(load.op, *std::move(op), kOp);
    } else if (auto contract = take(arguments, i, kContract)) {
      take_once(load.contract, *std::move(contract), kContract);
    } else {
      rest.push_back(arguments[i]);
    }
  }
  if (!load.op && load.libraries.empty() && !load.contract) return rest;
  if (!load.op) {
    throw InputError(fmt::format("{}: expected {} NAMESPACE::NAME too, the operator to judge",
                                 load.libraries.empty() ? kContract : kLoad, kOp));
  }
  for (const std::string& library : load.libraries) load_library(library);
  use_own_losses({loaded_operator(*load.op, load.contract.value_or(""))});
  set_program_name(command_with(load));
  return rest;
}

void describe_load(CLI::App& app) {
  static std::string ignored;  // without_load has taken them out
  CLI::Option_group* const group = app.add_option_group(
      "An operator of your own", "In the place of LibTorch's losses, with every command");
  group->add_option(kLoad, ignored, "A library that registers the operator; it runs its code")
      ->type_name("FILE");
  group->add_option(kOp, ignored, "The operator, as in myops::my_loss")->type_name("NAME");
  group
      ->add_option(kContract, ignored,
                   "Its contract line, with the names of its schema; `infer` finds one")
      ->type_name("LINE");
}

}  // namespace shapefuzz
