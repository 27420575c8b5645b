// SPDX-License-Identifier: BSD-3-Clause
// The two calls that are held against each other: the one on a device, and the one on the CPU.
// Includes torch headers.
#pragma once

#include <stdexcept>

#include "harness/oracle/judge/execute.h"
#include "harness/oracle/judgement/judging.h"

namespace shapefuzz {

/// What a device has to agree with: the call on the CPU; of `compile` Python's eager call. Of
/// `meta` without the backward.
Execution call_on_base(const Loss& loss, const Case& c, const Tensors& operands, Device device);

/// The device has an error that outlives the call, so that this process cannot use it any more.
class DeviceLost : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The call on the device, with operands of the same storage there. What it gives is on the CPU
/// again, but of `meta`, which has shapes only. Throws DeviceLost.
Execution call_on_device(const Loss& loss, const Case& c, const Tensors& operands, Device device);

/// Whether the device is the CPU by another name (use_fake_cuda).
bool is_fake(Device device);

}  // namespace shapefuzz
