// SPDX-License-Identifier: BSD-3-Clause
#include "harness/oracle/judge/tolerance.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "harness/oracle/libtorch/tensors.h"

namespace shapefuzz {
namespace {

bool is_index(const Loss& loss, std::size_t operand) {
  const auto& alternatives = loss.spec.contract.alternatives;
  return std::any_of(alternatives.begin(), alternatives.end(),
                     [&](const Alternative& a) { return info(a.operands[operand].kind).integral; });
}

// Whether the operand holds whole numbers that are computed with, not counted with.
bool becomes_float(const Loss& loss, const Tensors& operands, std::size_t i) {
  return !operands[i].is_floating_point() && !is_index(loss, i);
}

}  // namespace

double tolerance(double roundoff, std::int64_t elements, double scale) {
  return roundoff * (16 + 2 * static_cast<double>(elements)) * scale;
}

double roundoff_of(const Loss& loss, const at::Tensor& value, const Tensors& operands) {
  constexpr double kFloatRoundoff = 0x1.0p-24;
  double coarsest = unit_roundoff(value);
  for (std::size_t i = 0; i < operands.size(); ++i) {
    if (!operands[i].defined()) continue;
    const bool whole = becomes_float(loss, operands, i);
    coarsest = std::max(coarsest, whole ? kFloatRoundoff : unit_roundoff(operands[i]));
  }
  return coarsest;
}

double overflow_of(const Loss& loss, const at::Tensor& value, const Tensors& operands) {
  constexpr double kLargestFloat = std::numeric_limits<float>::max();
  double narrowest = largest_finite(value);
  for (std::size_t i = 0; i < operands.size(); ++i) {
    if (!operands[i].defined()) continue;
    const bool whole = becomes_float(loss, operands, i);
    narrowest = std::min(narrowest, whole ? kLargestFloat : largest_finite(operands[i]));
  }
  return narrowest;
}

std::int64_t summands(const Execution& actual, const Tensors& operands) {
  std::int64_t most = actual.value.numel();
  for (const at::Tensor& operand : operands) {
    if (operand.defined()) most = std::max(most, operand.numel());
  }
  return most;
}

double allowed_for_quotients(const Tensors& operands, double roundoff, std::int64_t elements,
                             double largest_result) {
  double smallest = 1;
  for (const at::Tensor& operand : operands) {
    if (!operand.defined() || !operand.is_floating_point()) continue;
    for (const double value : values_of(operand)) {
      if (value != 0) smallest = std::min(smallest, std::abs(value));
    }
  }
  constexpr double kMost = 1e-4;
  constexpr double kSummands = 8;  // for which that is enough
  const double most = kMost * std::max(1.0, static_cast<double>(elements) / kSummands);
  return std::min(tolerance(roundoff, elements, std::max(1.0, largest_result) / smallest), most);
}

double scale_of_operands(const Loss& loss, const Tensors& operands) {
  constexpr double kDrawn = 4;
  double most = 1;
  for (std::size_t i = 0; i < operands.size(); ++i) {
    if (!operands[i].defined()) continue;
    if (!operands[i].is_floating_point() && !becomes_float(loss, operands, i)) continue;
    most = std::max(most, largest(values_of(operands[i])) / kDrawn);
  }
  return most;
}

double gradient_tolerance(const Loss& loss, const Execution& actual, const OperandSet& operands) {
  // What finite differences are good for, in doubles of order 1 (gold_reference.cpp).
  constexpr double kTolerance = 1e-5;
  const double roundoff = roundoff_of(loss, actual.value, operands.tensors);
  return std::max(kTolerance, tolerance(roundoff, summands(actual, operands.tensors), 1));
}

bool leaves_gradients_open(const Tensors& operands) {
  return std::any_of(operands.begin(), operands.end(), [](const at::Tensor& operand) {
    if (!operand.defined()) return false;
    if (operand.numel() == 0) return true;
    if (!operand.is_floating_point()) return false;
    const std::vector<double> values = values_of(operand);
    return !std::all_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); });
  });
}

bool has_infinite_weight(const Loss& loss, const Tensors& operands) {
  const auto& patterns = loss.spec.contract.operands();
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    if (patterns[i].kind != Kind::kWeight || !operands[i].defined()) continue;
    const std::vector<double> values = values_of(operands[i]);
    if (std::any_of(values.begin(), values.end(), [](double v) { return std::isinf(v); })) {
      return true;
    }
  }
  return false;
}

namespace {

double smallest_normal(const at::Tensor& operand) {
  switch (operand.scalar_type()) {
    case at::kHalf:
      return 0x1.0p-14;
    case at::kDouble:
      return std::numeric_limits<double>::min();
    default:
      return static_cast<double>(std::numeric_limits<float>::min());
  }
}

}  // namespace

double smallest_normal(const Tensors& operands) {
  double smallest = 0;
  for (const at::Tensor& operand : operands) {
    if (!operand.defined() || !operand.is_floating_point()) continue;
    smallest = std::max(smallest, smallest_normal(operand));
  }
  return smallest;
}

bool hold_subnormal(const Tensors& operands) {
  return std::any_of(operands.begin(), operands.end(), [&](const at::Tensor& operand) {
    if (!operand.defined() || !operand.is_floating_point()) return false;
    const std::vector<double> values = values_of(operand);
    return std::any_of(values.begin(), values.end(), [&](double value) {
      return value != 0 && std::abs(value) < smallest_normal(operand);
    });
  });
}

bool has_nan(const std::vector<double>& values) {
  return std::any_of(values.begin(), values.end(), [](double v) { return std::isnan(v); });
}

bool hold_nan(const OperandSet& operands) {
  return std::any_of(operands.values.begin(), operands.values.end(), has_nan);
}

}  // namespace shapefuzz
