// SPDX-License-Identifier: BSD-3-Clause
#include "harness/oracle/judge/compiler.h"

#include <optional>
#include <utility>

namespace shapefuzz {
namespace {

std::optional<Compiler>& known() {
  static std::optional<Compiler> compiler;
  return compiler;
}

}  // namespace

void use_compiler(Compiler compiler) { known() = std::move(compiler); }

const Compiler* known_compiler() { return known() ? &*known() : nullptr; }

}  // namespace shapefuzz
