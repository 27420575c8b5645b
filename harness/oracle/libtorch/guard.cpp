// SPDX-License-Identifier: BSD-3-Clause
#include "harness/oracle/libtorch/guard.h"

#include <ATen/record_function.h>
#include <c10/core/CPUAllocator.h>

#include "harness/oracle/libtorch/libtorch.h"
#include "harness/oracle/memory/arena.h"
#include "harness/oracle/memory/shortage.h"
#include "harness/oracle/memory/trap.h"

namespace shapefuzz {
namespace {

thread_local bool active = false;
c10::Allocator* plain = nullptr;
c10::DeleterFnPtr plain_deleter = nullptr;

void release(void* block) {
  if (block == nullptr) return;
  Arena* const arena = Arena::existing();
  if (arena != nullptr && arena->owns(block)) {
    arena->release(block);
  } else {
    plain_deleter(block);
  }
}

class GuardedAllocator final : public LibtorchAllocator {
  void* take(std::size_t size) const override {
    if (!is_injected_shortage()) {
      if (!active) return take_plain(size);
      if (void* const block = Arena::instance().allocate(size)) return block;
    }
    note_shortage();
    // In the words of LibTorch's own allocator.
    TORCH_CHECK(false, "DefaultCPUAllocator: can't allocate memory: you tried to allocate ", size,
                " bytes. Error code 12 (Cannot allocate memory)");
  }
  c10::DeleterFnPtr raw_deleter() const override { return release; }

 private:
  static void* take_plain(std::size_t size) {
    try {
      return plain->raw_allocate(size);
    } catch (...) {
      note_shortage();
      throw;
    }
  }
};

void watch_operators() {
  at::addGlobalCallback(
      at::RecordFunctionCallback(
          [](const at::RecordFunction& function) -> std::unique_ptr<at::ObserverContext> {
            enter_operator(function.name());
            return nullptr;
          },
          [](const at::RecordFunction&, at::ObserverContext*) { leave_operator(); })
          .scopes({at::RecordScope::FUNCTION}));
  at::enableRecordFunction(false);
}

}  // namespace

void install_allocator() {
  static const bool done = [] {
    static GuardedAllocator allocator;
    plain = c10::GetCPUAllocator();
    plain_deleter = plain->raw_deleter();
    TORCH_CHECK(plain_deleter != nullptr, "LibTorch's CPU allocator has no raw deleter");
    constexpr std::uint8_t kHighest = 255;
    c10::SetCPUAllocator(&allocator, kHighest);
    return true;
  }();
  static_cast<void>(done);
}

void install_guard() {
  install_allocator();
  static const bool done = [] {
    watch_operators();
    return true;
  }();
  static_cast<void>(done);
}

GuardedScope::GuardedScope(MemoryMode mode) : outer_(active) {
  active = mode != MemoryMode::kOff;
  set_runs_case(true);
}

GuardedScope::~GuardedScope() {
  active = outer_;
  set_runs_case(false);
}

NamedOperators::NamedOperators() : outer_(at::isRecordFunctionEnabled()) {
  at::enableRecordFunction(true);
}

NamedOperators::~NamedOperators() { at::enableRecordFunction(outer_); }

}  // namespace shapefuzz
