// SPDX-License-Identifier: BSD-3-Clause
#include "harness/oracle/judge/device.h"

#include <fmt/format.h>

#include <array>

#include "harness/language/case/values.h"
#include "harness/language/case/zone.h"
#include "harness/oracle/judge/comparison.h"
#include "harness/oracle/judge/judge.h"
#include "harness/oracle/libtorch/setup.h"
#include "harness/oracle/libtorch/tensors.h"

namespace shapefuzz {
namespace {

at::Device device_of(Device device) {
  return device == Device::kMeta ? at::kMeta : device == Device::kCuda ? at::kCUDA : at::kCPU;
}

// The same sizes, strides and dtype there; of `meta` without elements.
Tensors moved(const Tensors& operands, Device device) {
  Tensors there;
  for (std::size_t i = 0; i < operands.size(); ++i) {
    if (!operands[i].defined()) continue;
    const at::Tensor& here = operands[i];
    there[i] =
        at::empty_strided(here.sizes(), here.strides(), here.options().device(device_of(device)));
    if (device != Device::kMeta) there[i].copy_(here);
  }
  return there;
}

// What LibTorch says where a kernel is missing, or would have to look at an element.
bool has_no_kernel(const Execution& execution) {
  constexpr std::array<std::string_view, 6> kTexts = {
      {"Could not run 'aten::", "no fake impl or Meta kernel", "not implemented for",
       "cannot be called on meta tensors", "Cannot copy out of meta tensor",
       "NotImplementedError"}};
  for (const std::string_view text : kTexts) {
    if (execution.message.find(text) != std::string::npos) return true;
  }
  return false;
}

// Refusals of the CPU that are about elements: indices and probabilities out of their range.
bool is_about_values(const Execution& execution) {
  constexpr std::array<std::string_view, 4> kTexts = {
      {"out of bounds", "out of range", "should be between 0 and 1", "Target values should be in"}};
  for (const std::string_view text : kTexts) {
    if (execution.message.find(text) != std::string::npos) return true;
  }
  return false;
}

// Without the list of all kernels that there are.
std::string first_sentence(const std::string& message) {
  return message.substr(0, message.find(". "));
}

void not_judged(Judgement& judgement, const std::string& why) {
  judgement.verdict = Verdict::kNotJudged;
  judgement.detail = why;
}

void compare_results(const Loss& loss, const Tensors& operands, const Execution& here,
                     const Execution& there, Device device, Judgement& judgement) {
  judgement.result_shape = shape_of(there.value);
  judgement.expected_shape = shape_of(here.value);
  judgement.result_dtype = c10::toString(there.value.scalar_type());
  if (*judgement.result_shape != *judgement.expected_shape) {
    judgement.verdict = Verdict::kWrongShape;
    judgement.detail =
        fmt::format("the result has shape {}, on the CPU {}", to_string(*judgement.result_shape),
                    to_string(*judgement.expected_shape));
    return;
  }
  if (there.value.scalar_type() != here.value.scalar_type()) {
    judgement.verdict = Verdict::kWrongShape;
    judgement.detail = fmt::format("the result is {}, on the CPU {}", judgement.result_dtype,
                                   c10::toString(here.value.scalar_type()));
    return;
  }
  if (device == Device::kMeta) return;
  Execution back = there;
  back.value = there.value.to(at::kCPU);
  const Comparison comparison = compare_values(loss, operands, back, here);
  if (comparison.agreement == Agreement::kEqual) return;
  judgement.verdict = Verdict::kWrongValue;
  judgement.detail = comparison.detail;
}

}  // namespace

bool has_device(Device device) { return device != Device::kCuda || at::hasCUDA(); }

Judgement judge_on_device(const Loss& loss, const Case& c, Device device) {
  prepare_libtorch();
  const at::NoGradGuard no_grad;
  Judgement judgement;
  judgement.device = to_string(device);
  Reading reading;
  const Call call = to_call(c, loss.spec);
  judgement.zone = zone_of(c, loss.spec, &reading);
  if (judgement.zone == Zone::kIncompatible) reading = nearest_reading(loss.spec.contract, call);
  const OperandSet operands = make_operands(loss, c, reading);
  const Execution here = execute_forward(loss, c, operands.tensors);
  const Execution there = execute_forward(loss, c, moved(operands.tensors, device));
  judgement.warned = there.warned;
  judgement.message = there.message;
  judgement.outcome = there.accepted ? Outcome::kAccepted : Outcome::kRejected;
  const bool shapes_fit =
      !loss.spec.open && classify(loss.spec.contract, call) != Zone::kIncompatible;
  if (!there.accepted && has_no_kernel(there)) {
    judgement.message = first_sentence(there.message);
    not_judged(judgement, fmt::format("{} has no kernel for it", judgement.device));
  } else if (here.accepted && there.accepted) {
    compare_results(loss, operands.tensors, here, there, device, judgement);
  } else if (here.accepted) {
    judgement.verdict = Verdict::kEntryDisagreement;
    judgement.detail = "the CPU accepts it";
  } else if (there.accepted && (shapes_fit || is_about_values(here) || has_no_kernel(here))) {
    judgement.result_shape = shape_of(there.value);
    not_judged(judgement, "the CPU refuses it, but not for its shapes: " + here.message);
  } else if (there.accepted) {
    judgement.result_shape = shape_of(there.value);
    judgement.verdict = Verdict::kEntryDisagreement;
    judgement.detail = "the CPU refuses it: " + here.message;
  }
  if (is_finding(judgement.verdict)) judgement.mistake = find_mistake(c, loss.spec);
  return judgement;
}

}  // namespace shapefuzz
