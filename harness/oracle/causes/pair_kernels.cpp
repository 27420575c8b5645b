// SPDX-License-Identifier: BSD-3-Clause
// The kernels of the losses that compare vectors.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "harness/oracle/causes/kernel.h"

namespace shapefuzz {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// ATen/native/Distance.cpp, pairwise_distance: the norm over the last dimension of what the two
// broadcast to. A difference of uint8 wraps around, and what the dtype takes for 0 is none: half
// precision has no 2e-8, which counts where p is 0.
Array distance(const KernelCall& call, std::size_t i, std::size_t k, double p, double eps) {
  const DType both = dtype_of(call, i, k);
  const bool wraps = both == DType::kU8;
  // A fraction makes whole numbers floating.
  const DType dtype = number_class(both) == NumberClass::kFloating ? both : DType::kF32;
  const auto gap = [=](double x, double y) {
    const double exact = std::abs((wraps ? as_byte(x - y) : x - y) + eps);
    return rounded_to(dtype, exact) == 0 ? 0 : exact;
  };
  const Array gaps = each(gap, call[i], call[k]);
  const std::size_t last = gaps.shape.empty() ? 0 : gaps.shape.rank() - 1;
  return along(gaps, last, [p](const std::vector<double>& vector) {
    if (vector.empty()) return 0.0;
    if (std::isnan(p) && vector.size() == 1) return vector[0];  // no norm is computed
    double sum = 0;
    double most = 0;
    double least = kInfinity;
    for (const double gap : vector) {
      if (std::isnan(gap) || gap > most) most = gap;
      if (std::isnan(gap) || gap < least) least = gap;
      sum += p == 0 ? (gap != 0 ? 1 : 0) : std::pow(gap, p);
    }
    if (std::isinf(p)) return p > 0 ? most : least;
    return p == 0 ? sum : std::pow(sum, 1 / p);
  });
}

bool are_finite(const KernelCall& call) {
  return std::all_of(call.operands.begin(), call.operands.end(), [](const Array& operand) {
    return std::all_of(operand.values.begin(), operand.values.end(),
                       [](double value) { return std::isfinite(value); });
  });
}

}  // namespace

namespace kernel {

// ATen/native/Loss.cpp, cosine_embedding_loss: the product is broadcast, the squared norms are not;
// 1e-12 is added to those in their own dtype.
Prediction cosine_embedding(const KernelCall& call, const std::vector<double>& /*cotangent*/) {
  constexpr double kEpsilon = 1e-12F;  // a float there, too
  const std::size_t dim = call[2].shape.empty() ? 0 : 1;
  const DType both = dtype_of(call, 0, 1);
  // A fraction makes whole numbers floating.
  const auto dtype_of_norm = [&](std::size_t i) {
    return number_class(call.dtype(i)) == NumberClass::kFloating ? call.dtype(i) : DType::kF32;
  };
  const DType norms = promoted(dtype_of_norm(0), dtype_of_norm(1));
  // In single precision only what it cannot hold shows: a rounded step has no slope.
  const auto stored = [](DType dtype, double value) {
    if (is_half(dtype)) return rounded_to(dtype, value);
    if (dtype == DType::kU8) return as_byte(value);
    return std::abs(value) > largest_of(dtype) ? std::copysign(kInfinity, value) : value;
  };
  const auto in = [stored](DType dtype) {
    return [=](double x, double y) { return stored(dtype, x * y); };
  };
  const auto squared_norm = [&](std::size_t i) {
    const DType dtype = call.dtype(i);
    const DType norm = dtype_of_norm(i);
    // Bytes are summed up as int64.
    const DType summed = dtype == DType::kU8 ? DType::kI64 : dtype;
    return each([=](double sum) { return stored(norm, stored(summed, sum) + kEpsilon); },
                sum(each(in(dtype), call[i], call[i]), dim));
  };
  const Array product = sum(each(in(both), call[0], call[1]), dim);
  const std::array<Array, 2> squared = {squared_norm(0), squared_norm(1)};
  const Array cosine =
      each([=](double sum, double norm0,
               double norm1) { return sum / std::sqrt(stored(norms, norm0 * norm1)); },
           product, squared[0], squared[1]);
  const double margin = call.real("margin");
  const Array losses = each(
      [margin](double y, double cos) {
        return (y == 1 ? 1 - cos : 0) + (y == -1 ? std::max(cos - margin, 0.0) : 0);
      },
      call[2], cosine);
  Prediction prediction;
  prediction.value = reduced(call, losses);
  prediction.summands = losses.size();
  // Of a vector without a length a cosine is anything, and two such may cancel.
  for (const double loss : losses.values) {
    if (std::isfinite(loss)) prediction.scale = std::max(prediction.scale, std::abs(loss));
  }
  constexpr double kSmall = 1e-6;
  for (const Array& norm : squared) {
    for (const double value : norm.values) {
      prediction.is_steep = prediction.is_steep || value < kSmall;
    }
  }
  return prediction;
}

// ATen/native/Loss.cpp, triplet_margin_loss, and torch/nn/functional/loss.h for the one with a
// distance: each distance is broadcast for itself.
Prediction triplet_margin(const KernelCall& call, const std::vector<double>& /*cotangent*/) {
  const bool is_plain = call.loss.spec.name == "triplet_margin_loss";
  const double p = is_plain ? call.real("p") : 2;
  const double eps = is_plain ? call.real("eps") : 1e-6;
  const Array positive = distance(call, 0, 1, p, eps);
  Array negative = distance(call, 0, 2, p, eps);
  bool has_kink = false;
  if (call.flag("swap")) {
    const Array swapped = distance(call, 1, 2, p, eps);
    // Two equal distances share the slope.
    const Array ties =
        each([](double a, double b) { return a == b ? 1.0 : 0.0; }, negative, swapped);
    has_kink = sum_of(ties) > 0;
    // A nan is less than every number.
    negative =
        each([](double a, double b) { return std::isnan(b) || b < a ? b : a; }, negative, swapped);
  }
  const double margin = call.real("margin");
  Prediction prediction;
  prediction.value = reduced(
      call, each([margin](double pos, double neg) { return std::max(margin + pos - neg, 0.0); },
                 positive, negative));
  prediction.may_be_nan = std::isnan(p);
  prediction.is_steep = has_kink;
  for (const Array* const distances : std::array<const Array*, 2>{&positive, &negative}) {
    for (const double value : distances->values) {
      if (!std::isfinite(value)) {
        const bool overflowed = std::isfinite(p) && are_finite(call);
        if (overflowed) prediction.peak = std::numeric_limits<double>::infinity();
        continue;
      }
      prediction.scale = std::max(prediction.scale, value);
      if (std::isfinite(p)) prediction.peak = std::max(prediction.peak, std::pow(value, p));
    }
  }
  return prediction;
}

}  // namespace kernel
}  // namespace shapefuzz
