// SPDX-License-Identifier: BSD-3-Clause
// Gold formulas of the losses on pairs and triples of rows.
#include <algorithm>
#include <cmath>
#include <limits>

#include "harness/losses/gold/gold.h"

namespace shapefuzz {
namespace {

// The last dimension of an operand is what a row is; the others count rows.
struct RowShape {
  std::size_t count;
  std::size_t width;

  explicit RowShape(const Shape& shape)
      : count(static_cast<std::size_t>(shape.slice(0, shape.rank() - 1).elements())),
        width(static_cast<std::size_t>(shape.from_right(0))) {}
};

// So large a scale that half precision may be off by some elements that are not 0, and nothing
// else.
constexpr double kUnsureCount = 512;

// torch.nn.PairwiseDistance: the p-norm of x - y + eps.
double distance(const GoldOperand& x, const GoldOperand& y, std::size_t row, std::size_t width,
                double p, double eps, GoldLoss& result) {
  double sum = 0;
  double most = 0;
  double least = std::numeric_limits<double>::infinity();
  double not_zero = 0;
  for (std::size_t i = row * width; i < (row + 1) * width; ++i) {
    const double gap = std::abs(x[i] - y[i] + eps);
    if (std::isnan(gap) || gap > most) most = gap;
    if (std::isnan(gap) || gap < least) least = gap;
    not_zero += gap != 0 ? 1 : 0;
    // Half precision makes 0 of it, or the smallest number that it has.
    constexpr double kSmallestHalf = 0x1.0p-24;
    const bool is_unsure = p == 0 && gap > 0 && gap < kSmallestHalf;
    if (is_unsure) result.scale = std::max(result.scale, kUnsureCount);
    sum += std::pow(gap, p);
  }
  if (std::isinf(p)) return p > 0 ? most : least;
  result.peak = std::max(result.peak, sum);
  if (p == 0) return not_zero;
  const double norm = std::pow(sum, 1 / p);
  // What the gradient is made of: d norm / d gap = gap^(p - 1) / norm^(p - 1).
  for (const double power : {sum, std::pow(norm, p - 1)}) {
    result.peak = std::max(result.peak, power);
    if (power > 0) result.least = std::min(result.least, power);
  }
  return norm;
}

// max(0, d(anchor, positive) - d(anchor, negative) + margin); with `swap` the smaller of the
// negative's distances to anchor and positive counts.
GoldLoss triplets(const GoldCall& call, double p, double eps) {
  const RowShape rows(call[0].shape);
  GoldLoss result;
  for (std::size_t row = 0; row < rows.count; ++row) {
    const double positive = distance(call[0], call[1], row, rows.width, p, eps, result);
    double negative = distance(call[0], call[2], row, rows.width, p, eps, result);
    if (call.flag("swap")) {
      negative = std::min(negative, distance(call[1], call[2], row, rows.width, p, eps, result));
    }
    result.losses.push_back(std::max(positive - negative + call.real("margin"), 0.0));
    result.scale = std::max({result.scale, positive, negative});
  }
  return result;
}

}  // namespace

namespace gold {

// torch.nn.CosineEmbeddingLoss: 1 - cos(x1, x2) if y = 1, max(0, cos(x1, x2) - margin) if y = -1.
// LibTorch adds 1e-12, a float (EPSILON in ATen/native/Loss.cpp), to each squared norm, so that the
// cosine of a zero vector is 0.
GoldLoss cosine_embedding_loss(const GoldCall& call) {
  constexpr double kEpsilon = 1e-12F;
  const RowShape rows(call[0].shape);
  GoldLoss result;
  for (std::size_t row = 0; row < rows.count; ++row) {
    double product = 0;
    double norm1 = kEpsilon;
    double norm2 = kEpsilon;
    for (std::size_t i = row * rows.width; i < (row + 1) * rows.width; ++i) {
      product += call[0][i] * call[1][i];
      norm1 += call[0][i] * call[0][i];
      norm2 += call[1][i] * call[1][i];
    }
    const double cosine = product / std::sqrt(norm1 * norm2);
    result.peak = std::max({result.peak, norm1, norm2, norm1 * norm2});
    result.losses.push_back(call[2][row] == 1 ? 1 - cosine
                                              : std::max(cosine - call.real("margin"), 0.0));
  }
  return result;
}

// torch.nn.MarginRankingLoss: max(0, -y (x1 - x2) + margin).
GoldLoss margin_ranking_loss(const GoldCall& call) {
  GoldLoss result;
  for (std::size_t i = 0; i < call[0].size(); ++i) {
    result.losses.push_back(
        std::max(-call[2][i] * (call[0][i] - call[1][i]) + call.real("margin"), 0.0));
  }
  return result;
}

// torch.nn.TripletMarginLoss.
GoldLoss triplet_margin_loss(const GoldCall& call) {
  return triplets(call, call.real("p"), call.real("eps"));
}

// torch.nn.TripletMarginWithDistanceLoss, with the default distance torch.nn.PairwiseDistance
// (p = 2, eps = 1e-6).
GoldLoss triplet_margin_with_distance_loss(const GoldCall& call) { return triplets(call, 2, 1e-6); }

}  // namespace gold
}  // namespace shapefuzz
