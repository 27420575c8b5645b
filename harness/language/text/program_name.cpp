// SPDX-License-Identifier: BSD-3-Clause
#include "harness/language/text/program_name.h"

#include <utility>

namespace shapefuzz {
namespace {

std::string& name() {
  static std::string text = "shapefuzz";
  return text;
}

}  // namespace

const std::string& program_name() { return name(); }
void set_program_name(std::string text) { name() = std::move(text); }

}  // namespace shapefuzz
