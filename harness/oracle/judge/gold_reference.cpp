// SPDX-License-Identifier: BSD-3-Clause
#include "harness/oracle/judge/gold_reference.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

namespace shapefuzz {
namespace {

// Sums the weighted results for values of which one is moved by `step`.
class WeightedResult {
 public:
  WeightedResult(const Loss& loss, const Case& c, const OperandValues& values,
                 const Reading& reading, const std::vector<double>& cotangent)
      : loss_(loss),
        c_(c),
        values_(values),
        reading_(reading),
        cotangent_(cotangent),
        reduction_(loss.spec.reduction_of(c)),
        call_(make_gold_call(loss, c, values, reading)) {}

  double operator()(std::size_t operand, std::size_t element, double step) {
    std::vector<double> moved = values_[operand];
    moved[element] += step;
    const Operand& described = *c_.find_operand(loss_.spec.contract.operands()[operand].name);
    call_.operands[operand].values =
        expand_values(moved, described.shape, reading_.shapes[operand]);
    const GoldLoss gold = apply_formula(loss_, call_, reading_);
    const std::vector<double> result = reduce(gold, call_, reduction_);
    double sum = 0;
    largest_ = std::max({largest_, gold.scale, std::abs(moved[element])});
    for (std::size_t i = 0; i < result.size(); ++i) {
      sum += cotangent_[i] * result[i];
      largest_ = std::max(largest_, std::abs(cotangent_[i] * result[i]));
    }
    return sum;
  }

  /// The largest number so far: every result is rounded as that one is.
  double largest() const { return largest_; }

 private:
  const Loss& loss_;
  const Case& c_;
  const OperandValues& values_;
  const Reading& reading_;
  const std::vector<double>& cotangent_;
  std::string_view reduction_;
  GoldCall call_;
  double largest_ = 1;
};

}  // namespace

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

std::vector<double> expand_values(const std::vector<double>& values, const Shape& from,
                                  const Shape& to) {
  if (from == to || (!expands_to(from, to) && from.elements() == to.elements())) return values;
  const std::size_t dropped = from.rank() > to.rank() ? from.rank() - to.rank() : 0;
  const Shape source = from.slice(dropped, from.rank() - dropped);
  // Row-major strides of the source, 0 where a size of 1 is repeated.
  std::array<std::int64_t, kMaxRank> strides{};
  std::int64_t stride = 1;
  for (std::size_t i = 0; i < source.rank(); ++i) {
    const std::int64_t size = source.from_right(i);
    strides[to.rank() - 1 - i] = size == 1 ? 0 : stride;
    stride *= size;
  }
  std::vector<double> result(static_cast<std::size_t>(to.elements()));
  std::array<std::int64_t, kMaxRank> index{};
  std::int64_t at = 0;
  for (double& value : result) {
    value = values[static_cast<std::size_t>(at)];
    for (std::size_t dim = to.rank(); dim-- > 0;) {
      at += strides[dim];
      if (++index[dim] < to[dim]) break;
      at -= strides[dim] * to[dim];
      index[dim] = 0;
    }
  }
  return result;
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

std::vector<Slope> finite_differences(const Loss& loss, const Case& c, const OperandValues& values,
                                      const Reading& reading, std::size_t operand,
                                      const std::vector<double>& cotangent, double tolerance) {
  // The truncation error falls with the square of the step and the rounding error grows with its
  // inverse; at 2^-17 both are about 1e-10 for numbers of order 1.
  constexpr double kStep = 0x1.0p-17;
  constexpr double kAgreement = 1e-6;
  const double reach = std::max(kStep, tolerance);
  const double agreement = std::max(1e-3, tolerance);
  WeightedResult result(loss, c, values, reading, cotangent);
  std::vector<Slope> slopes(values[operand].size());
  for (std::size_t i = 0; i < slopes.size(); ++i) {
    const auto difference = [&](double step) {
      return (result(operand, i, step) - result(operand, i, -step)) / (2 * step);
    };
    const auto one_sided = [&](double step) {
      return (result(operand, i, step) - result(operand, i, 0)) / step;
    };
    const auto slope = [&](double unit) {
      const double step = kStep * unit;
      const double central = difference(step);
      const double scale = std::max(1.0, std::abs(central));
      // Large numbers swallow the step: 1e30 and 1e30 + 1e-5 are the same double.
      //
      // At a kink the two sides differ, and so do different steps next to it. A coarse number
      // format may round to the other side of one that is further away.
      const double finer = difference(step / 4);
      const double rounding = 0x1.0p-52 * result.largest() / (step / 4);
      const double sides = one_sided(reach * unit) - one_sided(-reach * unit);
      const bool smooth = std::abs(central - finer) <= kAgreement * scale &&
                          rounding <= kAgreement * scale && std::abs(sides) <= agreement * scale;
      return Slope{central, smooth};
    };
    slopes[i] = slope(1);
    // A step below a tiny probability leaves the logarithm's domain; one of its own size does not.
    const double value = std::abs(values[operand][i]);
    if (std::isnan(slopes[i].value) && value > 0 && value < kStep) slopes[i] = slope(value);
  }
  return slopes;
}

}  // namespace shapefuzz
