// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "harness/oracle/judge/comparison.h"
#include "harness/oracle/judge/tolerance.h"
#include "harness/oracle/libtorch/tensors.h"

namespace shapefuzz {
namespace {

// Finite differences cost eight calls an element.
constexpr std::size_t kMostElements = 8;

// Whether every number is one of single precision: hardly so of a result that is computed in
// double.
bool is_single(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [](double value) {
    return !std::isfinite(value) || static_cast<double>(static_cast<float>(value)) == value;
  });
}

// The places of an operand that are moved: all of a small one, else some that are spread evenly.
std::vector<std::size_t> places_of(std::size_t elements) {
  std::vector<std::size_t> places;
  const std::size_t count = std::min(elements, kMostElements);
  for (std::size_t i = 0; i < count; ++i) places.push_back(i * elements / count);
  return places;
}

class OwnSlopes {
 public:
  OwnSlopes(const Loss& loss, const Case& c, const Execution& actual, const OperandSet& operands)
      : loss_(loss),
        c_(c),
        operands_(operands),
        cotangent_(cotangent_of(shape_of(actual.value))),
        relative_(gradient_tolerance(loss, actual, operands)) {}

  // Of these places of the i-th operand.
  std::vector<Slope> of(std::size_t i, const std::vector<std::size_t>& places) const {
    std::vector<double> values = operands_.values[i];
    std::vector<double> here;
    for (const std::size_t place : places) here.push_back(values[place]);
    const auto weighted = [&](const std::vector<double>& moved, double& largest) {
      for (std::size_t k = 0; k < places.size(); ++k) values[places[k]] = moved[k];
      return sum_with(i, values, largest);
    };
    return slopes_of(here, weighted, relative_);
  }

  double relative() const { return relative_; }

 private:
  double sum_with(std::size_t i, const std::vector<double>& values, double& largest) const {
    const at::NoGradGuard no_grad;
    Tensors moved = operands_.tensors;
    moved[i] = make_tensor(moved[i].sizes(), moved[i].scalar_type(), values);
    const Execution there = execute_forward(loss_, c_, moved);
    if (!there.accepted) return std::numeric_limits<double>::quiet_NaN();
    double sum = 0;
    const std::vector<double> results = values_of(there.value);
    for (std::size_t k = 0; k < results.size() && k < cotangent_.size(); ++k) {
      sum += cotangent_[k] * results[k];
      largest = std::max(largest, std::abs(cotangent_[k] * results[k]));
    }
    return sum;
  }

  const Loss& loss_;
  const Case& c_;
  const OperandSet& operands_;
  std::vector<double> cotangent_;
  double relative_;
};

bool are_all_double(const Tensors& operands) {
  return std::all_of(operands.begin(), operands.end(), [](const at::Tensor& t) {
    return !t.defined() || !t.is_floating_point() || t.scalar_type() == at::kDouble;
  });
}

}  // namespace

Comparison compare_with_own_slopes(const Loss& loss, const Case& c, const Execution& actual,
                                   const OperandSet& operands) {
  Comparison comparison;
  comparison.expected_shape = shape_of(actual.value);
  comparison.reference = Basis::Reference::kOther;
  const bool knows = !loss.own_gradient && actual.backward_accepted &&
                     actual.value.scalar_type() == at::kDouble &&
                     are_all_double(operands.tensors) && !is_single(values_of(actual.value));
  if (!knows) return comparison;
  const OwnSlopes slopes_of_loss(loss, c, actual, operands);
  for (std::size_t i = 0; i < operands.tensors.size(); ++i) {
    // What nothing flows back to is detached on purpose, but for the output, which a training is
    // about. Nothing at all flows back from a loss that was not computed by LibTorch.
    const at::Tensor& gradient = actual.gradients[i];
    const bool is_lost = i == 0 && !gradient.defined() && actual.value.requires_grad() &&
                         operands.tensors[0].requires_grad();
    if (!gradient.defined() && !is_lost) continue;
    const std::vector<double> values =
        is_lost ? std::vector<double>(static_cast<std::size_t>(operands.tensors[0].numel()))
                : values_of(gradient);
    const std::vector<std::size_t> places = places_of(values.size());
    const std::vector<Slope> slopes = slopes_of_loss.of(i, places);
    for (std::size_t k = 0; k < slopes.size(); ++k) {
      const double slope = slopes[k].value;
      const double found = values[places[k]];
      // Where nothing moves, something is rounded inside.
      if (!slopes[k].smooth || slope == 0) continue;
      const Allowance allowed = {slopes_of_loss.relative() * std::max(1.0, std::abs(slope))};
      if (allowed.covers(found, slope)) continue;
      comparison.agreement = Agreement::kGradient;
      comparison.detail = fmt::format(
          "the gradient of {} at element {} is {:.6g}, and the slope of the loss itself {:.6g}",
          loss.spec.contract.operands()[i].name, places[k], found, slope);
      return comparison;
    }
  }
  return comparison;
}

}  // namespace shapefuzz
