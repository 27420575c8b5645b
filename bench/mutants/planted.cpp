// SPDX-License-Identifier: BSD-3-Clause
#include "bench/mutants/planted.h"

#include <sys/mman.h>

#include <new>

namespace shapefuzz {

Planted& planted() {
  static Planted& shared = []() -> Planted& {
    void* const memory =
        mmap(nullptr, sizeof(Planted), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    return *new (memory) Planted;
  }();
  return shared;
}

bool fault(bool condition) {
  Planted& p = planted();
  if (!p.on) return false;
  ++p.reached;
  if (condition) ++p.triggered;
  return condition;
}

}  // namespace shapefuzz
