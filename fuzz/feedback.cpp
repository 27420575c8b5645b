// SPDX-License-Identifier: BSD-3-Clause
#include "fuzz/feedback.h"

#include <cstdlib>
#include <string_view>

namespace shapefuzz {
namespace {

// libFuzzer looks through all of them after every input: 64 KiB take it two microseconds, and hold
// some ten thousand features with few collisions.
constexpr std::size_t kCounters = std::size_t{1} << 16;

// Volatile, or the compiler leaves out what nobody reads, and libFuzzer sees no counters at all.
__attribute__((used,
               section("__libfuzzer_extra_counters"))) volatile std::uint8_t counters[kCounters];

bool is_on() {
  const char* const value = std::getenv("SHAPEFUZZ_FEEDBACK");
  return value == nullptr || std::string_view(value) != "off";
}

}  // namespace

void give_feedback(const std::vector<std::uint64_t>& features) {
  static const bool on = is_on();
  if (!on) return;
  for (const std::uint64_t feature : features) counters[feature % kCounters] = 1;
}

}  // namespace shapefuzz
