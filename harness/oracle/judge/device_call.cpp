// SPDX-License-Identifier: BSD-3-Clause
#include "harness/oracle/judge/device_call.h"

#include <fmt/format.h>
#include <sys/wait.h>
#include <torch/cuda.h>
#include <unistd.h>

#include <cstdlib>
#include <optional>
#include <utility>

#include "harness/oracle/judge/compiler.h"
#include "harness/oracle/judge/device.h"
#include "harness/oracle/libtorch/setup.h"
#include "harness/oracle/memory/trap.h"

namespace shapefuzz {
namespace {

std::optional<FakeCuda>& fake_cuda() {
  // By the environment for the command as a whole.
  static std::optional<FakeCuda> fake = std::getenv("SHAPEFUZZ_FAKE_CUDA") != nullptr
                                            ? std::optional<FakeCuda>(FakeCuda())
                                            : std::nullopt;
  return fake;
}

at::Device device_of(Device device) {
  const bool is_real = device == Device::kCuda && !fake_cuda();
  return device == Device::kMeta ? at::kMeta : is_real ? at::kCUDA : at::kCPU;
}

// Whether a process of its own finds CUDA. Exit status 0 says so.
bool child_finds_cuda() {
  const ::pid_t child = ::fork();
  if (child == 0) {
    bool found = false;
    try {
      found = torch::cuda::is_available();
    } catch (...) {
    }
    ::_exit(found ? 0 : 1);
  }
  int status = 1;
  return child > 0 && ::waitpid(child, &status, 0) == child && WIFEXITED(status) &&
         WEXITSTATUS(status) == 0;
}

// The same storage there, with the same view of it: an expanded operand stays one, and what lies in
// the gaps of a strided one goes along. Of `meta` without elements.
at::Tensor moved(const at::Tensor& here, Device device) {
  const at::NoGradGuard no_grad;
  const at::TensorOptions there = here.options().device(device_of(device));
  at::Tensor copy;
  if (device == Device::kMeta) {
    copy = at::empty_strided(here.sizes(), here.strides(), there);
  } else {
    const auto elements = static_cast<std::int64_t>(here.storage().nbytes() / here.element_size());
    at::Tensor whole = at::empty({0}, here.options());
    whole.set_(here.storage(), 0, {elements}, {1});
    whole = whole.to(there, /*non_blocking=*/false, /*copy=*/true);
    copy = at::empty({0}, there);
    copy.set_(whole.storage(), here.storage_offset(), here.sizes(), here.strides());
  }
  copy.set_requires_grad(device != Device::kMeta && here.requires_grad());
  return copy;
}

Tensors moved(const Tensors& operands, Device device) {
  Tensors there;
  for (std::size_t i = 0; i < operands.size(); ++i) {
    if (operands[i].defined()) there[i] = moved(operands[i], device);
  }
  return there;
}

// The loss whose entry of the case is the call that Python makes of it.
Loss in_python(const Loss& loss, const Case& c, PythonForm form) {
  Loss other = loss;
  for (Entry& entry : other.entries) {
    if (entry.name == c.entry) entry.call = known_compiler()->call_of(loss, c, form);
  }
  return other;
}

std::string first_line(const std::string& message) { return message.substr(0, message.find('\n')); }

// While the device is asked, what ends the process is no fault of the CPU.
struct DeviceScope {
  DeviceScope() { set_on_device(true); }
  ~DeviceScope() { set_on_device(false); }
  DeviceScope(const DeviceScope&) = delete;
  DeviceScope& operator=(const DeviceScope&) = delete;
};

// Whether an error outlives the case only asking the device once more tells.
void synchronize(const Case& c) {
  if (fake_cuda()) {
    if (fake_cuda()->sticky && fake_cuda()->sticky(c)) {
      throw std::runtime_error("CUDA error: a planted assert");
    }
    return;
  }
  torch::cuda::synchronize();
}

Execution call_on_cuda(const Loss& loss, const Case& c, const Tensors& operands) {
  try {
    Execution there = execute(loss, c, moved(operands, Device::kCuda));
    synchronize(c);
    if (there.accepted) {
      there.value = there.value.to(at::kCPU);
      for (at::Tensor& gradient : there.gradients) {
        if (gradient.defined()) gradient = gradient.to(at::kCPU);
      }
    }
    if (fake_cuda() && fake_cuda()->factor && there.accepted) {
      there.value = there.value * fake_cuda()->factor(c);
    }
    return there;
  } catch (const c10::Error& error) {
    throw DeviceLost(first_line(error.what_without_backtrace()));
  } catch (const std::exception& error) {
    throw DeviceLost(first_line(error.what()));
  }
}

}  // namespace

Execution call_on_base(const Loss& loss, const Case& c, const Tensors& operands, Device device) {
  if (device == Device::kMeta) return execute_forward(loss, c, operands);
  if (device == Device::kCompile) {
    return execute(in_python(loss, c, PythonForm::kEager), c, operands);
  }
  return execute(loss, c, operands);
}

Execution call_on_device(const Loss& loss, const Case& c, const Tensors& operands, Device device) {
  if (device == Device::kMeta) return execute_forward(loss, c, moved(operands, device));
  const DeviceScope scope;
  if (device == Device::kCuda) return call_on_cuda(loss, c, operands);
  return execute(in_python(loss, c, PythonForm::kCompiled), c, moved(operands, device));
}

bool is_fake(Device device) { return device == Device::kCuda && fake_cuda(); }

std::string why_no_device(Device device) {
  if (device == Device::kCompile) {
    if (known_compiler() != nullptr) return known_compiler()->why_not();
    return "torch.compile is Python's: `python3 -m shapefuzz` has it";
  }
  if (device != Device::kCuda || fake_cuda()) return "";
  static const bool found = child_finds_cuda();
  return found ? ""
               : fmt::format("there is no CUDA device here for LibTorch {}", libtorch_version());
}

std::string_view base_of(Device device) {
  return device == Device::kCompile ? "eager PyTorch" : "the CPU";
}

std::string_view name_of(Device device) {
  switch (device) {
    case Device::kCpu:
      return "CPU";
    case Device::kMeta:
      return "meta";
    case Device::kCuda:
      return "CUDA";
    case Device::kCompile:
      return "torch.compile";
  }
  return "";
}

void use_fake_cuda(std::optional<FakeCuda> fake) { fake_cuda() = std::move(fake); }

}  // namespace shapefuzz
