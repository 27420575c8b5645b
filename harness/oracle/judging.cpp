#include "harness/oracle/judging.h"

#include <array>

namespace shapefuzz {
namespace {

constexpr std::array<std::string_view, 3> kNames = {"cpu", "meta", "cuda"};

}  // namespace

std::string_view to_string(Device device) { return kNames[static_cast<std::size_t>(device)]; }

std::optional<Device> parse_device(std::string_view text) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == text) return static_cast<Device>(i);
  }
  return std::nullopt;
}

}  // namespace shapefuzz
