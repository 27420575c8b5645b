// SPDX-License-Identifier: BSD-3-Clause
#include "harness/language/text/program_name.h"

#include <utility>

namespace shapefuzz {
namespace {

struct Typed {
  std::string program = "shapefuzz";
  std::string file;
};

Typed& parts() {
  static Typed typed;
  return typed;
}

}  // namespace

const std::string& program_name() { return parts().program; }

std::string typed(const std::string& command) {
  const auto& [program, file] = parts();
  return program + " " + command + (file.empty() ? "" : " " + file);
}

// `'my losses.py:dice' --contract '...'`: what stands before the function is the file.
std::string source_file() {
  const std::string& file = parts().file;
  const std::size_t end = file.find(".py");
  if (end == std::string::npos) return "";
  const std::size_t start = file.front() == '\'' ? 1 : 0;
  return file.substr(start, end + 3 - start);
}

void set_program_name(std::string name, std::string file) {
  parts() = {std::move(name), std::move(file)};
}

}  // namespace shapefuzz
