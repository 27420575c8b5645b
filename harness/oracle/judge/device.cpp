// SPDX-License-Identifier: BSD-3-Clause
#include "harness/oracle/judge/device.h"

#include <fmt/format.h>

#include <array>

#include "harness/language/case/zone.h"
#include "harness/oracle/causes/cause.h"
#include "harness/oracle/judge/comparison.h"
#include "harness/oracle/judge/device_call.h"
#include "harness/oracle/judge/explanation.h"
#include "harness/oracle/judge/judge.h"
#include "harness/oracle/judge/tolerance.h"
#include "harness/oracle/libtorch/setup.h"
#include "harness/oracle/libtorch/tensors.h"
#include "harness/oracle/memory/trap.h"

namespace shapefuzz {
namespace {

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

void not_judged(Judgement& judgement, const std::string& why) {
  judgement.verdict = Verdict::kNotJudged;
  judgement.detail = why;
}

class OnDevice {
 public:
  OnDevice(const Loss& loss, const Case& c, Device device, const Causes& causes,
           const Judgement* on_cpu)
      : loss_(loss), c_(c), device_(device), causes_(causes), on_cpu_(on_cpu) {
    judgement_.device = to_string(device);
    call_ = to_call(c, loss.spec);
    judgement_.zone = zone_of(c, loss.spec, &reading_);
    readable_ = reading_.alternative != nullptr;
    if (!readable_) reading_ = nearest_reading(loss.spec.contract, call_);
  }

  Judgement judge() {
    if (device_ == Device::kMeta && loss_.parameters != nullptr) {
      not_judged(judgement_, "the module's parameters are numbers, which meta has not");
    } else if (device_ == Device::kMeta) {
      const at::NoGradGuard no_grad;
      run_here();
      run_there();
      compare();
    } else if (is_worth_a_call()) {
      if (!is_chance_) run_here();
      run_there();
      if (!is_lost_) compare();
    }
    if (is_finding(judgement_.verdict)) explain_finding();
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
    // What is compiled has to refuse them too; a GPU has asserts, each of which costs a process.
    const bool is_gpu = device_ == Device::kCuda;
    if (is_gpu && on_cpu_->outcome == Outcome::kRejected && is_about_values(on_cpu_->message)) {
      judgement_.outcome = Outcome::kRejected;
      not_judged(judgement_, "the CPU refuses it for its values: " + on_cpu_->message);
      return false;
    }
    // What memory happens to hold on the CPU is nothing to be held against.
    is_chance_ = severity_of(on_cpu_->verdict) == Severity::kMemory ||
                 on_cpu_->verdict == Verdict::kNondeterministic;
    // Kernels of the CPU by another name would do the same again, unwatched.
    return !(is_chance_ && is_gpu && is_fake(device_));
  }

  void explain_finding() {
    judgement_.mistake = find_mistake(c_, loss_.spec);
    const Cause* const cause = explain(causes_, loss_, c_, operands_, there_, judgement_);
    if (cause != nullptr) judgement_.cause = cause->name;
  }

  void run_here() {
    if (device_ == Device::kMeta) operands_ = make_operands(loss_, c_, reading_);
    here_ = call_on_base(loss_, c_, operands_.tensors, device_);
  }

  void run_there() {
    try {
      there_ = call_on_device(loss_, c_, operands_.tensors, device_);
    } catch (const DeviceLost& lost) {
      lose(lost.what());
      return;
    }
    judgement_.warned = there_.warned;
    judgement_.message = there_.message;
    judgement_.outcome = there_.accepted ? Outcome::kAccepted : Outcome::kRejected;
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
    const bool has_all_kernels = device_ == Device::kCompile;
    if (!there_.accepted && !has_all_kernels && has_no_kernel(there_)) {
      judgement_.message = first_sentence(there_.message);
      not_judged(judgement_, fmt::format("{} has no kernel for it", name()));
    } else if (here_.accepted && there_.accepted) {
      compare_results();
    } else if (here_.accepted) {
      judgement_.verdict = Verdict::kEntryDisagreement;
      judgement_.detail = fmt::format("{} accepts it", base());
    } else if (!there_.accepted) {
      return;
    } else {
      judgement_.result_shape = shape_of(there_.value);
      const bool is_on_meta = device_ == Device::kMeta;
      const bool says_nothing =
          !has_all_kernels &&
          ((is_on_meta && shapes_fit) || is_about_values(here_.message) || has_no_kernel(here_));
      const bool was_chance =
          is_chance_ && on_cpu_ != nullptr && on_cpu_->outcome != Outcome::kRejected;
      if (says_nothing || was_chance) {
        not_judged(judgement_,
                   fmt::format("{} refuses it, but not for its shapes: {}", base(), here_.message));
        return;
      }
      judgement_.verdict = Verdict::kEntryDisagreement;
      judgement_.detail = fmt::format("{} refuses it: {}", base(), here_.message);
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
      judgement_.detail = fmt::format("the result is {}, {} {}", judgement_.result_dtype, on_base(),
                                      c10::toString(here_.value.scalar_type()));
      return;
    }
    if (device_ != Device::kMeta) compare_numbers();
  }

  void differ_in_shape(const Shape& expected) {
    judgement_.verdict = Verdict::kWrongShape;
    judgement_.expected_shape = expected;
    judgement_.detail =
        fmt::format("the result has shape {}, {} {}", to_string(*judgement_.result_shape),
                    on_base(), to_string(expected));
  }

  void compare_numbers() {
    const Comparison comparison =
        compare_executions(loss_, c_, operands_.tensors, there_, here_, words());
    if (comparison.agreement == Agreement::kNoReference) {
      judgement_.verdict = Verdict::kEntryDisagreement;
      judgement_.detail = fmt::format("{} refuses it backward: {}", base(), here_.message);
      return;
    }
    if (comparison.agreement == Agreement::kEqual) {
      if (there_.backward_accepted || !here_.backward_accepted) return;
      judgement_.verdict = Verdict::kBackwardRejected;
      judgement_.detail = fmt::format("{} accepts it backward too: {}", base(), there_.message);
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
      // A finding of the CPU (of what is not compiled), whose own sweep has it.
      judgement_.detail += "; the documented formula agrees with " + std::string(name());
      return;
    }
    judgement_.verdict = is_gradient ? Verdict::kWrongGradient : Verdict::kWrongValue;
    judgement_.detail += fmt::format("; the documented formula agrees with {}", base());
  }

  std::string_view name() const { return name_of(device_); }
  std::string_view base() const { return base_of(device_); }
  std::string on_base() const {
    return fmt::format("{} {}", device_ == Device::kCompile ? "in" : "on", base());
  }

  Wording words() const {
    Wording wording;
    wording.actual =
        fmt::format("{} {} the result", device_ == Device::kCompile ? "by" : "on", name());
    wording.expected = on_base();
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
  const Causes& causes_;
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

Judgement judge_on_device(const Loss& loss, const Case& c, Device device, const Causes& causes,
                          const Judgement* on_cpu) {
  prepare_libtorch();
  return OnDevice(loss, c, device, causes, on_cpu).judge();
}

}  // namespace shapefuzz
