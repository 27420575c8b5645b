// SPDX-License-Identifier: BSD-3-Clause
#include "harness/oracle/judge/integers.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

#include "harness/oracle/libtorch/tensors.h"

namespace shapefuzz {
namespace {

std::string_view name_of(at::ScalarType type) {
  switch (type) {
    case at::kByte:
      return "uint8";
    case at::kBool:
      return "bool";
    case at::kInt:
      return "int32";
    case at::kDouble:
      return "torch::kDouble";
    case at::kHalf:
      return "torch::kHalf";
    case at::kBFloat16:
      return "torch::kBFloat16";
    case at::kFloat:
      return "torch::kFloat";
    default:
      break;
  }
  return "int64";
}

// What a person would convert the others to: the dtype of the operands that are floating; of half
// precision, for which kernels are missing, single.
at::ScalarType floating_type(const Tensors& operands) {
  for (const at::Tensor& operand : operands) {
    const bool is_half = operand.defined() && (operand.scalar_type() == at::kHalf ||
                                               operand.scalar_type() == at::kBFloat16);
    if (operand.defined() && operand.is_floating_point() && !is_half) return operand.scalar_type();
  }
  return at::kFloat;
}

// Whether the results of a call and of its converted operands are the same but for a few roundings
// in the coarsest dtype that either has.
bool is_rounding_apart(const Acceptance& call, const Execution& converted) {
  constexpr double kFew = 8;
  double roundoff = unit_roundoff(call.actual.value);
  for (const at::Tensor& operand : call.operands.tensors) {
    if (operand.defined()) roundoff = std::max(roundoff, unit_roundoff(operand));
  }
  const std::vector<double> values = values_of(converted.value);
  const Allowance allowed = {kFew * roundoff * std::max(1.0, largest(values))};
  return compare(values_of(call.actual.value), values, allowed).equal;
}

}  // namespace

std::optional<std::string> whole_numbers_explain(const Acceptance& call, Agreement agrees,
                                                 const Compare& compare) {
  const auto& patterns = call.loss.spec.contract.operands();
  OperandSet converted = call.operands;
  const at::ScalarType type = floating_type(converted.tensors);
  std::vector<std::string> names;
  at::ScalarType whole = type;
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    at::Tensor& operand = converted.tensors[i];
    const bool counts = info(patterns[i].kind).integral;  // an index, and is not computed with
    if (!operand.defined() || operand.is_floating_point() || counts) continue;
    names.push_back(patterns[i].name);
    // Of several, the one that wraps around is the likeliest cause.
    if (whole == type || operand.scalar_type() == at::kByte) whole = operand.scalar_type();
    operand = operand.to(type);
  }
  if (whole != type) {
    for (at::Tensor& operand : converted.tensors) {
      if (operand.defined() && operand.is_floating_point()) operand = operand.to(type);
    }
  }
  if (names.empty()) return std::nullopt;
  const Execution right = execute(call.loss, call.c, converted.tensors);
  if (!right.accepted) return std::nullopt;
  const Acceptance other = {call.loss,    call.c,          converted,           right,
                            call.reading, call.illegality, call.most_for_slopes};
  const Agreement agreement = compare(other);
  if (agrees == Agreement::kGradient) {
    if (agreement != Agreement::kEqual || is_rounding_apart(call, right)) return std::nullopt;
  }
  // A gradient that is wrong by itself is another finding.
  if (agreement != Agreement::kEqual && agreement != Agreement::kGradient) return std::nullopt;
  return fmt::format("computed in {}, which {}; convert {} with to({})", name_of(whole),
                     "wraps around and has no fractions", fmt::join(names, " and "), name_of(type));
}

}  // namespace shapefuzz
