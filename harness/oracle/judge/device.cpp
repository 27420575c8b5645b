// SPDX-License-Identifier: BSD-3-Clause
#include "harness/oracle/judge/device.h"

#include <fmt/format.h>
#include <sys/wait.h>
#include <torch/cuda.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

#include "harness/language/case/values.h"
#include "harness/language/case/zone.h"
#include "harness/oracle/judge/comparison.h"
#include "harness/oracle/judge/judge.h"
#include "harness/oracle/judge/tolerance.h"
#include "harness/oracle/libtorch/setup.h"
#include "harness/oracle/libtorch/tensors.h"
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

// What LibTorch says where a kernel is missing, or would have to look at an element.
bool has_no_kernel(const Execution& execution) {
  constexpr std::array<std::string_view, 7> kTexts = {
      {"Could not run 'aten::", "no fake impl or Meta kernel", "not implemented for",
       "cannot be called on meta tensors", "Cannot copy out of meta tensor",
       "Expected all tensors to be on the same device", "NotImplementedError"}};
  for (const std::string_view text : kTexts) {
    if (execution.message.find(text) != std::string::npos) return true;
  }
  return false;
}

// Refusals of the CPU that are about elements: indices and probabilities out of their range.
bool is_about_values(const std::string& message) {
  constexpr std::array<std::string_view, 6> kTexts = {
      {"out of bounds", "out of range", "should be between 0 and 1", "Target values should be in",
       "must be between 0 and 1", "Expected input_lengths to have value"}};
  for (const std::string_view text : kTexts) {
    if (message.find(text) != std::string::npos) return true;
  }
  return false;
}

// Without the list of all kernels that there are.
std::string first_sentence(const std::string& message) {
  return message.substr(0, message.find(". "));
}

std::string first_line(const std::string& message) { return message.substr(0, message.find('\n')); }

void not_judged(Judgement& judgement, const std::string& why) {
  judgement.verdict = Verdict::kNotJudged;
  judgement.detail = why;
}

// While the device is asked, what ends the process is no fault of the CPU.
struct DeviceScope {
  DeviceScope() { set_on_device(true); }
  ~DeviceScope() { set_on_device(false); }
  DeviceScope(const DeviceScope&) = delete;
  DeviceScope& operator=(const DeviceScope&) = delete;
};

class OnDevice {
 public:
  OnDevice(const Loss& loss, const Case& c, Device device, const Judgement* on_cpu)
      : loss_(loss), c_(c), device_(device), on_cpu_(on_cpu) {
    judgement_.device = to_string(device);
    call_ = to_call(c, loss.spec);
    judgement_.zone = zone_of(c, loss.spec, &reading_);
    readable_ = reading_.alternative != nullptr;
    if (!readable_) reading_ = nearest_reading(loss.spec.contract, call_);
  }

  Judgement judge() {
    if (device_ == Device::kMeta) {
      const at::NoGradGuard no_grad;
      run_here();
      run_there();
      compare();
    } else if (is_worth_a_call()) {
      if (!is_chance_) run_here();
      run_there();
      if (!is_lost_) compare();
    }
    if (is_finding(judgement_.verdict)) judgement_.mistake = find_mistake(c_, loss_.spec);
    return std::move(judgement_);
  }

 private:
  // What the CPU says decides whether the device is asked at all, and what of its answer counts.
  bool is_worth_a_call() {
    operands_ = make_operands(loss_, c_, reading_);
    if (on_cpu_ == nullptr) return true;
    if (on_cpu_->verdict == Verdict::kNotJudged) {
      judgement_ = *on_cpu_;
      judgement_.device = to_string(device_);
      return false;
    }
    here_.accepted = on_cpu_->outcome == Outcome::kAccepted;
    here_.message = on_cpu_->message;
    if (on_cpu_->outcome == Outcome::kRejected && is_about_values(on_cpu_->message)) {
      judgement_.outcome = Outcome::kRejected;
      not_judged(judgement_, "the CPU refuses it for its values: " + on_cpu_->message);
      return false;
    }
    // What memory happens to hold on the CPU is nothing to be held against.
    is_chance_ = severity_of(on_cpu_->verdict) == Severity::kMemory ||
                 on_cpu_->verdict == Verdict::kNondeterministic;
    // Kernels of the CPU by another name would do the same again, unwatched.
    return !(is_chance_ && fake_cuda());
  }

  void run_here() {
    if (device_ == Device::kMeta) {
      operands_ = make_operands(loss_, c_, reading_);
      here_ = execute_forward(loss_, c_, operands_.tensors);
    } else {
      here_ = execute(loss_, c_, operands_.tensors);
    }
  }

  void run_there() {
    if (device_ == Device::kMeta) {
      there_ = execute_forward(loss_, c_, moved(operands_.tensors, device_));
    } else {
      run_on_cuda();
      if (is_lost_) return;
    }
    judgement_.warned = there_.warned;
    judgement_.message = there_.message;
    judgement_.outcome = there_.accepted ? Outcome::kAccepted : Outcome::kRejected;
  }

  // The call, and what it gives on the CPU again. Whether an error outlives the case only asking
  // the device once more tells.
  void run_on_cuda() {
    const DeviceScope scope;
    try {
      there_ = execute(loss_, c_, moved(operands_.tensors, device_));
      synchronize();
      if (there_.accepted) {
        there_.value = there_.value.to(at::kCPU);
        for (at::Tensor& gradient : there_.gradients) {
          if (gradient.defined()) gradient = gradient.to(at::kCPU);
        }
      }
      if (fake_cuda() && fake_cuda()->factor && there_.accepted) {
        there_.value = there_.value * fake_cuda()->factor(c_);
      }
    } catch (const c10::Error& error) {
      lose(first_line(error.what_without_backtrace()));
    } catch (const std::exception& error) {
      lose(first_line(error.what()));
    }
  }

  void synchronize() const {
    if (fake_cuda()) {
      if (fake_cuda()->sticky && fake_cuda()->sticky(c_)) {
        throw std::runtime_error("CUDA error: a planted assert");
      }
      return;
    }
    torch::cuda::synchronize();
  }

  void lose(const std::string& said) {
    is_lost_ = true;
    judgement_.message = said;
    end_by_device(said.c_str());
    judgement_.outcome = Outcome::kCrashed;
    judgement_.verdict = Verdict::kCrash;
  }

  void compare() {
    const bool shapes_fit =
        !loss_.spec.open && classify(loss_.spec.contract, call_) != Zone::kIncompatible;
    if (!there_.accepted && has_no_kernel(there_)) {
      judgement_.message = first_sentence(there_.message);
      not_judged(judgement_, fmt::format("{} has no kernel for it", name()));
    } else if (here_.accepted && there_.accepted) {
      compare_results();
    } else if (here_.accepted) {
      judgement_.verdict = Verdict::kEntryDisagreement;
      judgement_.detail = "the CPU accepts it";
    } else if (!there_.accepted) {
      return;
    } else {
      judgement_.result_shape = shape_of(there_.value);
      const bool is_on_meta = device_ == Device::kMeta;
      const bool says_nothing =
          (is_on_meta && shapes_fit) || is_about_values(here_.message) || has_no_kernel(here_) ||
          (is_chance_ && on_cpu_ != nullptr && on_cpu_->outcome != Outcome::kRejected);
      if (says_nothing) {
        not_judged(judgement_, "the CPU refuses it, but not for its shapes: " + here_.message);
        return;
      }
      judgement_.verdict = Verdict::kEntryDisagreement;
      judgement_.detail = "the CPU refuses it: " + here_.message;
    }
  }

  void compare_results() {
    judgement_.result_shape = shape_of(there_.value);
    judgement_.result_dtype = c10::toString(there_.value.scalar_type());
    if (is_chance_) {
      if (!on_cpu_->result_shape || *on_cpu_->result_shape == *judgement_.result_shape) return;
      differ_in_shape(*on_cpu_->result_shape);
      return;
    }
    judgement_.expected_shape = shape_of(here_.value);
    if (*judgement_.result_shape != *judgement_.expected_shape) {
      differ_in_shape(*judgement_.expected_shape);
      return;
    }
    if (there_.value.scalar_type() != here_.value.scalar_type()) {
      judgement_.verdict = Verdict::kWrongShape;
      judgement_.detail = fmt::format("the result is {}, on the CPU {}", judgement_.result_dtype,
                                      c10::toString(here_.value.scalar_type()));
      return;
    }
    if (device_ != Device::kMeta) compare_numbers();
  }

  void differ_in_shape(const Shape& on_cpu) {
    judgement_.verdict = Verdict::kWrongShape;
    judgement_.expected_shape = on_cpu;
    judgement_.detail = fmt::format("the result has shape {}, on the CPU {}",
                                    to_string(*judgement_.result_shape), to_string(on_cpu));
  }

  void compare_numbers() {
    const Comparison comparison =
        compare_executions(loss_, c_, operands_.tensors, there_, here_, words());
    if (comparison.agreement == Agreement::kNoReference) {
      judgement_.verdict = Verdict::kEntryDisagreement;
      judgement_.detail = "the CPU refuses it backward: " + here_.message;
      return;
    }
    if (comparison.agreement == Agreement::kEqual) {
      if (there_.backward_accepted || !here_.backward_accepted) return;
      judgement_.verdict = Verdict::kBackwardRejected;
      judgement_.detail = "the CPU accepts it backward too: " + there_.message;
      return;
    }
    judgement_.detail = comparison.detail;
    const bool is_gradient = comparison.agreement == Agreement::kGradient;
    const auto here_is_right = agrees_with_formula(here_, is_gradient);
    const auto there_is_right = agrees_with_formula(there_, is_gradient);
    if (!here_is_right || !there_is_right || *here_is_right == *there_is_right) {
      judgement_.verdict = Verdict::kEntryDisagreement;
      if (here_is_right && !*here_is_right) {
        judgement_.detail += "; by the documented formula both are wrong";
      }
      return;
    }
    if (*there_is_right) {
      // A finding of the CPU, whose own sweep has it.
      judgement_.detail += "; the documented formula agrees with " + std::string(name());
      return;
    }
    judgement_.verdict = is_gradient ? Verdict::kWrongGradient : Verdict::kWrongValue;
    judgement_.detail += "; the documented formula agrees with the CPU";
  }

  std::string_view name() const { return name_of(device_); }

  Wording words() const {
    Wording wording;
    wording.actual = fmt::format("on {} the result", name());
    wording.expected = "on the CPU";
    return wording;
  }

  // None where there is no formula, or it has no meaning for the call.
  std::optional<bool> agrees_with_formula(const Execution& execution, bool gradients) const {
    const bool asks = loss_.gold != nullptr && readable_ && judgement_.zone != Zone::kIncompatible;
    if (!asks) return std::nullopt;
    try {
      Comparison comparison = compare_with_gold(loss_, c_, execution, operands_, reading_);
      if (comparison.agreement == Agreement::kEqual && gradients) {
        comparison = compare_with_slopes(loss_, c_, execution, operands_, reading_);
      }
      return comparison.agreement == Agreement::kEqual;
    } catch (const FormulaError&) {
      return std::nullopt;
    }
  }

  const Loss& loss_;
  const Case& c_;
  Device device_;
  const Judgement* on_cpu_;
  Judgement judgement_;
  Call call_;
  Reading reading_;
  bool readable_ = false;
  OperandSet operands_;
  Execution here_;
  Execution there_;
  bool is_chance_ = false;  // what the CPU gives
  bool is_lost_ = false;    // the device, for this process
};

}  // namespace

bool has_device(Device device) {
  if (device != Device::kCuda || fake_cuda()) return true;
  static const bool found = child_finds_cuda();
  return found;
}

std::string_view name_of(Device device) {
  return device == Device::kCuda ? "CUDA" : device == Device::kMeta ? "meta" : "CPU";
}

void use_fake_cuda(std::optional<FakeCuda> fake) { fake_cuda() = std::move(fake); }

Judgement judge_on_device(const Loss& loss, const Case& c, Device device, const Judgement* on_cpu) {
  prepare_libtorch();
  return OnDevice(loss, c, device, on_cpu).judge();
}

}  // namespace shapefuzz
