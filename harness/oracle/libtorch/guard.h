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
/// process, and which operator runs be seen. Idempotent; costs nothing outside of the scopes but a
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

/// While it lives, the calling thread notes which operator of LibTorch runs, for the report of a
/// fault. LibTorch spells out the name of every node of a backward then, a fifth of the time of a
/// sweep: so a call runs without, and once more with it if there was a fault.
class NamedOperators {
 public:
  NamedOperators();
  ~NamedOperators();
  NamedOperators(const NamedOperators&) = delete;
  NamedOperators& operator=(const NamedOperators&) = delete;

 private:
  bool outer_;
};

}  // namespace shapefuzz
