// SPDX-License-Identifier: BSD-3-Clause
// LibTorch's CPU memory, out of the arena where it matters.
//
// This header includes no torch headers.
#pragma once

#include "harness/oracle/memory/mode.h"

namespace shapefuzz {

/// Notes when LibTorch is refused memory (see shortage.h). The memory is still LibTorch's own.
/// Idempotent.
void install_allocator();

/// The same, and lets LibTorch take memory from the arena within every GuardedScope of this
/// process, and watches which operator runs. Idempotent; costs nothing outside of the scopes but a
/// branch.
void install_guard();

/// While it lives, the calling thread runs the case itself: tensors come from the arena, unless the
/// mode is kOff. They may outlive the scope.
class GuardedScope {
 public:
  explicit GuardedScope(MemoryMode mode);
  ~GuardedScope();
  GuardedScope(const GuardedScope&) = delete;
  GuardedScope& operator=(const GuardedScope&) = delete;

 private:
  bool outer_;
};

}  // namespace shapefuzz
