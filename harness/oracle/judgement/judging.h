// SPDX-License-Identifier: BSD-3-Clause
// How cases are judged. No LibTorch in here.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "harness/oracle/judgement/verdict.h"
#include "harness/oracle/memory/mode.h"

namespace shapefuzz {

class Causes;

enum class Device { kCpu, kMeta, kCuda, kCompile };

std::string_view to_string(Device device);
/// Every device, in the order of the enumeration.
const std::vector<Device>& all_devices();
/// `cpu`, `meta`, `cuda` or `compile`; none for another text.
std::optional<Device> parse_device(std::string_view text);

/// The most elements of all operands for which a gradient is held against finite differences, which
/// cost four calls of the formula an element: of one case among many, and of one that somebody
/// looks at.
inline constexpr std::int64_t kFewForSlopes = 64;
inline constexpr std::int64_t kManyForSlopes = 1024;

struct Judging {
  Policy policy = Policy::kExpand;
  MemoryMode memory = MemoryMode::kOff;
  Device device = Device::kCpu;  ///< another one is held against the CPU (device.h)
  /// Finite differences too, where a case is small enough. A twin is: without them it is judged as
  /// its large original would be.
  bool slopes = true;
  std::int64_t most_for_slopes = kFewForSlopes;
  /// Cases of somebody's own loss that are not ordinary too (language/case/ordinary.h): for whoever
  /// looks for cases.
  bool thorough = false;
  /// What is known of the losses; null: known_causes() (oracle/causes/cause.h).
  const Causes* causes = nullptr;

  /// How much longer than on the CPU a case may take: a compiler takes seconds.
  double patience() const { return device == Device::kCompile ? 30 : 1; }

  Judging() = default;
  Judging(Policy forgiven, MemoryMode watched = MemoryMode::kOff, Device where = Device::kCpu)
      : policy(forgiven), memory(watched), device(where) {}
};

}  // namespace shapefuzz
