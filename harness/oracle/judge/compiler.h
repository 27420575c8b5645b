// SPDX-License-Identifier: BSD-3-Clause
// Python's calls of a loss, as they are and compiled. This process has them only as a module of
// Python, which brings them along. No LibTorch in here.
#pragma once

#include <functional>
#include <string>

#include "harness/losses/loss/loss.h"

namespace shapefuzz {

/// How Python calls a loss: as its functions stand there, or as torch.compile makes them.
enum class PythonForm { kEager, kCompiled };

struct Compiler {
  /// Why nothing can be compiled here, in words; empty if it can.
  std::function<std::string()> why_not;
  /// The case's entry in that form; its reduction is the case's. Throws what Python raises.
  std::function<EntryCall(const Loss&, const Case&, PythonForm)> call_of;
};

/// From now on this process has one.
void use_compiler(Compiler compiler);

/// Null where there is none.
const Compiler* known_compiler();

}  // namespace shapefuzz
