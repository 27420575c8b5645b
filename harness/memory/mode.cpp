#include "harness/memory/mode.h"

namespace shapefuzz {

std::optional<MemoryMode> parse_memory_mode(std::string_view text) {
  for (const MemoryMode mode : {MemoryMode::kOff, MemoryMode::kGuard, MemoryMode::kFull}) {
    if (text == to_string(mode)) return mode;
  }
  return std::nullopt;
}

std::string_view to_string(MemoryMode mode) {
  switch (mode) {
    case MemoryMode::kOff:
      return "off";
    case MemoryMode::kGuard:
      return "guard";
    case MemoryMode::kFull:
      break;
  }
  return "full";
}

}  // namespace shapefuzz
