// SPDX-License-Identifier: BSD-3-Clause
// Gold formulas of the losses over a class dimension.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "harness/losses/gold/gold.h"

namespace shapefuzz {
namespace {

// An input (C) or (N, C, d1, ...) as rows of class scores: row r has its classes `stride` apart.
class Rows {
 public:
  explicit Rows(const GoldOperand& input) : input_(input) {
    const Shape& shape = input.shape;
    const std::size_t class_dim = shape.rank() == 1 ? 0 : 1;
    classes_ = static_cast<std::size_t>(shape[class_dim]);
    for (std::size_t dim = class_dim + 1; dim < shape.rank(); ++dim) {
      stride_ *= static_cast<std::size_t>(shape[dim]);
    }
    count_ = stride_ * (class_dim == 0 ? 1 : static_cast<std::size_t>(shape[0]));
  }

  std::size_t count() const { return count_; }
  std::size_t classes() const { return classes_; }
  /// Where the score of a class stands in the operand; the same in a target of probabilities.
  std::size_t at(std::size_t row, std::size_t c) const {
    return ((row / stride_) * classes_ + c) * stride_ + row % stride_;
  }
  double score(std::size_t row, std::size_t c) const { return input_[at(row, c)]; }

  /// log(softmax(scores)) of a row. The largest score is taken off first: 1e17 + log(2) is 1e17.
  std::vector<double> log_softmax(std::size_t row) const {
    double most = -INFINITY;
    for (std::size_t c = 0; c < classes_; ++c) most = std::max(most, score(row, c));
    double sum = 0;
    for (std::size_t c = 0; c < classes_; ++c) sum += std::exp(score(row, c) - most);
    const double log_sum = std::log(sum);
    std::vector<double> logarithms;
    for (std::size_t c = 0; c < classes_; ++c) logarithms.push_back(score(row, c) - most - log_sum);
    return logarithms;
  }

 private:
  const GoldOperand& input_;
  std::size_t classes_ = 0;
  std::size_t stride_ = 1;
  std::size_t count_ = 0;
};

double weight_of(const GoldCall& call, std::size_t c) { return call[2].present ? call[2][c] : 1; }

double sum_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

// Targets are class indices: the mean is weighted, over the targets that are not ignored.
template <class Formula>
GoldLoss each_target(const GoldCall& call, const Rows& rows, Formula formula) {
  const auto ignored = static_cast<double>(call.integer("ignore_index"));
  GoldLoss result;
  double weights = 0;
  for (std::size_t row = 0; row < rows.count(); ++row) {
    result.losses.push_back(0);
    if (call[1][row] == ignored) continue;
    const std::size_t target = call[1].class_at(row, rows.classes());
    result.losses.back() = formula(row, target);
    weights += weight_of(call, target);
  }
  result.mean = sum_of(result.losses) / weights;
  return result;
}

}  // namespace

namespace gold {

// torch.nn.NLLLoss: l_n = -w_{y_n} x_{n, y_n}; mean = sum l_n / sum w_{y_n}.
GoldLoss nll_loss(const GoldCall& call) {
  const Rows rows(call[0]);
  return each_target(call, rows, [&](std::size_t row, std::size_t target) {
    return -weight_of(call, target) * rows.score(row, target);
  });
}

// torch.nn.CrossEntropyLoss: l_n = -sum_c w_c log softmax(x_n)_c y_{n,c}, where smoothing mixes the
// target with the uniform distribution: (1 - s) y + s / C. With class indices the mean divides by
// the weights of the targets, with probabilities by the number of samples. Without classes both
// divide by nothing, the samples being the elements by the class, and a NaN is meant then
// (pytorch#73165).
GoldLoss cross_entropy(const GoldCall& call) {
  const Rows rows(call[0]);
  const double smoothing = call.real("label_smoothing");
  const auto classes = static_cast<double>(rows.classes());
  const bool indices =
      number_class(call.c->find_operand("target")->dtype) == NumberClass::kIntegral;
  const auto loss_of_row = [&](std::size_t row, auto probability) {
    const std::vector<double> logarithms = rows.log_softmax(row);
    double loss = 0;
    for (std::size_t c = 0; c < rows.classes(); ++c) {
      const double share = (1 - smoothing) * probability(c) + smoothing / classes;
      const double logarithm = logarithms[c];
      // Of a class that has no share nothing is asked, unless there is no softmax at all, or a
      // weight that makes a NaN of nothing.
      const bool is_nothing = !std::isnan(logarithm) && std::isfinite(weight_of(call, c));
      if (share == 0 && (indices || is_nothing)) continue;
      loss -= weight_of(call, c) * share * logarithm;
    }
    return loss;
  };
  if (indices) {
    GoldLoss result = each_target(call, rows, [&](std::size_t row, std::size_t target) {
      return loss_of_row(row, [&](std::size_t c) { return c == target ? 1.0 : 0.0; });
    });
    result.may_be_nan = rows.classes() == 0;
    return result;
  }
  GoldLoss result;
  for (std::size_t row = 0; row < rows.count(); ++row) {
    result.losses.push_back(
        loss_of_row(row, [&](std::size_t c) { return call[1][rows.at(row, c)]; }));
  }
  result.may_be_nan = rows.classes() == 0;
  return result;
}

// torch.nn.MultiMarginLoss: sum over i != y of w_y max(0, margin - x_y + x_i)^p, divided by C.
GoldLoss multi_margin_loss(const GoldCall& call) {
  const Rows rows(call[0]);
  const double margin = call.real("margin");
  const auto p = static_cast<double>(call.integer("p"));
  GoldLoss result;
  for (std::size_t row = 0; row < rows.count(); ++row) {
    const std::size_t target = call[1].class_at(row, rows.classes());
    double sum = 0;
    for (std::size_t c = 0; c < rows.classes(); ++c) {
      if (c == target) continue;
      sum += std::pow(std::max(0.0, margin - rows.score(row, target) + rows.score(row, c)), p);
    }
    result.losses.push_back(weight_of(call, target) * sum / static_cast<double>(rows.classes()));
  }
  return result;
}

// torch.nn.MultiLabelMarginLoss: sum over targets j and non-targets i of max(0, 1 - (x_j - x_i)),
// divided by C; "only a contiguous block of non-negative targets that starts at the front" counts.
GoldLoss multilabel_margin_loss(const GoldCall& call) {
  const Rows rows(call[0]);
  GoldLoss result;
  for (std::size_t row = 0; row < rows.count(); ++row) {
    std::vector<bool> is_target(rows.classes(), false);
    std::vector<std::size_t> targets;
    for (std::size_t i = 0; i < rows.classes() && call[1][rows.at(row, i)] >= 0; ++i) {
      targets.push_back(call[1].class_at(rows.at(row, i), rows.classes()));
      is_target[targets.back()] = true;
    }
    double sum = 0;
    for (const std::size_t target : targets) {
      for (std::size_t i = 0; i < rows.classes(); ++i) {
        if (is_target[i]) continue;
        sum += std::max(0.0, 1 - (rows.score(row, target) - rows.score(row, i)));
      }
    }
    result.losses.push_back(sum / static_cast<double>(rows.classes()));
  }
  return result;
}

// torch.nn.MultiLabelSoftMarginLoss: -1/C sum_c w (y log sigma(x) + (1 - y) log(1 - sigma(x))).
GoldLoss multilabel_soft_margin_loss(const GoldCall& call) {
  const auto softplus = [](double x) {
    return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x)));
  };
  const auto classes = static_cast<std::size_t>(call[0].shape.from_right(0));
  const Shape& shape = call[0].shape;
  const auto count = static_cast<std::size_t>(shape.slice(0, shape.rank() - 1).elements());
  GoldLoss result;
  for (std::size_t row = 0; row < count; ++row) {
    double sum = 0;
    for (std::size_t i = row * classes; i < (row + 1) * classes; ++i) {
      const double weight = call[2].present ? call[2][i] : 1;
      sum +=
          weight * (call[1][i] * softplus(-call[0][i]) + (1 - call[1][i]) * softplus(call[0][i]));
    }
    result.losses.push_back(sum / static_cast<double>(classes));
  }
  return result;
}

}  // namespace gold
}  // namespace shapefuzz
