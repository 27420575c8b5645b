// SPDX-License-Identifier: BSD-3-Clause
#include "harness/oracle/judge/compiler.h"

#include <optional>
#include <utility>

namespace shapefuzz {
namespace {

std::optional<Compiler>& compiler() {
  static std::optional<Compiler> known;
  return known;
}

}  // namespace

void use_compiler(Compiler known) { compiler() = std::move(known); }

const Compiler* known_compiler() { return compiler() ? &*compiler() : nullptr; }

}  // namespace shapefuzz
