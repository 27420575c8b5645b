// SPDX-License-Identifier: BSD-3-Clause
#include "harness/search/campaign/shared.h"

#include <sys/mman.h>

#include <cstring>
#include <new>

#include "harness/language/text/errors.h"
#include "harness/search/process/pool.h"

namespace shapefuzz {

bool WorkerSlot::write(std::string_view text) {
  if (text.size() > text_.size()) return false;
  std::memcpy(text_.data(), text.data(), text.size());
  size_.store(static_cast<std::uint32_t>(text.size()));
  return true;
}

std::string WorkerSlot::read() const { return {text_.data(), size_.load()}; }

std::shared_ptr<SharedState> make_shared_state() {
  void* const memory = ::mmap(nullptr, sizeof(SharedState), PROT_READ | PROT_WRITE,
                              MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw HarnessError("no shared memory for the workers");
  return {new (memory) SharedState(),
          [](SharedState* state) { ::munmap(state, sizeof(SharedState)); }};
}

}  // namespace shapefuzz
