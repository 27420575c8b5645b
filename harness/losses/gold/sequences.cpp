// SPDX-License-Identifier: BSD-3-Clause
// Gold formulas of CTC and of the adaptive softmax.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "harness/language/case/values.h"
#include "harness/losses/gold/gold.h"

namespace shapefuzz {
namespace {

double log_add(double a, double b) {
  const double most = std::max(a, b);
  if (most == -INFINITY) return most;
  return most + std::log(std::exp(a - most) + std::exp(b - most));
}

// The probability of all alignments of `labels` with the log-probabilities of `steps` steps, as the
// forward variables of Graves et al. 2006, section 4.1: over the labels with blanks between them, a
// path may stay, go on by one, or skip a blank between different labels.
template <class LogProb>
double ctc_log_likelihood(const std::vector<std::int64_t>& labels, std::size_t steps,
                          std::int64_t blank, LogProb log_prob) {
  if (steps == 0) return labels.empty() ? 0 : -INFINITY;  // no step spells the empty text only
  std::vector<std::int64_t> extended = {blank};
  for (const std::int64_t label : labels) {
    extended.push_back(label);
    extended.push_back(blank);
  }
  std::vector<double> alpha(extended.size(), -INFINITY);
  alpha[0] = log_prob(0, blank);
  if (extended.size() > 1) alpha[1] = log_prob(0, extended[1]);
  for (std::size_t t = 1; t < steps; ++t) {
    std::vector<double> next(extended.size(), -INFINITY);
    for (std::size_t s = 0; s < extended.size(); ++s) {
      double sum = alpha[s];
      if (s >= 1) sum = log_add(sum, alpha[s - 1]);
      const bool may_skip = s >= 2 && extended[s] != blank && extended[s] != extended[s - 2];
      if (may_skip) sum = log_add(sum, alpha[s - 2]);
      next[s] = sum + log_prob(t, extended[s]);
    }
    alpha = std::move(next);
  }
  const double last = alpha.back();
  return alpha.size() > 1 ? log_add(last, alpha[alpha.size() - 2]) : last;
}

// A linear layer without LibTorch: the dot products of `input` with the rows of a weight.
struct Linear {
  std::size_t in = 0;
  std::size_t out = 0;
  std::vector<double> weight;
  std::vector<double> bias;  // may be empty

  std::vector<double> operator()(const double* input) const {
    std::vector<double> result(out, 0);
    for (std::size_t o = 0; o < out; ++o) {
      for (std::size_t i = 0; i < in; ++i) result[o] += weight[o * in + i] * input[i];
      if (!bias.empty()) result[o] += bias[o];
    }
    return result;
  }
};

void log_softmax(std::vector<double>& scores) {
  double sum = -INFINITY;
  for (const double score : scores) sum = log_add(sum, score);
  for (double& score : scores) score -= sum;
}

// The parameters in the order in which the module lists them, drawn as the module's are.
class Parameters {
 public:
  explicit Parameters(std::uint64_t seed) : seed_(seed) {}
  std::vector<double> next(std::size_t count) {
    std::vector<double> values;
    draw_values({}, {static_cast<std::int64_t>(count)}, seed_, stream_++, values);
    return values;
  }

 private:
  std::uint64_t seed_;
  std::size_t stream_ = kMaxOperands;
};

// One cluster of rare classes: a projection to fewer features, then its classes.
struct Tail {
  Linear projection;
  Linear classes;
};

}  // namespace

namespace gold {

// torch.nn.CTCLoss: -log of the sum over all alignments; "mean: divided by the target lengths, then
// the mean over the batch"; zero_infinity turns infinite losses into 0.
GoldLoss ctc_loss(const GoldCall& call) {
  const Shape& shape = call[0].shape;  // (T, N, C) or (T, C)
  const bool batched = shape.rank() == 3;
  const auto samples = static_cast<std::size_t>(batched ? shape[1] : 1);
  const auto classes = static_cast<std::size_t>(shape.from_right(0));
  const bool padded = call[1].shape.rank() == 2;
  GoldLoss result;
  double mean = 0;
  std::size_t start = 0;
  for (std::size_t n = 0; n < samples; ++n) {
    if (padded) start = n * static_cast<std::size_t>(call[1].shape[1]);
    const auto length = static_cast<std::size_t>(call[3][n]);
    std::vector<std::int64_t> labels;
    for (std::size_t i = 0; i < length; ++i) {
      labels.push_back(static_cast<std::int64_t>(call[1][start + i]));
    }
    start += length;
    double loss = -ctc_log_likelihood(
        labels, static_cast<std::size_t>(call[2][n]), call.integer("blank"),
        [&](std::size_t t, std::int64_t label) {
          if (label < 0 || static_cast<std::size_t>(label) >= classes) {
            throw FormulaError(fmt::format("takes {} for one of {} labels", label, classes));
          }
          return call[0][(t * samples + n) * classes + static_cast<std::size_t>(label)];
        });
    if (std::isinf(loss) && call.flag("zero_infinity")) loss = 0;
    result.losses.push_back(loss);
    mean += loss / std::max(1.0, static_cast<double>(length));
  }
  result.mean = mean / static_cast<double>(samples);
  return result;
}

// torch.nn.AdaptiveLogSoftmaxWithLoss (Grave et al. 2016): the head scores the frequent classes and
// one more for each cluster; a rare class has the cluster's log-probability plus its own within it.
GoldLoss adaptive_log_softmax_with_loss(const GoldCall& call) {
  const auto features = static_cast<std::size_t>(call.integer("in_features"));
  std::vector<std::int64_t> cutoffs = call.c->get<std::vector<std::int64_t>>(*call.spec, "cutoffs");
  cutoffs.push_back(call.integer("n_classes"));
  const auto shortlist = static_cast<std::size_t>(cutoffs[0]);
  const std::size_t clusters = cutoffs.size() - 1;
  Parameters parameters(call.c->seed);
  Linear head{features, shortlist + clusters, {}, {}};
  head.weight = parameters.next(head.in * head.out);
  if (call.flag("head_bias")) head.bias = parameters.next(head.out);
  std::vector<Tail> tails;
  for (std::size_t i = 0; i < clusters; ++i) {
    const double divisor = std::pow(call.real("div_value"), static_cast<double>(i + 1));
    const auto hidden = static_cast<std::size_t>(static_cast<double>(features) / divisor);
    const auto size = static_cast<std::size_t>(cutoffs[i + 1] - cutoffs[i]);
    Tail tail{{features, hidden, {}, {}}, {hidden, size, {}, {}}};
    tail.projection.weight = parameters.next(features * hidden);
    tail.classes.weight = parameters.next(hidden * size);
    tails.push_back(std::move(tail));
  }
  GoldLoss result;
  for (std::size_t n = 0; n < call[1].size(); ++n) {
    const double* const row = call[0].row(n * features, features);
    const std::size_t target = call[1].class_at(n, static_cast<std::size_t>(cutoffs.back()));
    std::vector<double> scores = head(row);
    log_softmax(scores);
    if (target < shortlist) {
      result.losses.push_back(-scores[target]);
      continue;
    }
    std::size_t cluster = 0;
    while (target >= static_cast<std::size_t>(cutoffs[cluster + 1])) ++cluster;
    std::vector<double> within = tails[cluster].classes(tails[cluster].projection(row).data());
    log_softmax(within);
    const std::size_t place = target - static_cast<std::size_t>(cutoffs[cluster]);
    result.losses.push_back(-(scores[shortlist + cluster] + within[place]));
  }
  return result;
}

}  // namespace gold
}  // namespace shapefuzz
