// SPDX-License-Identifier: BSD-3-Clause
#include "harness/losses/own/own_call.h"

#include <ATen/ATen.h>
#include <fmt/core.h>

#include <utility>

namespace shapefuzz {

at::Tensor number_as_tensor(double number) { return at::scalar_tensor(number, at::kDouble); }

namespace {

std::string device_text(const at::Tensor& tensor) { return tensor.device().str(); }

void check_result(const at::Tensor& result, const Arguments& a) {
  if (!result.defined()) throw BadResult("the loss returns an undefined tensor");
  const at::Tensor& output = a.operands[0];
  if (result.device().type() != output.device().type()) {
    throw BadResult(fmt::format("the loss returns a tensor on {}, its operands are on {}",
                                device_text(result), device_text(output)));
  }
  if (result.layout() != at::kStrided) throw BadResult("the loss returns a sparse tensor");
  if (output.is_floating_point() && !result.is_floating_point()) {
    throw BadResult(fmt::format("the loss returns {}, where its operands are {}",
                                c10::toString(result.scalar_type()),
                                c10::toString(output.scalar_type())));
  }
}

// at::Reduction, which functions of LibTorch's style take as a number.
std::int64_t reduction_number(std::string_view reduction) {
  return reduction == "none" ? 0 : reduction == "mean" ? 1 : 2;
}

OptionValue value_of(const OwnLoss::Option& option, const OptionValue& parameter,
                     const Arguments& a) {
  if (option.name != "reduction") return a.c->option(*a.spec, option.name);
  if (std::holds_alternative<std::int64_t>(parameter)) return reduction_number(a.reduction);
  return std::string(a.reduction);
}

}  // namespace

EntryCall own_entry(const OwnLoss::Entry& entry, const std::vector<OwnLoss::Option>& options) {
  return [entry, options](const Arguments& a) {
    std::vector<OptionValue> values;
    values.reserve(options.size());
    for (std::size_t i = 0; i < options.size(); ++i) {
      values.push_back(value_of(options[i], entry.signature.options[i], a));
    }
    at::Tensor result = entry.call(a.operands, values.data());
    check_result(result, a);
    return result;
  };
}

GoldFormula own_gold(const OwnFormula& formula, const std::vector<OwnLoss::Option>& options) {
  if (formula == nullptr) return nullptr;
  return [formula, options](const GoldCall& call) {
    FormulaCall own;
    for (std::size_t i = 0; i < call.spec->contract.operands().size(); ++i) {
      const GoldOperand& operand = call[i];
      own.operands.push_back(
          {operand.present, {operand.shape.begin(), operand.shape.end()}, operand.values});
    }
    for (const OwnLoss::Option& option : options) {
      own.options[option.name] = call.c->option(*call.spec, option.name);
    }
    GoldLoss loss;
    try {
      loss.losses = formula(own);
    } catch (const std::exception& error) {
      throw FormulaError(error.what());
    } catch (...) {
      throw FormulaError("what was thrown is no std::exception");
    }
    return loss;
  };
}

}  // namespace shapefuzz
