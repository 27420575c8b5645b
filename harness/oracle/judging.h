// How cases are judged. No LibTorch in here.
#pragma once

#include "harness/memory/mode.h"
#include "harness/oracle/device.h"
#include "harness/oracle/verdict.h"

namespace shapefuzz {

struct Judging {
  Policy policy = Policy::kExpand;
  MemoryMode memory = MemoryMode::kOff;
  Device device = Device::kCpu;  ///< another one is held against the CPU

  Judging() = default;
  Judging(Policy forgiven, MemoryMode watched = MemoryMode::kOff, Device where = Device::kCpu)
      : policy(forgiven), memory(watched), device(where) {}
};

}  // namespace shapefuzz
