// SPDX-License-Identifier: BSD-3-Clause
#include "harness/oracle/judge/comparison.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "harness/oracle/judge/tolerance.h"
#include "harness/oracle/judgement/readings.h"
#include "harness/oracle/libtorch/tensors.h"

namespace shapefuzz {
namespace {

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

// Compares what two calls computed of the same operands; `scale` bounds the numbers.
Difference compare_results(const Loss& loss, const Execution& execution, const Tensors& operands,
                           const std::vector<double>& actual, const std::vector<double>& expected,
                           double scale) {
  const double roundoff = roundoff_of(loss, execution.value, operands);
  const std::int64_t elements = summands(execution, operands);
  Allowance allowed;
  allowed.gap = tolerance(roundoff, elements, scale);
  const Difference difference = compare(actual, expected, allowed);
  if (difference.equal) return difference;
  allowed.gap = tolerance(roundoff, elements, std::max(scale, scale_of_operands(loss, operands)));
  // A mean is a sum first, in the one of the calls perhaps in a wider format.
  allowed.overflow = overflow_of(loss, execution.value, operands) /
                     static_cast<double>(std::max<std::int64_t>(elements, 1));
  allowed.either_infinity = has_infinite_weight(loss, operands);
  return compare(actual, expected, allowed);
}

// Compares the gradients of every operand; an undefined gradient is zero.
bool gradients_agree(const Loss& loss, const Tensors& operands, const Execution& actual,
                     const Execution& expected, std::string& detail) {
  const double roundoff = roundoff_of(loss, actual.value, operands);
  const std::int64_t elements = summands(actual, operands);
  double scale = 1;  // the operands are of that order, and so is what cancels in a small gradient
  for (const at::Tensor& gradient : expected.gradients) {
    if (gradient.defined()) scale = std::max(scale, largest(values_of(gradient)));
  }
  for (std::size_t i = 0; i < expected.gradients.size(); ++i) {
    const at::Tensor& a = actual.gradients[i];
    const at::Tensor& e = expected.gradients[i];
    if (!a.defined() && !e.defined()) continue;
    const std::string& name = loss.spec.contract.operands()[i].name;
    if (a.defined() && e.defined() && a.sizes() != e.sizes()) {
      detail = fmt::format("the gradient of {} has shape {}, expected {}", name,
                           to_string(shape_of(a)), to_string(shape_of(e)));
      return false;
    }
    const at::Tensor& either = a.defined() ? a : e;
    const auto values_or_zeros = [&](const at::Tensor& gradient) {
      if (gradient.defined()) return values_of(gradient);
      return std::vector<double>(static_cast<std::size_t>(either.numel()));
    };
    const std::vector<double> a_values = values_or_zeros(a);
    const std::vector<double> e_values = values_or_zeros(e);
    const Difference difference =
        compare_results(loss, actual, operands, a_values, e_values, scale);
    if (difference.equal) continue;
    const Allowance quotients = {
        allowed_for_quotients(operands, roundoff, elements, largest(values_of(actual.value)))};
    if (compare(a_values, e_values, quotients).equal) continue;
    const bool undefined = std::isnan(difference.actual) || std::isnan(difference.expected);
    if (undefined && leaves_gradients_open(operands)) continue;
    if (std::isfinite(difference.actual - difference.expected) && hold_subnormal(operands)) {
      continue;
    }
    detail = fmt::format("the gradient of {}{} is {}, expected {}{}", name,
                         element_text(either, difference.at), number_text(difference.actual),
                         number_text(difference.expected), ratio_text(difference));
    return false;
  }
  return true;
}

constexpr int kWaysToMove = 6;

// The operands, each element of a floating one two roundings up or down.
Tensors moved(const Tensors& operands, double roundoff, int way) {
  Tensors result = operands;
  // What is below the smallest number of the narrowest format is 0 in it.
  const double least = smallest_normal(operands) * roundoff;
  for (std::size_t i = 0; i < operands.size(); ++i) {
    if (!operands[i].defined() || !operands[i].is_floating_point()) continue;
    std::vector<double> values = values_of(operands[i]);
    for (std::size_t k = 0; k < values.size(); ++k) {
      const std::size_t turns[] = {0, i, k};
      const bool up = (static_cast<std::size_t>(way) + turns[way / 2]) % 2 == 0;
      values[k] += (up ? 2 : -2) * std::max(roundoff * std::abs(values[k]), least);
    }
    result[i] = make_tensor(operands[i].sizes(), operands[i].scalar_type(), values);
    result[i].set_requires_grad(operands[i].requires_grad());
  }
  return result;
}

// Whether each gradient lies between those that the reference has for operands a rounding away.
bool rounding_explains_gradients(const Loss& loss, const Case& c, const Tensors& operands,
                                 const Execution& actual, const Reading& reading) {
  const double roundoff = roundoff_of(loss, actual.value, operands);
  if (roundoff <= 0x1.0p-53) return false;
  Tensors low;
  Tensors high;
  for (int way = 0; way < kWaysToMove; ++way) {
    const Execution near = execute_reference(loss, c, moved(operands, roundoff, way), reading);
    if (!near.accepted || !near.backward_accepted) return false;
    for (std::size_t i = 0; i < operands.size(); ++i) {
      const at::Tensor& gradient = near.gradients[i];
      if (!gradient.defined()) continue;
      low[i] = low[i].defined() ? at::minimum(low[i], gradient) : gradient;
      high[i] = high[i].defined() ? at::maximum(high[i], gradient) : gradient;
    }
  }
  for (std::size_t i = 0; i < operands.size(); ++i) {
    if (!actual.gradients[i].defined()) continue;
    if (!low[i].defined() || low[i].sizes() != actual.gradients[i].sizes()) return false;
    const std::vector<double> least = values_of(low[i]);
    const std::vector<double> most = values_of(high[i]);
    const std::vector<double> values = values_of(actual.gradients[i]);
    const double gap = tolerance(roundoff, summands(actual, operands),
                                 std::max({1.0, largest(least), largest(most)}));
    for (std::size_t k = 0; k < values.size(); ++k) {
      if (!(values[k] >= least[k] - gap && values[k] <= most[k] + gap)) return false;
    }
  }
  return true;
}

// What the formula leaves of a gradient, where the narrowest dtype cannot hold all of its numbers.
struct Range {
  bool overflows = false;  // the loss itself
  bool is_open = false;    // a number on the way to it: whatever comes is as good
};

Range range_of(const Loss& loss, const Case& c, const OperandSet& operands, const Reading& reading,
               double limit) {
  const GoldLoss gold =
      apply_formula(loss, make_gold_call(loss, c, operands.values, reading), reading);
  return {peak_of(gold) > limit,
          gold.peak > limit || gold.least < smallest_normal(operands.tensors)};
}

// What overflows forward has no gradient.
bool leaves_open(const Range& range, double gradient) {
  return range.is_open || (range.overflows && !std::isfinite(gradient));
}

bool detached(const Loss& loss, const Case& c) {
  const std::string_view reduction = loss.spec.reduction_of(c);
  for (const std::string& name : loss.detached_reductions) {
    if (name == reduction) return true;
  }
  return false;
}

}  // namespace

std::string contradiction_text(const Loss& loss, const Case& c,
                               const std::array<Shape, kMaxOperands>& shapes,
                               const Shape& unreduced, const Shape& documented) {
  std::vector<std::string> operands;
  const auto& patterns = loss.spec.contract.operands();
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    if (c.find_operand(patterns[i].name) == nullptr) continue;
    operands.push_back(patterns[i].name + " " + to_string(shapes[i]));
  }
  const std::string last = operands.back();
  operands.pop_back();
  return fmt::format("for {}{}{} the {} is {}, where the contract says {}",
                     fmt::join(operands, ", "), operands.empty() ? "" : " and ", last,
                     loss.spec.find_option("reduction") != nullptr && loss.spec.reduces
                         ? "unreduced loss"
                         : "result",
                     to_string(unreduced), to_string(documented));
}

Comparison compare_values(const Loss& loss, const Tensors& operands, const Execution& actual,
                          const Execution& expected, const Wording& wording) {
  Comparison comparison;
  comparison.expected_shape = shape_of(expected.value);
  if (actual.value.sizes() != expected.value.sizes()) {
    comparison.agreement = Agreement::kShape;
    comparison.detail =
        fmt::format("{} has shape {}, {} {}", wording.actual, to_string(shape_of(actual.value)),
                    wording.expected, to_string(comparison.expected_shape));
    return comparison;
  }
  const std::vector<double> expected_values = values_of(expected.value);
  const double scale = std::max(largest(expected_values), 1.0);
  const Difference difference =
      compare_results(loss, actual, operands, values_of(actual.value), expected_values, scale);
  if (difference.equal) return comparison;
  comparison.agreement = Agreement::kValue;
  comparison.detail =
      fmt::format("{}{} {} {}, {} {}{}", wording.actual, element_text(actual.value, difference.at),
                  wording.verb, number_text(difference.actual), wording.expected,
                  number_text(difference.expected), ratio_text(difference));
  return comparison;
}

Comparison compare_executions(const Loss& loss, const Case& c, const Tensors& operands,
                              const Execution& actual, const Execution& expected,
                              const Wording& wording) {
  Comparison refused;
  refused.agreement = Agreement::kNoReference;
  refused.detail = "the expanded call itself is refused: " + expected.message;
  if (!expected.accepted) return refused;
  Comparison comparison = compare_values(loss, operands, actual, expected, wording);
  const bool values_only = detached(loss, c) || !actual.backward_accepted;
  if (comparison.agreement != Agreement::kEqual || values_only) return comparison;
  if (!expected.backward_accepted) return refused;
  if (!gradients_agree(loss, operands, actual, expected, comparison.detail)) {
    comparison.agreement = Agreement::kGradient;
  }
  return comparison;
}

Comparison compare_with_expanded(const Loss& loss, const Case& c, const Tensors& operands,
                                 const Execution& actual, const Reading& reading) {
  return compare_with_expanded(loss, c, operands, actual, reading,
                               execute_reference(loss, c, operands, reading));
}

Comparison compare_with_expanded(const Loss& loss, const Case& c, const Tensors& operands,
                                 const Execution& actual, const Reading& reading,
                                 const Execution& expected) {
  if (expected.accepted && expected.unreduced != reading.result && has_documented_result(reading)) {
    return {Agreement::kNoReference,
            contradiction_text(loss, c, reading.shapes, expected.unreduced, reading.result),
            {},
            true,
            Basis::Reference::kContract};
  }
  Wording wording;
  if (loss.spec.folds()) wording.expected = "of the samples one by one";
  Comparison comparison = compare_executions(loss, c, operands, actual, expected, wording);
  if (comparison.agreement != Agreement::kNoReference) {
    comparison.reference = Basis::Reference::kExpandedCall;
  }
  if (comparison.agreement == Agreement::kGradient &&
      rounding_explains_gradients(loss, c, operands, actual, reading)) {
    comparison.agreement = Agreement::kEqual;
    comparison.detail.clear();
  }
  return comparison;
}

Comparison compare_with_gold(const Loss& loss, const Case& c, const Execution& actual,
                             const OperandSet& operands, const Reading& reading) {
  const GoldCall call = make_gold_call(loss, c, operands.values, reading);
  const std::string_view reduction = loss.spec.reduction_of(c);
  const GoldLoss gold = apply_formula(loss, call, reading);
  std::vector<double> expected = reduce(gold, call, reduction);
  Comparison comparison;
  comparison.reference = Basis::Reference::kFormula;
  comparison.expected_shape = shape_of(actual.value);
  const std::int64_t elements = summands(actual, operands.tensors);
  const double roundoff = roundoff_of(loss, actual.value, operands.tensors);
  double scale = gold.scale;
  for (const double value : expected) {
    if (std::isfinite(value)) scale = std::max(scale, std::abs(value));
  }
  const std::vector<double> values = values_of(actual.value);
  for (std::size_t i = 0; i < expected.size() && gold.may_be_nan; ++i) {
    if (std::isnan(values[i])) expected[i] = values[i];
  }
  // Of numbers the formula makes a NaN where it says nothing, as 0 times infinity; whatever a loss
  // returns there is as good. The mean of no element is another matter: that NaN is documented.
  if (has_nan(gold.losses) && !hold_nan(operands)) {
    for (std::size_t i = 0; i < expected.size(); ++i) {
      if (std::isnan(expected[i])) expected[i] = values[i];
    }
  }
  Allowance allowed;
  allowed.gap = tolerance(roundoff, elements, scale);
  Difference difference = compare(values, expected, allowed);
  if (difference.equal) return comparison;
  allowed.gap =
      tolerance(roundoff, elements, std::max(scale, scale_of_operands(loss, operands.tensors)));
  allowed.overflow = overflow_of(loss, actual.value, operands.tensors);
  if (gold.peak > allowed.overflow)
    return comparison;  // and what is infinite may make 0 of the rest
  if (peak_of(gold) > allowed.overflow) allowed.overflow = 0;
  allowed.either_infinity = has_infinite_weight(loss, operands.tensors);
  difference = compare(values, expected, allowed);
  if (difference.equal) return comparison;
  comparison.agreement = Agreement::kValue;
  comparison.detail =
      fmt::format("the result{} is {}, by the documented formula {}{}",
                  element_text(actual.value, difference.at), number_text(difference.actual),
                  number_text(difference.expected), ratio_text(difference));
  return comparison;
}

namespace {

// Half precision rounds a value to the other side of a kink, from which the elements with a small
// slope seem to be far away.
bool is_at_a_kink(const std::vector<Slope>& slopes, double roundoff) {
  constexpr double kSingle = 0x1.0p-24;
  return roundoff > kSingle && !std::all_of(slopes.begin(), slopes.end(),
                                            [](const Slope& slope) { return slope.smooth; });
}

}  // namespace

Comparison compare_with_slopes(const Loss& loss, const Case& c, const Execution& actual,
                               const OperandSet& operands, const Reading& reading) {
  Comparison comparison;
  comparison.expected_shape = shape_of(actual.value);
  comparison.reference = Basis::Reference::kFormula;
  if (detached(loss, c)) return comparison;
  const std::vector<double> cotangent = cotangent_of(comparison.expected_shape);
  const double roundoff = roundoff_of(loss, actual.value, operands.tensors);
  const std::int64_t elements = summands(actual, operands.tensors);
  const double relative = gradient_tolerance(loss, actual, operands);
  const double overflow = overflow_of(loss, actual.value, operands.tensors);
  for (std::size_t i = 0; i < operands.tensors.size(); ++i) {
    const at::Tensor& operand = operands.tensors[i];
    if (!operand.defined() || !operand.requires_grad()) continue;
    const at::Tensor& gradient = actual.gradients[i];
    const std::vector<double> values =
        gradient.defined() ? values_of(gradient)
                           : std::vector<double>(static_cast<std::size_t>(operand.numel()), 0);
    // The entries of a loss share the operands, and so the slopes.
    std::vector<Slope>& slopes = operands.slopes[i];
    if (slopes.empty()) {
      slopes = finite_differences(loss, c, operands.values, reading, i, cotangent, relative);
    }
    if (is_at_a_kink(slopes, roundoff)) continue;
    for (std::size_t k = 0; k < slopes.size(); ++k) {
      const double gap = std::abs(values[k] - slopes[k].value);
      const Allowance allowed = {relative * std::max(1.0, std::abs(slopes[k].value)), overflow};
      if (!slopes[k].smooth || allowed.covers(values[k], slopes[k].value)) continue;
      if (leaves_open(range_of(loss, c, operands, reading, overflow), values[k])) continue;
      if (std::isnan(values[k]) && leaves_gradients_open(operands.tensors)) continue;
      if (std::isfinite(gap) && hold_subnormal(operands.tensors)) continue;
      if (gap <= allowed_for_quotients(operands.tensors, roundoff, elements)) continue;
      if (gap <= tolerance(roundoff, elements, scale_of_operands(loss, operands.tensors))) continue;
      comparison.agreement = Agreement::kGradient;
      comparison.detail =
          fmt::format("the gradient of {}{} is {}, the documented formula has the slope {}",
                      loss.spec.contract.operands()[i].name,
                      element_text(operand, static_cast<std::int64_t>(k)), number_text(values[k]),
                      number_text(slopes[k].value));
      return comparison;
    }
  }
  return comparison;
}

}  // namespace shapefuzz
