// SPDX-License-Identifier: BSD-3-Clause
#include "harness/oracle/judge/gold_reference.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

namespace shapefuzz {
GoldLoss apply_formula(const Loss& loss, const GoldCall& call, const Reading& reading) {
  try {
    GoldLoss result = loss.gold(call);
    const auto losses = static_cast<std::int64_t>(result.losses.size());
    if (losses == reading.result.elements()) return result;
    throw FormulaError(fmt::format("gives {} losses, where the contract says {}", losses,
                                   to_string(reading.result)));
  } catch (const FormulaError& error) {
    throw FormulaError(fmt::format("the formula of {} {}", loss.spec.name, error.what()));
  }
}

GoldCall make_gold_call(const Loss& loss, const Case& c, const OperandValues& values,
                        const Reading& reading) {
  GoldCall call;
  call.spec = &loss.spec;
  call.c = &c;
  const auto& patterns = loss.spec.contract.operands();
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    const Operand* const operand = c.find_operand(patterns[i].name);
    if (operand == nullptr) continue;
    call.operands[i] = {true, reading.shapes[i],
                        expand_values(values[i], operand->shape, reading.shapes[i]),
                        patterns[i].name};
  }
  return call;
}

std::vector<Slope> slopes_of(
    const std::vector<double>& values,
    const std::function<double(const std::vector<double>& moved, double& largest)>& weighted,
    double tolerance) {
  // The truncation error falls with the square of the step and the rounding error grows with its
  // inverse; at 2^-17 both are about 1e-10 for numbers of order 1.
  constexpr double kStep = 0x1.0p-17;
  constexpr double kAgreement = 1e-6;
  const double agreement = std::max(1e-3, tolerance);
  double largest = 1;  // every result is rounded as that one is
  std::vector<double> moved = values;
  weighted(moved, largest);
  // In a coarse format large numbers are rounded by more than a step.
  constexpr double kFine = 1e-5;
  const double reach = std::max(kStep, tolerance > kFine ? tolerance * largest : tolerance);
  std::vector<Slope> slopes(values.size());
  for (std::size_t i = 0; i < slopes.size(); ++i) {
    const auto result = [&](double step) {
      moved[i] = values[i] + step;
      largest = std::max(largest, std::abs(moved[i]));
      return weighted(moved, largest);
    };
    const auto difference = [&](double step) {
      return (result(step) - result(-step)) / (2 * step);
    };
    const auto one_sided = [&](double step) { return (result(step) - result(0)) / step; };
    const auto slope = [&](double unit) {
      const double step = kStep * unit;
      const double central = difference(step);
      const double scale = std::max(1.0, std::abs(central));
      // Large numbers swallow the step: 1e30 and 1e30 + 1e-5 are the same double.
      //
      // At a kink the two sides differ, and so do different steps next to it. A coarse number
      // format may round to the other side of one that is further away.
      const double finer = difference(step / 4);
      const double rounding = 0x1.0p-52 * largest / (step / 4);
      const double sides = one_sided(reach * unit) - one_sided(-reach * unit);
      const bool smooth = std::abs(central - finer) <= kAgreement * scale &&
                          rounding <= kAgreement * scale && std::abs(sides) <= agreement * scale;
      return Slope{central, smooth};
    };
    slopes[i] = slope(1);
    // A step below a tiny probability leaves the logarithm's domain; one of its own size does not.
    const double value = std::abs(values[i]);
    if (std::isnan(slopes[i].value) && value > 0 && value < kStep) slopes[i] = slope(value);
    moved[i] = values[i];
  }
  return slopes;
}

std::vector<Slope> finite_differences(const Loss& loss, const Case& c, const OperandValues& values,
                                      const Reading& reading, std::size_t operand,
                                      const std::vector<double>& cotangent, double tolerance) {
  const std::string_view reduction = loss.spec.reduction_of(c);
  const Operand& described = *c.find_operand(loss.spec.contract.operands()[operand].name);
  GoldCall call = make_gold_call(loss, c, values, reading);
  const auto weighted = [&](const std::vector<double>& moved, double& largest) {
    call.operands[operand].values = expand_values(moved, described.shape, reading.shapes[operand]);
    const GoldLoss gold = apply_formula(loss, call, reading);
    const std::vector<double> result = reduce(gold, call, reduction);
    double sum = 0;
    largest = std::max(largest, gold.scale);
    for (std::size_t i = 0; i < result.size(); ++i) {
      sum += cotangent[i] * result[i];
      largest = std::max(largest, std::abs(cotangent[i] * result[i]));
    }
    return sum;
  };
  return slopes_of(values[operand], weighted, tolerance);
}

}  // namespace shapefuzz
