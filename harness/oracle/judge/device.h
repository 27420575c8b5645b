// SPDX-License-Identifier: BSD-3-Clause
// Another device against the CPU: do they accept the same calls, with the same result?
//
// `meta` computes shapes only; it is what export and tracing believe of a call. Its kernels see no
// values, so a refusal of the CPU that is about values says nothing about it. No LibTorch in here.
#pragma once

#include "harness/losses/loss/loss.h"
#include "harness/oracle/judgement/judging.h"

namespace shapefuzz {

/// Whether the installed LibTorch has it and the machine too.
bool has_device(Device device);

/// Calls the case on the CPU and on `device`, forward, and compares whether both accept, the shape
/// and the dtype of the results, and (CUDA) the values. `entry_disagreement`: one accepts what the
/// other refuses; `wrong_shape`, `wrong_value`: the device's result is another. `not_judged`: the
/// device has no kernel, or the CPU refuses for a reason that no shape shows.
Judgement judge_on_device(const Loss& loss, const Case& c, Device device);

}  // namespace shapefuzz
