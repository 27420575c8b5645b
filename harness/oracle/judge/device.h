// SPDX-License-Identifier: BSD-3-Clause
// Another device against the CPU: do they accept the same calls, with the same result?
//
// `meta` computes shapes only; it is what export and tracing believe of a call. Its kernels see no
// values, so a refusal of the CPU that is about values says nothing about it. `cuda` computes the
// values and the gradients too, by other kernels. `compile` is the CPU under torch.compile, held
// against Python's own call, which is called eager (compiler.h). No LibTorch in here.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "harness/losses/loss/loss.h"
#include "harness/oracle/judgement/judging.h"

namespace shapefuzz {

/// Why it cannot be asked here, in words: the installed LibTorch, the machine or this program lacks
/// it. Empty if it can. A child asks: a process that has touched CUDA cannot fork workers that use
/// it.
std::string why_no_device(Device device);

/// What people call it: `CPU`, `CUDA`, `meta`, `torch.compile`.
std::string_view name_of(Device device);

/// What it is held against: `the CPU`, or `eager PyTorch`.
std::string_view base_of(Device device);

class Causes;

/// Calls the case on `device` and holds it against the CPU, whose judgement (with memory watched)
/// is `on_cpu`; of `meta` it is not asked. A finding has its cause, if `causes` has it.
///
/// `entry_disagreement`: one accepts what the other refuses, or they differ where no formula says
/// who is right. `wrong_shape`, `wrong_value`, `wrong_gradient`: the device's result is another
/// one, and where a formula exists, not the formula's. Where it is the CPU that contradicts the
/// formula, the case passes: that is a finding of the CPU. `not_judged`: the device has no kernel,
/// or the CPU refuses for a reason that no shape shows. An error that outlives the case ends the
/// process (end_by_device), or is a `crash`.
Judgement judge_on_device(const Loss& loss, const Case& c, Device device, const Causes& causes,
                          const Judgement* on_cpu = nullptr);

/// For tests: from now on CUDA is the CPU by another name. `sticky` says of which cases the device
/// dies, `factor` what each of its results is multiplied with; both may be null.
struct FakeCuda {
  std::function<bool(const Case&)> sticky;
  std::function<double(const Case&)> factor;
};
void use_fake_cuda(std::optional<FakeCuda> fake);

}  // namespace shapefuzz
