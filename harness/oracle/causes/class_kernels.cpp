// SPDX-License-Identifier: BSD-3-Clause
// The kernels of the losses over a class dimension.
#include <algorithm>
#include <cmath>

#include "harness/oracle/causes/kernel.h"

namespace shapefuzz {
namespace {

double class_in(double value, std::size_t classes) {
  if (!(value >= 0 && value < static_cast<double>(classes))) throw Unpredictable("no such class");
  return value;
}

double log_sigmoid(double x) { return std::min(x, 0.0) - std::log1p(std::exp(-std::abs(x))); }

Prediction multi_margin_with(const KernelCall& call, const std::vector<double>& weights) {
  const Shape& shape = call[0].shape;
  if (shape.rank() > 2) throw Unpredictable("another rank");
  const std::size_t rows = shape.rank() == 2 ? static_cast<std::size_t>(shape[0]) : 1;
  const std::size_t classes = shape.empty() ? 1 : static_cast<std::size_t>(shape.from_right(0));
  if (call[1].size() != rows) throw Unpredictable("another number of targets");
  const double margin = call.real("margin");
  const auto p = static_cast<double>(call.integer("p"));
  Array losses = {call[1].shape.empty() ? Shape() : Shape{static_cast<std::int64_t>(rows)}, {}};
  for (std::size_t row = 0; row < rows; ++row) {
    const double* const x = call[0].values.data() + row * classes;
    const auto target = static_cast<std::size_t>(class_in(call[1].values[row], classes));
    double loss = 0;
    for (std::size_t i = 0; i < classes; ++i) {
      const double gap = margin - x[target] + x[i];
      if (i == target || !(gap > 0)) continue;
      if (call.has(2) && target >= weights.size()) throw Unpredictable("not its memory");
      loss += std::pow(gap, p) * (call.has(2) ? weights[target] : 1);
    }
    losses.values.push_back(loss / static_cast<double>(classes));
  }
  return {reduced(call, losses)};
}

}  // namespace

namespace kernel {

// ATen/native/LossNLL.cpp, cross_entropy_loss_prob_target: -(log_softmax * target * weight) summed
// over the classes, so that 0 times infinity is nan; the mean divides by the samples.
Prediction cross_entropy(const KernelCall& call, const std::vector<double>& /*cotangent*/) {
  const Array& x = call[0];
  if (call[1].shape != x.shape || number_class(call.dtype(1)) != NumberClass::kFloating) {
    throw Unpredictable("no probabilities");
  }
  const std::size_t dim = x.shape.rank() == 1 ? 0 : 1;
  if (dim >= x.shape.rank()) throw Unpredictable("no classes");
  const auto classes = static_cast<double>(x.shape[dim]);
  const double smoothing = call.real("label_smoothing");
  Shape one_for_each = x.shape;
  one_for_each[dim] = 1;
  Array norm = along(x, dim, [](const std::vector<double>& scores) {
    if (scores.empty()) return std::log(0.0);
    const double most = *std::max_element(scores.begin(), scores.end());
    double sum = 0;
    for (const double score : scores) sum += std::exp(score - most);
    return most + std::log(sum);
  });
  norm.shape = one_for_each;
  Array weight = {{}, {1}};
  if (call.has(2)) {
    Shape along_classes;
    for (std::size_t i = 0; i < x.shape.rank(); ++i) along_classes.push_back(1);
    along_classes[dim] = x.shape[dim];
    weight = {along_classes, call[2].values};
  }
  const Array terms = each(
      [&](double score, double share, double all, double w) {
        const double smoothed =
            smoothing > 0 ? share * (1 - smoothing) + smoothing / classes : share;
        return -(score - all) * smoothed * w;
      },
      x, call[1], norm, weight);
  Prediction prediction;
  prediction.value = reduced(call, sum(terms, dim));
  prediction.may_be_nan = classes == 0;
  return prediction;
}

// ATen/native/LossNLL.cpp of 1.13 and 2.6: for an input of one dimension the target's size is
// compared with the number of classes, and the first element alone is used.
Prediction nll_of_the_first(const KernelCall& call, const std::vector<double>& /*cotangent*/) {
  if (call[0].shape.rank() != 1 || call[1].shape.rank() != 1 || call[1].size() == 0) {
    throw Unpredictable("another path");
  }
  const double target = call[1].values[0];
  if (target == static_cast<double>(call.integer("ignore_index"))) {
    return {{{}, {call.reduction() == "mean" ? std::nan("") : 0}}};
  }
  const auto index = static_cast<std::size_t>(class_in(target, call[0].size()));
  const double weight = call.has(2) ? call[2].values.at(index) : 1;
  const double loss = -weight * call[0].values[index];
  return {{{}, {call.reduction() == "mean" ? loss / weight : loss}}};
}

// ATen/native/LossMultiMargin.cpp; an input without dimensions is one class.
Prediction multi_margin(const KernelCall& call, const std::vector<double>& /*cotangent*/) {
  return multi_margin_with(call, call.has(2) ? call[2].values : std::vector<double>());
}

// The same file of 1.13: the weight is read by its address, whatever its shape and strides are.
Prediction multi_margin_by_address(const KernelCall& call,
                                   const std::vector<double>& /*cotangent*/) {
  return multi_margin_with(
      call, call.has(2) ? as_it_lies(*call.find(2), call[2]) : std::vector<double>());
}

// torch/nn/functional/loss.h, multilabel_soft_margin_loss: summed over dimension input.dim() - 1
// and divided by the input's size there.
Prediction multilabel_soft_margin(const KernelCall& call,
                                  const std::vector<double>& /*cotangent*/) {
  const Shape& shape = call[0].shape;
  if (shape.empty()) throw Unpredictable("no class dimension");
  const bool wraps = call.dtype(1) == DType::kU8;  // 1 - 2 is 255 there
  Array losses = each(
      [wraps](double x, double y) {
        const double other = wraps ? as_byte(1 - y) : 1 - y;
        return -(y * log_sigmoid(x) + other * log_sigmoid(-x));
      },
      call[0], call[1]);
  if (call.has(2)) {
    losses = each([](double loss, double weight) { return loss * weight; }, losses, call[2]);
  }
  losses = sum(losses, shape.rank() - 1);
  for (double& loss : losses.values) loss /= static_cast<double>(shape.from_right(0));
  return {reduced(call, losses)};
}

}  // namespace kernel
}  // namespace shapefuzz
