// SPDX-License-Identifier: BSD-3-Clause
// Backward operators against the formula of the loss that they differentiate.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "harness/language/case/zone.h"
#include "harness/oracle/judge/comparison.h"
#include "harness/oracle/judge/tolerance.h"
#include "harness/oracle/libtorch/tensors.h"

namespace shapefuzz {
namespace {

// The call whose gradient the operator returns: its operands and options, as far as the loss has
// them; `self` is the loss's first operand.
struct ForwardCall {
  Case c;
  OperandValues values;
  Reading reading;
};

// The value as an option of the loss has it: a schema's Scalar may be a whole number there.
OptionValue in_type_of(const OptionValue& standard, const OptionValue& value) {
  const auto* const real = std::get_if<double>(&value);
  if (real == nullptr || !std::holds_alternative<std::int64_t>(standard)) return value;
  return static_cast<std::int64_t>(*real);
}

std::optional<ForwardCall> forward_call(const Loss& loss, const Case& c,
                                        const OperandSet& operands) {
  const Loss& forward = *loss.derivative_of;
  ForwardCall call;
  call.c.loss = forward.spec.name;
  call.c.entry = forward.spec.entries.front();
  const auto& patterns = forward.spec.contract.operands();
  const auto& own = loss.spec.contract.operands();
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    const std::string name = i == 0 ? "self" : patterns[i].name;
    const Operand* const operand = c.find_operand(name);
    if (operand == nullptr) continue;
    call.c.operands.push_back(*operand);
    call.c.operands.back().name = patterns[i].name;
    const auto place = std::find_if(own.begin(), own.end(),
                                    [&](const OperandPattern& o) { return o.name == name; });
    call.values[i] = operands.values[static_cast<std::size_t>(place - own.begin())];
  }
  for (const OptionSpec& option : forward.spec.options) {
    call.c.set_option(forward.spec, option.name,
                      in_type_of(option.standard, c.option(loss.spec, option.name)));
  }
  if (zone_of(call.c, forward.spec, &call.reading) == Zone::kIncompatible) return std::nullopt;
  return call;
}

}  // namespace

Comparison compare_with_derivative(const Loss& loss, const Case& c, const Execution& actual,
                                   const OperandSet& operands) {
  Comparison comparison;
  comparison.expected_shape = shape_of(actual.value);
  comparison.reference = Basis::Reference::kOther;
  // The divisor of a weighted mean is an operand of its own, and may be any number.
  const bool mean = c.get<std::string>(loss.spec, "reduction") == "mean";
  if (mean && c.find_operand("total_weight") != nullptr) return comparison;
  const auto call = forward_call(loss, c, operands);
  if (!call) return comparison;
  const auto& own = loss.spec.contract.operands();
  const auto gradient = std::find_if(
      own.begin(), own.end(), [](const OperandPattern& o) { return o.name == "grad_output"; });
  const auto index = static_cast<std::size_t>(gradient - own.begin());
  const double tolerance = gradient_tolerance(loss, actual, operands);
  const std::vector<Slope> slopes =
      finite_differences(*loss.derivative_of, call->c, call->values, call->reading, 0,
                         operands.values[index], tolerance);
  const std::vector<double> values = values_of(actual.value);
  for (std::size_t k = 0; k < slopes.size() && k < values.size(); ++k) {
    const Allowance allowed = {tolerance * std::max(1.0, std::abs(slopes[k].value)),
                               largest_finite(actual.value)};
    if (!slopes[k].smooth || allowed.covers(values[k], slopes[k].value)) continue;
    comparison.agreement = Agreement::kValue;
    comparison.detail = fmt::format("element {} is {:.6g}, the formula of {} has the slope {:.6g}",
                                    k, values[k], loss.derivative_of->spec.name, slopes[k].value);
    return comparison;
  }
  return comparison;
}

}  // namespace shapefuzz
