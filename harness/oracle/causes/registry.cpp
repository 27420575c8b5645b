// SPDX-License-Identifier: BSD-3-Clause
#include "harness/oracle/causes/cause.h"

#include <initializer_list>
#include <utility>

namespace shapefuzz {

namespace {

using Family = std::vector<Cause> (*)();

Causes causes_of(std::initializer_list<Family> families, Device device) {
  std::vector<Cause> all;
  for (const Family family : families) {
    for (Cause& cause : family()) {
      cause.device = device;
      all.push_back(std::move(cause));
    }
  }
  return Causes(std::move(all));
}

}  // namespace

const Causes& known_causes(Device device) {
  switch (device) {
    case Device::kCpu:
      break;
    case Device::kMeta: {
      static const Causes on_meta = causes_of({meta_causes}, device);
      return on_meta;
    }
    case Device::kCuda: {
      static const Causes on_cuda = causes_of({cuda_causes}, device);
      return on_cuda;
    }
    case Device::kCompile: {
      static const Causes compiled = causes_of({compile_causes}, device);
      return compiled;
    }
  }
  static const Causes on_cpu = causes_of(
      {elementwise_causes, class_causes, pair_causes, sequence_causes, operator_causes, hazards},
      device);
  return on_cpu;
}

const Cause* find_known_cause(std::string_view name) {
  for (const Device device : all_devices()) {
    const Cause* const cause = known_causes(device).find(name);
    if (cause != nullptr) return cause;
  }
  return nullptr;
}

}  // namespace shapefuzz
