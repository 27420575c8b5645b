// SPDX-License-Identifier: BSD-3-Clause
#include "harness/search/campaign/shared.h"

#include <sys/mman.h>

#include <algorithm>
#include <new>
#include <sstream>

#include "harness/language/text/errors.h"
#include "harness/search/process/pool.h"

namespace shapefuzz {

bool WorkerSlot::write(std::string_view text) {
  if (text.size() > text_.size() / 2) return false;
  std::uint64_t at = written_.load();
  for (const char c : text) text_[at++ % text_.size()] = c;
  text_[at++ % text_.size()] = '\n';
  written_.store(at);
  running_.store(static_cast<std::uint32_t>(text.size()));
  return true;
}

std::string WorkerSlot::tail(std::uint64_t length) const {
  const std::uint64_t end = written_.load();
  std::string text;
  for (std::uint64_t at = end - length; at < end; ++at) text += text_[at % text_.size()];
  return text;
}

std::string WorkerSlot::read() const {
  const std::uint64_t length = running_.load();
  if (length == 0) return "";
  return tail(length + 1).substr(0, length);
}

std::vector<std::string> WorkerSlot::history() const {
  const std::uint64_t all = written_.load();
  const std::uint64_t kept = std::min<std::uint64_t>(all, text_.size());
  std::istringstream text(tail(kept));
  std::vector<std::string> cases;
  for (std::string line; std::getline(text, line);) cases.push_back(line);
  if (kept < all) cases.erase(cases.begin());  // its front is written over
  return cases;
}

std::shared_ptr<SharedState> make_shared_state() {
  void* const memory = ::mmap(nullptr, sizeof(SharedState), PROT_READ | PROT_WRITE,
                              MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw HarnessError("no shared memory for the workers");
  return {new (memory) SharedState,
          [](SharedState* state) { ::munmap(state, sizeof(SharedState)); }};
}

}  // namespace shapefuzz
