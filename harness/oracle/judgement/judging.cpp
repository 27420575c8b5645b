// SPDX-License-Identifier: BSD-3-Clause
#include "harness/oracle/judgement/judging.h"

#include "harness/language/text/table.h"

namespace shapefuzz {
namespace {

struct DeviceRow {
  Device value;
  std::string_view name;
};

constexpr std::array<DeviceRow, 4> kDevices = {{{Device::kCpu, "cpu"},
                                                {Device::kMeta, "meta"},
                                                {Device::kCuda, "cuda"},
                                                {Device::kCompile, "compile"}}};
static_assert(is_table_of<Device>(kDevices));

}  // namespace

std::string_view to_string(Device device) { return row_of(kDevices, device).name; }

const std::vector<Device>& all_devices() {
  static const std::vector<Device> all = [] {
    std::vector<Device> devices;
    for (const DeviceRow& row : kDevices) devices.push_back(row.value);
    return devices;
  }();
  return all;
}

std::optional<Device> parse_device(std::string_view text) {
  const DeviceRow* const row = find_row(kDevices, text);
  return row == nullptr ? std::nullopt : std::optional(row->value);
}

}  // namespace shapefuzz
