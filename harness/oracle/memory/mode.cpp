// SPDX-License-Identifier: BSD-3-Clause
#include "harness/oracle/memory/mode.h"

#include "harness/language/text/table.h"

namespace shapefuzz {
namespace {

struct ModeRow {
  MemoryMode value;
  std::string_view name;
};

constexpr std::array<ModeRow, 3> kModes = {
    {{MemoryMode::kOff, "off"}, {MemoryMode::kGuard, "guard"}, {MemoryMode::kFull, "full"}}};
static_assert(is_table_of<MemoryMode>(kModes));

}  // namespace

std::optional<MemoryMode> parse_memory_mode(std::string_view text) {
  const ModeRow* const row = find_row(kModes, text);
  return row == nullptr ? std::nullopt : std::optional(row->value);
}

std::string_view to_string(MemoryMode mode) { return row_of(kModes, mode).name; }

}  // namespace shapefuzz
