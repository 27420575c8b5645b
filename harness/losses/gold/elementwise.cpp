// SPDX-License-Identifier: BSD-3-Clause
// Gold formulas of the losses that pair each element of the input with one of the target.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "harness/losses/gold/gold.h"

namespace shapefuzz {
namespace {

constexpr double kPi = 3.14159265358979323846;

// Applies `formula` to each pair of elements, and to their index for the optional weights.
template <class Formula>
GoldLoss each(const GoldCall& call, Formula formula) {
  GoldLoss result;
  result.losses.resize(call[0].size());
  for (std::size_t i = 0; i < result.losses.size(); ++i) {
    result.losses[i] = formula(call[0][i], call[1][i], i);
  }
  return result;
}

// log(1 + exp(x)) without overflow.
double softplus(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }

// "we set log(0) ... clamps its log function outputs to be greater than or equal to -100"
// (BCELoss).
double clamped_log(double x) { return std::max(std::log(x), -100.0); }

}  // namespace

std::vector<double> reduce(const GoldLoss& loss, const GoldCall& call, std::string_view reduction) {
  if (reduction == "none") return loss.losses;
  const double sum = std::accumulate(loss.losses.begin(), loss.losses.end(), 0.0);
  if (reduction == "sum") return {sum};
  if (reduction == "batchmean") {
    return {sum / (call[0].shape.empty() ? 1.0 : static_cast<double>(call[0].shape[0]))};
  }
  return {loss.mean ? *loss.mean : sum / static_cast<double>(loss.losses.size())};
}

double peak_of(const GoldLoss& loss) {
  double sum = 0;
  for (const double value : loss.losses) {
    if (std::isfinite(value)) sum += std::abs(value);  // an infinite loss is no overflow
  }
  return std::max(loss.peak, sum);
}

namespace gold {

// torch.nn.L1Loss: l_n = |x_n - y_n|.
GoldLoss l1_loss(const GoldCall& call) {
  return each(call, [](double x, double y, std::size_t) { return std::abs(x - y); });
}

// torch.nn.MSELoss: l_n = (x_n - y_n)^2.
GoldLoss mse_loss(const GoldCall& call) {
  return each(call, [](double x, double y, std::size_t) { return (x - y) * (x - y); });
}

// torch.nn.SmoothL1Loss: 0.5 (x - y)^2 / beta if |x - y| < beta, else |x - y| - 0.5 beta.
GoldLoss smooth_l1_loss(const GoldCall& call) {
  const double beta = call.real("beta");
  return each(call, [beta](double x, double y, std::size_t) {
    const double gap = std::abs(x - y);
    return gap < beta ? 0.5 * gap * gap / beta : gap - 0.5 * beta;
  });
}

// torch.nn.HuberLoss: 0.5 (x - y)^2 if |x - y| < delta, else delta (|x - y| - 0.5 delta).
GoldLoss huber_loss(const GoldCall& call) {
  const double delta = call.real("delta");
  return each(call, [delta](double x, double y, std::size_t) {
    const double gap = std::abs(x - y);
    return gap < delta ? 0.5 * gap * gap : delta * (gap - 0.5 * delta);
  });
}

// torch.nn.KLDivLoss: target (log target - input), 0 where the target is 0; with log_target
// exp(target) (target - input).
GoldLoss kl_div(const GoldCall& call) {
  const bool log_target = call.flag("log_target");
  return each(call, [log_target](double x, double y, std::size_t) {
    if (log_target) return std::exp(y) * (y - x);
    return y == 0 ? 0.0 : y * (std::log(y) - x);
  });
}

// torch.nn.PoissonNLLLoss: exp(input) - target input, or input - target log(input + eps); `full`
// adds Stirling's target log target - target + 0.5 log(2 pi target) where target > 1.
GoldLoss poisson_nll_loss(const GoldCall& call) {
  const bool log_input = call.flag("log_input");
  const bool full = call.flag("full");
  const double eps = call.real("eps");
  return each(call, [=](double x, double y, std::size_t) {
    double loss = log_input ? std::exp(x) - y * x : x - y * std::log(x + eps);
    if (full && y > 1) loss += y * std::log(y) - y + 0.5 * std::log(2 * kPi * y);
    return loss;
  });
}

// torch.nn.HingeEmbeddingLoss: x if y = 1, max(0, margin - x) if y = -1.
GoldLoss hinge_embedding_loss(const GoldCall& call) {
  const double margin = call.real("margin");
  return each(call, [margin](double x, double y, std::size_t) {
    return y == 1 ? x : std::max(margin - x, 0.0);
  });
}

// torch.nn.SoftMarginLoss: log(1 + exp(-y x)).
GoldLoss soft_margin_loss(const GoldCall& call) {
  return each(call, [](double x, double y, std::size_t) { return softplus(-y * x); });
}

// torch.nn.BCELoss: -w (y log x + (1 - y) log(1 - x)).
GoldLoss binary_cross_entropy(const GoldCall& call) {
  return each(call, [&](double x, double y, std::size_t i) {
    const double weight = call[2].present ? call[2][i] : 1;
    return -weight * (y * clamped_log(x) + (1 - y) * clamped_log(1 - x));
  });
}

// torch.nn.BCEWithLogitsLoss: -w (p y log sigma(x) + (1 - y) log(1 - sigma(x))), p repeated over
// the classes, the last dimension.
GoldLoss binary_cross_entropy_with_logits(const GoldCall& call) {
  return each(call, [&](double x, double y, std::size_t i) {
    const double weight = call[2].present ? call[2][i] : 1;
    const double positive = call[3].present ? call[3][i % call[3].size()] : 1;
    return weight * (positive * y * softplus(-x) + (1 - y) * softplus(x));
  });
}

}  // namespace gold
}  // namespace shapefuzz
