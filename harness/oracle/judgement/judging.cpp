// SPDX-License-Identifier: BSD-3-Clause
#include "harness/oracle/judgement/judging.h"

#include "harness/language/text/table.h"

namespace shapefuzz {
namespace {

struct DeviceRow {
  Device value;
  std::string_view name;
};

constexpr std::array<DeviceRow, 3> kDevices = {
    {{Device::kCpu, "cpu"}, {Device::kMeta, "meta"}, {Device::kCuda, "cuda"}}};
static_assert(is_table_of<Device>(kDevices));

}  // namespace

std::string_view to_string(Device device) { return row_of(kDevices, device).name; }

std::optional<Device> parse_device(std::string_view text) {
  const DeviceRow* const row = find_row(kDevices, text);
  return row == nullptr ? std::nullopt : std::optional(row->value);
}

}  // namespace shapefuzz
