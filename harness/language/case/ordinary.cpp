// SPDX-License-Identifier: BSD-3-Clause
#include "harness/language/case/ordinary.h"

#include <algorithm>

namespace shapefuzz {
namespace {

bool asks_for(const LossSpec& spec, const Operand& operand) {
  const DType dtype = operand.dtype == DType::kF32 ? DType::kF64 : operand.dtype;
  const auto& alternatives = spec.contract.alternatives;
  return std::any_of(alternatives.begin(), alternatives.end(), [&](const Alternative& alternative) {
    return std::any_of(alternative.operands.begin(), alternative.operands.end(),
                       [&](const OperandPattern& pattern) {
                         return pattern.name == operand.name &&
                                default_dtype(pattern.kind) == dtype;
                       });
  });
}

}  // namespace

Case made_ordinary(Case c, const LossSpec& spec) {
  c.operands.front().constant = false;
  for (Operand& operand : c.operands) {
    operand.values.clear();
    for (std::size_t dim = 0; dim < operand.shape.rank(); ++dim) {
      operand.shape[dim] = std::max<std::int64_t>(operand.shape[dim], 1);
    }
    if (asks_for(spec, operand)) continue;
    operand.dtype = DType::kI64;
    if (!asks_for(spec, operand)) operand.dtype = DType::kF64;
  }
  return c;
}

bool may_refuse_option(const Case& c, const LossSpec& spec) {
  if (!spec.own) return false;
  return std::any_of(spec.options.begin(), spec.options.end(), [&](const OptionSpec& option) {
    const bool is_number = std::holds_alternative<double>(option.standard) ||
                           std::holds_alternative<std::int64_t>(option.standard);
    return is_number && !is_size(spec.contract, option.name) &&
           c.option(spec, option.name) != option.standard;
  });
}

bool is_ordinary(const Case& c, const LossSpec& spec) {
  if (c.operands.front().constant) return false;  // nothing to train
  return std::all_of(c.operands.begin(), c.operands.end(), [&](const Operand& operand) {
    return operand.values.empty() && operand.shape.elements() > 0 && asks_for(spec, operand);
  });
}

}  // namespace shapefuzz
