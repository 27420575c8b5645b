#include "fuzz/feedback.h"

#include <array>
#include <cstdlib>
#include <string_view>

namespace shapefuzz {
namespace {

// libFuzzer looks through all of them after every input: 64 KiB take it two microseconds, and hold
// some ten thousand features with few collisions.
constexpr std::size_t kCounters = std::size_t{1} << 16;

#if defined(__linux__)
__attribute__((section("__libfuzzer_extra_counters")))
#endif
std::array<std::uint8_t, kCounters>
    counters;

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
