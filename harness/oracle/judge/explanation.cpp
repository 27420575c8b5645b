// SPDX-License-Identifier: BSD-3-Clause
#include "harness/oracle/judge/explanation.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <vector>

#include "harness/language/text/hash.h"
#include "harness/oracle/judge/tolerance.h"
#include "harness/oracle/libtorch/setup.h"
#include "harness/oracle/libtorch/tensors.h"

namespace shapefuzz {
namespace {

// Finite differences cost six predictions an element.
constexpr std::size_t kMostForSlopes = 64;

// Holds a call against what a cause predicts.
class Expectation {
 public:
  Expectation(const Loss& loss, const Case& c, const OperandSet& operands, const Execution& actual)
      : loss_(loss),
        operands_(operands),
        actual_(actual),
        call_{loss, c, {}},
        cotangent_(cotangent_of(shape_of(actual.value))),
        roundoff_(roundoff_of(loss, actual.value, operands.tensors)),
        elements_(summands(actual, operands.tensors)) {
    // As many losses as the operands broadcast to, and where one is empty in a dimension as many as
    // in the others.
    std::vector<std::int64_t> largest_sizes;
    for (std::size_t i = 0; i < operands.tensors.size(); ++i) {
      if (!operands.tensors[i].defined()) continue;
      const Shape shape = shape_of(operands.tensors[i]);
      call_.operands[i] = {shape, operands.values[i]};
      if (largest_sizes.size() < shape.rank()) largest_sizes.resize(shape.rank(), 1);
      for (std::size_t k = 0; k < shape.rank(); ++k) {
        largest_sizes[k] = std::max(largest_sizes[k], shape.from_right(k));
      }
    }
    const std::int64_t most = std::accumulate(largest_sizes.begin(), largest_sizes.end(),
                                              std::int64_t{1}, std::multiplies<>());
    elements_ = std::max(elements_, most);
  }

  bool is_met_by(const Cause& cause) {
    try {
      const Prediction prediction = cause.predict(call_, cotangent_);
      elements_ = std::max(elements_, static_cast<std::int64_t>(prediction.summands));
      return agrees(prediction) && gradients_agree(cause, prediction);
    } catch (const Unpredictable&) {
      return false;
    } catch (const FormulaError&) {
      return false;
    }
  }

 private:
  bool agrees(const Prediction& prediction) const {
    Array expected = prediction.value;
    if (shape_of(actual_.value) != expected.shape) return false;
    const std::vector<double> values = values_of(actual_.value);
    for (std::size_t i = 0; i < values.size() && prediction.may_be_nan; ++i) {
      if (std::isnan(values[i])) expected.values[i] = values[i];
    }
    Allowance allowed;
    allowed.gap = tolerance(roundoff_, elements_, std::max(1.0, largest(expected.values)));
    if (compare(values, expected.values, allowed).equal) return true;
    allowed.gap = std::max(
        allowed.gap,
        tolerance(roundoff_, elements_,
                  std::max(prediction.scale, scale_of_operands(loss_, operands_.tensors))));
    const double overflow = overflow_of(loss_, actual_.value, operands_.tensors);
    if (prediction.peak > overflow) return true;  // infinite on the way, and anything behind it
    allowed.overflow = overflow / static_cast<double>(std::max<std::int64_t>(elements_, 1));
    allowed.either_infinity = has_infinite_weight(loss_, operands_.tensors);
    return compare(values, expected.values, allowed).equal;
  }

  bool gradients_agree(const Cause& cause, const Prediction& prediction) {
    const bool has_none = !actual_.backward_accepted || is_detached();
    if (has_none) return true;
    if (prediction.peak > overflow_of(loss_, actual_.value, operands_.tensors)) return true;
    if (hold_subnormal(operands_.tensors)) return true;
    // A NaN that is as good as the number has no slope.
    if (prediction.may_be_nan && has_nan(values_of(actual_.value))) return true;
    const bool is_explicit =
        std::any_of(prediction.gradients.begin(), prediction.gradients.end(),
                    [](const std::optional<Array>& gradient) { return gradient.has_value(); });
    for (std::size_t i = 0; i < operands_.tensors.size(); ++i) {
      const at::Tensor& operand = operands_.tensors[i];
      if (!operand.defined() || !operand.requires_grad()) continue;
      if (is_explicit) {
        if (!prediction.gradients[i]) continue;
        if (!gradient_agrees(*prediction.gradients[i], i)) return false;
      } else if (cause.predicts_slopes && !prediction.is_steep &&
                 !slopes_agree(cause, prediction, i)) {
        return false;
      }
    }
    return true;
  }

  bool is_detached() const {
    const std::string_view reduction = loss_.spec.reduction_of(call_.c);
    return std::find(loss_.detached_reductions.begin(), loss_.detached_reductions.end(),
                     reduction) != loss_.detached_reductions.end();
  }

  std::vector<double> gradient_of(std::size_t i) const {
    const at::Tensor& gradient = actual_.gradients[i];
    if (gradient.defined()) return values_of(gradient);
    return std::vector<double>(static_cast<std::size_t>(operands_.tensors[i].numel()), 0);
  }

  bool gradient_agrees(Array expected, std::size_t i) const {
    if (shape_of(operands_.tensors[i]) != expected.shape) return false;
    const std::vector<double> values = gradient_of(i);
    const bool is_open = leaves_gradients_open(operands_.tensors);
    for (std::size_t k = 0; k < values.size() && is_open; ++k) {
      if (std::isnan(values[k])) expected.values[k] = values[k];
    }
    Allowance allowed;
    allowed.gap =
        std::max(tolerance(roundoff_, elements_, std::max(1.0, largest(expected.values))),
                 tolerance(roundoff_, elements_, scale_of_operands(loss_, operands_.tensors)));
    allowed.overflow = overflow_of(loss_, actual_.value, operands_.tensors);
    allowed.either_infinity = has_infinite_weight(loss_, operands_.tensors);
    if (compare(values, expected.values, allowed).equal) return true;
    allowed.gap = allowed_for_quotients();
    return compare(values, expected.values, allowed).equal;
  }

  // Quotients of the size of the result cancel in a gradient.
  double allowed_for_quotients() const {
    return shapefuzz::allowed_for_quotients(operands_.tensors, roundoff_, elements_,
                                            largest(values_of(actual_.value)));
  }

  bool slopes_agree(const Cause& cause, const Prediction& prediction, std::size_t i) {
    if (static_cast<std::size_t>(elements_) > kMostForSlopes) return true;
    // Half precision is coarser than any step.
    constexpr double kSingle = 0x1.0p-24;
    if (roundoff_ > kSingle) return true;
    // Of the hazards a share, chosen by what the case is: there are so many, and a fault in a
    // gradient is in all of them.
    constexpr std::uint64_t kOneIn = 16;
    if (cause.sort == Sort::kHazard && hash_of(to_string(call_.c)) % kOneIn != 0) return true;
    const std::vector<double> values = gradient_of(i);
    const double relative = gradient_tolerance(loss_, actual_, operands_);
    const auto weighted = [&](const std::vector<double>& moved, double& most) {
      call_.operands[i].values = moved;
      const Array value = cause.predict(call_, cotangent_).value;
      double sum = 0;
      for (std::size_t k = 0; k < value.size(); ++k) {
        sum += cotangent_.at(k) * value.values[k];
        most = std::max(most, std::abs(cotangent_[k] * value.values[k]));
      }
      return sum;
    };
    const std::vector<double> original = call_.operands[i].values;
    // From infinity to infinity there are no steps.
    double largest_term = 0;
    if (!std::isfinite(weighted(original, largest_term))) return true;
    const std::vector<Slope> slopes = slopes_of(original, weighted, relative);
    call_.operands[i].values = original;
    const double overflow = overflow_of(loss_, actual_.value, operands_.tensors);
    // Terms that are large may cancel in a gradient.
    const double scale = std::max(scale_of_operands(loss_, operands_.tensors), largest_term);
    const double rounding =
        std::max(allowed_for_quotients(), tolerance(roundoff_, elements_, scale));
    for (std::size_t k = 0; k < slopes.size(); ++k) {
      const double slope = slopes[k].value;
      const Allowance allowed = {std::max(relative * std::max(1.0, std::abs(slope)), rounding),
                                 overflow};
      const bool excused =
          std::isnan(values[k]) && (cause.gradients_may_be_nan || prediction.may_be_nan ||
                                    leaves_gradients_open(operands_.tensors));
      if (slopes[k].smooth && !excused && !allowed.covers(values[k], slope)) return false;
    }
    return true;
  }

  const Loss& loss_;
  const OperandSet& operands_;
  const Execution& actual_;
  KernelCall call_;
  std::vector<double> cotangent_;
  double roundoff_;
  std::int64_t elements_;
};

}  // namespace

const Cause* explain(const Causes& causes, const Loss& loss, const Case& c,
                     const OperandSet& operands, const Execution& actual,
                     const Judgement& judgement) {
  static const std::string libtorch = libtorch_version();
  const Sighting sighting = {loss.spec, c, judgement, operands.values};
  std::optional<Expectation> expectation;
  for (const Cause& cause : causes.all()) {
    if (!cause.versions.may_strike(libtorch) || !cause.fits(sighting)) continue;
    if (cause.predict == nullptr || !actual.accepted) return &cause;
    if (!expectation) expectation.emplace(loss, c, operands, actual);
    if (expectation->is_met_by(cause)) return &cause;
  }
  return nullptr;
}

}  // namespace shapefuzz
