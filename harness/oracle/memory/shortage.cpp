// SPDX-License-Identifier: BSD-3-Clause
#include "harness/oracle/memory/shortage.h"

#include <array>
#include <new>
#include <utility>

namespace shapefuzz {
namespace {

Shortage of_this_process;
Shortage* report = &of_this_process;

// As without a handler, but it does not go unnoticed where somebody catches the exception.
void refuse() {
  note_shortage();
  throw std::bad_alloc();
}

struct Injection {
  std::uint64_t until_next = 0;
  std::uint64_t every = 0;
};
Injection injection;

}  // namespace

void report_shortages_to(Shortage& shortage) {
  report = &shortage;
  shortage.refusals.store(0);
  std::set_new_handler(refuse);
}

void note_shortage() { report->refusals.fetch_add(1, std::memory_order_relaxed); }

bool take_shortage() { return report->refusals.exchange(0, std::memory_order_relaxed) != 0; }

bool tells_of_shortage(std::string_view message) {
  // The last one: LibTorch has let go of its pool of threads and could not make another, in this
  // call or in an earlier one (caffe2::pthreadpool behind a fork).
  constexpr std::array<std::string_view, 6> kTexts = {{"can't allocate memory", "not enough memory",
                                                       "Cannot allocate memory", "bad_alloc",
                                                       "out of memory", "Invalid thread pool"}};
  for (const std::string_view text : kTexts) {
    if (message.find(text) != std::string_view::npos) return true;
  }
  return false;
}

std::uint64_t inject_shortage(std::uint64_t first, std::uint64_t every) {
  return std::exchange(injection, {first, every}).until_next;
}

bool is_injected_shortage() {
  if (injection.until_next == 0 || --injection.until_next != 0) return false;
  injection.until_next = injection.every;
  return true;
}

}  // namespace shapefuzz
