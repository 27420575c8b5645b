#include "harness/oracle/judge.h"

#include <fmt/format.h>

#include <cmath>

#include "harness/case/zone.h"
#include "harness/oracle/execute.h"
#include "harness/oracle/tensors.h"

namespace shapefuzz {
namespace {

// How far an execution agrees with a reference, the nearest first.
enum class Agreement { kEqual, kGradient, kValue, kShape, kNoReference };

struct Comparison {
  Agreement agreement = Agreement::kEqual;
  std::string detail;
  Shape expected_shape;
};

// Rounding may differ in every operation on the way: about 64 for the transcendental functions and
// their backward, and 8 for each element that a reduction adds up, in either order of summation.
// `scale` bounds the numbers that are rounded. In f64 this is 1e-14 for small cases, where a wrong
// divisor on 2 elements is off by 0.3.
double tolerance(const at::Tensor& value, std::int64_t elements, double scale) {
  return unit_roundoff(value) * (64 + 8 * static_cast<double>(elements)) * scale;
}

// The sign of a NaN says nothing, and differs between machines.
std::string number_text(double number) {
  return std::isnan(number) ? "nan" : fmt::format("{:.6g}", number);
}

std::string ratio_text(const Difference& difference) {
  const double ratio = difference.actual / difference.expected;
  if (!std::isfinite(ratio) || ratio == 0) return "";
  return fmt::format(" ({:.6g} times)", ratio);
}

std::string element_text(const at::Tensor& tensor, std::int64_t at) {
  return tensor.dim() == 0 ? "" : fmt::format(" at element {}", at);
}

// Compares the gradients of every operand; an undefined gradient is zero.
bool gradients_agree(const Loss& loss, const Execution& actual, const Execution& expected,
                     std::int64_t elements, std::string& detail) {
  double scale = 1;  // the operands are of that order, and so is what cancels in a small gradient
  for (const at::Tensor& gradient : expected.gradients) {
    if (gradient.defined()) scale = std::max(scale, largest(gradient));
  }
  for (std::size_t i = 0; i < expected.gradients.size(); ++i) {
    at::Tensor a = actual.gradients[i];
    at::Tensor e = expected.gradients[i];
    if (!a.defined() && !e.defined()) continue;
    if (!a.defined()) a = at::zeros_like(e);
    if (!e.defined()) e = at::zeros_like(a);
    const std::string& name = loss.spec.contract.operands()[i].name;
    if (a.sizes() != e.sizes()) {
      detail = fmt::format("the gradient of {} has shape {}, expected {}", name,
                           to_string(shape_of(a)), to_string(shape_of(e)));
      return false;
    }
    const Difference difference = compare(a, e, tolerance(a, elements, scale));
    if (difference.equal) continue;
    detail = fmt::format("the gradient of {}{} is {}, expected {}{}", name,
                         element_text(a, difference.at), number_text(difference.actual),
                         number_text(difference.expected), ratio_text(difference));
    return false;
  }
  return true;
}

bool detached(const Loss& loss, const Case& c) {
  const auto& reduction = std::get<std::string>(c.option(loss.spec, "reduction"));
  for (const std::string& name : loss.detached_reductions) {
    if (name == reduction) return true;
  }
  return false;
}

Comparison compare_with(const Loss& loss, const Case& c, const Execution& actual,
                        const Execution& expected) {
  if (!expected.accepted || !expected.backward_accepted) {
    return {Agreement::kNoReference, "the expanded call itself is refused: " + expected.message, {}};
  }
  Comparison comparison;
  comparison.expected_shape = shape_of(expected.value);
  if (actual.value.sizes() != expected.value.sizes()) {
    comparison.agreement = Agreement::kShape;
    comparison.detail = fmt::format("the result has shape {}, expected {}",
                                    to_string(shape_of(actual.value)),
                                    to_string(comparison.expected_shape));
    return comparison;
  }
  std::int64_t elements = actual.value.numel();
  for (const at::Tensor& gradient : expected.gradients) {
    if (gradient.defined()) elements = std::max(elements, gradient.numel());
  }
  const double scale = std::max(largest(expected.value), 1.0);
  const Difference difference =
      compare(actual.value, expected.value, tolerance(actual.value, elements, scale));
  if (!difference.equal) {
    comparison.agreement = Agreement::kValue;
    comparison.detail =
        fmt::format("the result{} is {}, expected {}{}", element_text(actual.value, difference.at),
                    number_text(difference.actual), number_text(difference.expected),
                    ratio_text(difference));
    return comparison;
  }
  if (!detached(loss, c) &&
      !gradients_agree(loss, actual, expected, elements, comparison.detail)) {
    comparison.agreement = Agreement::kGradient;
  }
  return comparison;
}

// The common shape of all operands, where the contract gives every one of them the output's
// pattern: what an element-wise loss computes on a rank that its documentation does not have.
std::optional<Reading> common_shape_reading(const LossSpec& spec, const Call& call) {
  Reading reading = nearest_reading(spec.contract, call);
  const auto& operands = reading.alternative->operands;
  std::optional<Shape> common = Shape{};
  for (std::size_t i = 0; i < operands.size() && common; ++i) {
    if (!call.operands[i].present) continue;
    if (!(operands[i].pattern == operands[0].pattern)) return std::nullopt;
    common = broadcast(*common, call.operands[i].shape);
  }
  if (!common) return std::nullopt;
  reading.shapes.fill(*common);
  return reading;
}

std::vector<Reading> readings_of(const LossSpec& spec, const Call& call) {
  std::vector<Reading> readings = tolerant_readings(spec.contract, call);
  if (readings.empty()) {
    if (auto common = common_shape_reading(spec, call)) readings.push_back(*common);
  }
  return readings;
}

Verdict verdict_of(Agreement agreement) {
  switch (agreement) {
    case Agreement::kEqual:
      return Verdict::kPass;
    case Agreement::kGradient:
      return Verdict::kWrongGradient;
    case Agreement::kShape:
      return Verdict::kWrongShape;
    case Agreement::kValue:
    case Agreement::kNoReference:
      break;
  }
  return Verdict::kWrongValue;
}

// A reduced result is wrong in its reduction where the unreduced one is right.
bool unreduced_agrees(const Loss& loss, const Case& c, const Tensors& operands,
                      const Reading& reading) {
  Case unreduced = c;
  unreduced.set_option(loss.spec, "reduction", std::string("none"));
  if (unreduced == c) return false;
  const Execution actual = execute(loss, unreduced, operands);
  if (!actual.accepted || !actual.backward_accepted) return false;
  const Execution expected = execute_reference(loss, unreduced, operands, reading);
  return compare_with(loss, unreduced, actual, expected).agreement == Agreement::kEqual;
}

// An accepted call that the contract can read: it must equal the call on expanded operands.
void judge_readable(const Loss& loss, const Case& c, const Tensors& operands,
                    const Execution& actual, const Reading& reading, Policy policy,
                    Judgement& judgement) {
  const bool unreduced = std::get<std::string>(c.option(loss.spec, "reduction")) == "none";
  judgement.expected_shape = unreduced ? reading.result : Shape{};
  if (*judgement.result_shape != *judgement.expected_shape) {
    judgement.verdict = Verdict::kWrongShape;
    judgement.detail =
        fmt::format("the result has shape {}, expected {}", to_string(*judgement.result_shape),
                    to_string(*judgement.expected_shape));
    return;
  }
  // An unreduced valid call would be compared with itself.
  if (judgement.zone != Zone::kValid || !unreduced) {
    const Execution expected = execute_reference(loss, c, operands, reading);
    const Comparison comparison = compare_with(loss, c, actual, expected);
    judgement.verdict = verdict_of(comparison.agreement);
    judgement.detail = comparison.detail;
    if (comparison.agreement == Agreement::kValue &&
        unreduced_agrees(loss, c, operands, reading)) {
      judgement.verdict = Verdict::kWrongReduction;
    }
  }
  const bool forgiven = policy != Policy::kStrict || judgement.zone == Zone::kValid;
  if (judgement.verdict == Verdict::kPass && !forgiven) {
    judgement.verdict = Verdict::kSilentBroadcast;
  }
}

// An accepted call that should have been refused. What NumPy's broadcasting would make of it is the
// most that can be said in its favour.
void judge_unreadable(const Loss& loss, const Case& c, const Tensors& operands,
                      const Execution& actual, const Call& call, Policy policy,
                      Judgement& judgement) {
  std::optional<Comparison> nearest;
  const std::vector<Reading> readings = readings_of(loss.spec, call);
  const Reading* meaning = nullptr;
  for (const Reading& reading : readings) {
    Comparison comparison =
        compare_with(loss, c, actual, execute_reference(loss, c, operands, reading));
    if (nearest && comparison.agreement >= nearest->agreement) continue;
    nearest = std::move(comparison);
    meaning = &reading;
  }
  if (!nearest || nearest->agreement == Agreement::kNoReference) {
    judgement.verdict = Verdict::kWrongValue;
    judgement.detail = "no reading of the contract gives these shapes a meaning";
    return;
  }
  judgement.expected_shape = nearest->expected_shape;
  judgement.detail = nearest->detail;
  judgement.verdict = verdict_of(nearest->agreement);
  if (nearest->agreement == Agreement::kValue && unreduced_agrees(loss, c, operands, *meaning)) {
    judgement.verdict = Verdict::kWrongReduction;
  }
  if (judgement.verdict == Verdict::kPass && policy != Policy::kBroadcast) {
    judgement.verdict = Verdict::kSilentBroadcast;
  }
}

void judge_accepted(const Loss& loss, const Case& c, const Tensors& operands,
                    const Execution& actual, const Call& call, const Reading* reading,
                    Policy policy, Judgement& judgement) {
  judgement.result_shape = shape_of(actual.value);
  if (!actual.backward_accepted) {
    judgement.verdict = Verdict::kBackwardRejected;
    judgement.detail = "accepted forward, refused backward";
  } else if (reading != nullptr) {
    judge_readable(loss, c, operands, actual, *reading, policy, judgement);
  } else {
    judge_unreadable(loss, c, operands, actual, call, policy, judgement);
  }
}

}  // namespace

Judge::Judge(Policy policy) : policy_(policy) { prepare_libtorch(); }

Judgement Judge::judge(const Loss& loss, const Case& c) const {
  Judgement judgement;
  const Call call = to_call(c, loss.spec);
  Reading reading;
  judgement.zone = zone_of(c, loss.spec, &reading);
  const bool readable = judgement.zone != Zone::kIncompatible;
  const Reading nearest = readable ? reading : nearest_reading(loss.spec.contract, call);
  const Tensors operands = make_operands(loss, c, nearest);

  const std::uint64_t warnings = warnings_so_far();
  const Execution actual = execute(loss, c, operands);
  judgement.warned = warnings_so_far() != warnings;
  judgement.message = actual.message;

  if (!actual.accepted) {
    judgement.outcome = Outcome::kRejected;
    if (!actual.clean) {
      judgement.verdict = Verdict::kUncleanRejection;
    } else if (judgement.zone == Zone::kValid) {
      judgement.verdict = Verdict::kRejectedValid;
    }
  } else {
    judge_accepted(loss, c, operands, actual, call, readable ? &reading : nullptr, policy_,
                   judgement);
  }
  // A sweep judges a hundred passes for a finding; only the finding needs a name.
  if (judgement.verdict != Verdict::kPass) judgement.misfit = find_misfit(c, loss.spec);
  return judgement;
}

}  // namespace shapefuzz
