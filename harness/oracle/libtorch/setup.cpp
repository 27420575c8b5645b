// SPDX-License-Identifier: BSD-3-Clause
#include "harness/oracle/libtorch/setup.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/util/Logging.h>

#include <algorithm>
#include <cstdint>
#include <future>
#include <system_error>
#include <thread>
#include <vector>

#include "harness/language/text/errors.h"
#include "harness/oracle/libtorch/guard.h"
#include "harness/oracle/libtorch/libtorch.h"

namespace shapefuzz {
namespace {

std::uint64_t warnings = 0;
std::vector<std::string>* kept_texts = nullptr;

class CountingHandler : public LibtorchWarningHandler {
 public:
  void on_warning(const std::string& message) override { note_warning(message); }
};

// LibTorch starts a thread for each processor when it is first told how many to use, and waits for
// ever for those that the system refuses.
void require_threads() {
  std::promise<void> end;
  const std::shared_future<void> ended = end.get_future().share();
  std::vector<std::thread> threads;
  bool refused = false;
  try {
    for (unsigned i = 0; i < std::thread::hardware_concurrency(); ++i) {
      threads.emplace_back([ended] { ended.wait(); });
    }
  } catch (const std::system_error&) {
    refused = true;
  }
  end.set_value();
  for (std::thread& thread : threads) thread.join();
  if (refused)
    throw HarnessError("the system refuses the threads that LibTorch starts (ulimit -u)");
}

}  // namespace

std::uint64_t warnings_so_far() { return warnings; }

void note_warning(const std::string& text) {
  ++warnings;
  if (kept_texts == nullptr) return;
  const bool known = std::find(kept_texts->begin(), kept_texts->end(), text) != kept_texts->end();
  if (!known) kept_texts->push_back(text);
}

WarningTexts::WarningTexts() { kept_texts = &texts_; }
WarningTexts::~WarningTexts() { kept_texts = nullptr; }

void prepare_libtorch() {
  static CountingHandler handler;
  static const bool done = [] {
    require_threads();
    at::set_num_threads(1);
    c10::SetStackTraceFetcher([] { return std::string(); });
    install(handler);
    return true;
  }();
  static_cast<void>(done);
}

void warm_up_libtorch(MemoryMode memory) {
  prepare_libtorch();
  install_allocator();
  if (memory != MemoryMode::kOff) install_guard();
  static const bool done = [] {
    const at::Tensor input = at::ones({2, 2}, at::kDouble).set_requires_grad(true);
    at::mse_loss(input, at::zeros({2, 2}, at::kDouble));
    return true;
  }();
  static_cast<void>(done);
}

std::string libtorch_version() {
  // Some builds append what they were built from, as in `2.6.0+cpu`.
  const std::string version = TORCH_VERSION;
  return version.substr(0, version.find('+'));
}

}  // namespace shapefuzz
