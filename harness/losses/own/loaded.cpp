// SPDX-License-Identifier: BSD-3-Clause
#include "harness/losses/own/loaded.h"

#include <dlfcn.h>
#include <fmt/ranges.h>
#include <glob.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <iomanip>
#include <sstream>

#include "harness/language/text/errors.h"
#include "harness/losses/torch/operators.h"

namespace shapefuzz {
namespace {

// The message of the loader, or nothing.
std::string error_of_loading(const std::string& path, int flags) {
  // Without a slash the loader would look elsewhere than here.
  const std::string file = path.find('/') == std::string::npos ? "./" + path : path;
  if (::dlopen(file.c_str(), flags) != nullptr) return "";
  const char* const error = ::dlerror();
  return error == nullptr ? "it cannot be loaded" : error;
}

std::vector<std::string> files_like(const char* pattern) {
  std::vector<std::string> files;
  glob_t found{};
  if (::glob(pattern, 0, nullptr, &found) == 0) {
    files.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  }
  ::globfree(&found);
  return files;
}

// What the extension of a Python package expects of the interpreter that loads it.
void load_python() {
  for (const char* const pattern :
       {"/usr/lib/*/libpython3.*.so.1.0", "/usr/lib/libpython3.*.so.1.0",
        "/usr/local/lib/libpython3.*.so.1.0"}) {
    const auto files = files_like(pattern);
    if (files.empty()) continue;
    ::dlopen(files.back().c_str(), RTLD_NOW | RTLD_GLOBAL);
    break;
  }
  for (const char* const pattern :
       {"/usr/lib/*/libtorch_python.so*", "/usr/lib/libtorch_python.so*"}) {
    const auto files = files_like(pattern);
    if (files.empty()) continue;
    ::dlopen(files.front().c_str(), RTLD_LAZY | RTLD_GLOBAL);
    break;
  }
}

std::string load(const std::string& path) {
  std::string error = error_of_loading(path, RTLD_NOW | RTLD_GLOBAL);
  if (error.find("undefined symbol: ") == std::string::npos) return error;
  // Whoever needs names of Python is part of a package.
  load_python();
  return error_of_loading(path, RTLD_LAZY | RTLD_GLOBAL);
}

// A static initialiser that throws ends the process, so another one tries first. Its status: 0 if
// the library can be loaded, 1 if the loader says why not; else it was ended.
int status_of_trial(const std::string& path) {
  const ::pid_t child = ::fork();
  if (child == 0) ::_exit(load(path).empty() ? 0 : 1);
  int status = 0;
  if (child < 0 || ::waitpid(child, &status, 0) != child) return 0;
  return status;
}

bool is_tensor(const c10::Argument& argument) {
  return type_of(argument) == OperatorArgument::Type::kTensor;
}

// The contract's operands and the schema's tensors have the same names, in any order.
void check_names(const Loss& loss, const c10::FunctionSchema& schema) {
  std::vector<std::string> tensors;
  for (const c10::Argument& argument : schema.arguments()) {
    if (is_tensor(argument)) tensors.push_back(argument.name());
  }
  std::vector<std::string> operands;
  for (const OperandPattern& operand : loss.spec.contract.operands()) {
    operands.push_back(operand.name);
  }
  for (const std::string& operand : operands) {
    if (std::find(tensors.begin(), tensors.end(), operand) != tensors.end()) continue;
    throw InputError(
        fmt::format("--contract: found the operand '{}', expected the tensors of {}: {}{}", operand,
                    loss.spec.name, fmt::join(tensors, ", "), did_you_mean(operand, tensors)));
  }
  for (const std::string& tensor : tensors) {
    if (std::find(operands.begin(), operands.end(), tensor) != operands.end()) continue;
    throw InputError(
        fmt::format("--contract: {} takes the tensor '{}' too, expected an operand of that name",
                    loss.spec.name, tensor));
  }
}

std::string unknown_contract(const c10::FunctionSchema& schema) {
  std::string operands;
  for (const c10::Argument& argument : schema.arguments()) {
    if (!is_tensor(argument)) continue;
    const bool optional = argument.type()->kind() == c10::TypeKind::OptionalType;
    operands += fmt::format("{}{}{}: real[*S]", operands.empty() ? "" : ", ", argument.name(),
                            optional && !operands.empty() ? "?" : "");
  }
  return fmt::format("({}) -> [*S]", operands);
}

c10::OperatorHandle find(const std::string& name) {
  const std::size_t dot = name.find('.');
  const std::string overload = dot == std::string::npos ? "" : name.substr(dot + 1);
  const auto handle = c10::Dispatcher::singleton().findSchema({name.substr(0, dot), overload});
  if (handle) return *handle;
  std::vector<std::string> names;
  const std::string space = name.substr(0, name.find("::")) + "::";
  for (const c10::OperatorName& other : c10::Dispatcher::singleton().getAllOpNames()) {
    if (other.name.rfind(space, 0) != 0) continue;
    names.push_back(other.overload_name.empty() ? other.name
                                                : other.name + "." + other.overload_name);
  }
  constexpr std::size_t kFew = 12;
  const bool lists = !names.empty() && names.size() <= kFew;
  throw InputError(fmt::format(
      "--op: found '{}', expected an operator{}{}", printable(name),
      names.empty() ? ": none is registered in that namespace; does --load name its library?"
      : lists       ? fmt::format(": {}", fmt::join(names, ", "))
                    : "",
      did_you_mean(name, names)));
}

std::vector<std::string>& libraries() {
  static std::vector<std::string> paths;
  return paths;
}

std::string loading_in_python() {
  std::ostringstream text;
  for (const std::string& path : libraries()) {
    text << (text.str().empty() ? "" : "\n") << "torch.ops.load_library(" << std::quoted(path)
         << ")";
  }
  return text.str();
}

}  // namespace

void load_library(const std::string& path) {
  const int status = status_of_trial(path);
  if (WIFSIGNALED(status)) {
    throw InputError(fmt::format("--load: {} ends the process while it is loaded ({})",
                                 printable(path), ::strsignal(WTERMSIG(status))));
  }
  const std::string error = load(path);
  if (!error.empty()) throw InputError(fmt::format("--load: {}", printable(error, 400)));
  libraries().push_back(path);
}

Loss loaded_operator(const std::string& name, const std::string& contract) {
  const c10::OperatorHandle handle = find(name);
  const c10::FunctionSchema& schema = handle.schema();
  Loss loss;
  loss.spec.name = name;
  loss.spec.own = true;
  loss.spec.open = contract.empty();
  for (const c10::Argument& argument : schema.arguments()) {
    if (is_tensor(argument)) continue;
    const auto option = option_of(argument);
    if (!option) {
      throw InputError(fmt::format("--op: {} takes '{}' of the type {}, which no case can have",
                                   name, argument.name(), argument.type()->str()));
    }
    loss.spec.options.push_back(*option);
  }
  OptionNames names = option_names(loss.spec.options, /*words_and_lists=*/true);
  names.finds_lonely_names = !loss.spec.open;
  const std::string text = loss.spec.open ? unknown_contract(schema) : contract;
  try {
    loss.spec.contract = parse_contract(text, names);
  } catch (const ParseError& error) {
    throw InputError("--contract: " + explain(error, text));
  }
  check_names(loss, schema);
  loss.spec.reduces = loss.spec.find_option("reduction") != nullptr;
  loss.spec.entries = {"op"};
  loss.entries = {{"op", Operator(handle), name, loading_in_python()}};
  return loss;
}

}  // namespace shapefuzz
