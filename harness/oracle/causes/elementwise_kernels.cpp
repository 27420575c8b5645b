// SPDX-License-Identifier: BSD-3-Clause
// The kernels of the losses that pair each element of the input with one of the target.
#include <algorithm>
#include <cmath>
#include <limits>

#include "harness/oracle/causes/kernel.h"

namespace shapefuzz {
namespace {

// The slope of a loss by x - y.
using SlopeOf = double (*)(double gap, double option);

double slope_of_mse(double gap, double /*none*/) { return 2 * gap; }

double slope_of_smooth_l1(double gap, double beta) {
  if (gap <= -beta) return -1;
  if (gap >= beta) return 1;
  return gap / beta;
}

double slope_of_huber(double gap, double delta) { return std::clamp(gap, -delta, delta); }

// What a kernel leaves in a tensor like the input that it has been given without its ones: where it
// computes more, the tensor behind it grows, and the one like the input shows what comes first.
Array through_a_tensor_like(const KernelCall& call, const Array& computed) {
  const Operand& input = *call.find(0);
  const auto size = static_cast<std::size_t>(input.shape.elements());
  if (computed.shape == squeezed(call[0]).shape) return {input.shape, computed.values};
  if (computed.size() < size) throw Unpredictable("nothing is written");
  const Operand& target = *call.find(1);
  const bool is_permuted = target.layout == Layout::kTransposed && target.shape.rank() >= 2;
  if (is_permuted) throw Unpredictable("written in the target's order");
  Array result = {
      input.shape,
      {computed.values.begin(), computed.values.begin() + static_cast<std::ptrdiff_t>(size)}};
  if (input.layout != Layout::kTransposed || input.shape.rank() < 2) return result;
  // Its last two dimensions are stored in the other order, what has been written is not.
  const auto rows = static_cast<std::size_t>(input.shape.from_right(1));
  const auto columns = static_cast<std::size_t>(input.shape.from_right(0));
  for (std::size_t i = 0; i < size; ++i) {
    const std::size_t matrix = i / (rows * columns) * (rows * columns);
    const std::size_t row = i % (rows * columns) / columns;
    const std::size_t column = i % columns;
    result.values[i] = computed.values[matrix + column * rows + row];
  }
  return result;
}

}  // namespace

KernelCall with_wrapped_pos_weight(const KernelCall& call) {
  constexpr double kBytes = 256;
  KernelCall wrapped = call;
  if (call.has(3) && call.dtype(3) == DType::kU8) {
    for (double& weight : wrapped.operands[3].values) weight = weight == 0 ? kBytes : weight;
  }
  return wrapped;
}

namespace kernel {

// ATen/native/Loss.cpp, kl_div: xlogy(target, target) - target * input, so that 0 times infinity is
// nan; batchmean (torch/nn/functional/loss.h) divides by the input's first size.
Prediction kl_div(const KernelCall& call, const std::vector<double>& /*cotangent*/) {
  const bool log_target = call.flag("log_target");
  const Array losses = each(
      [=](double x, double y) {
        if (log_target) return std::exp(y) * (y - x);
        return (y == 0 ? 0 : y * std::log(y)) - y * x;
      },
      call[0], call[1]);
  if (call.reduction() != "batchmean") return {reduced(call, losses)};
  const double batch = call[0].shape.empty() ? 1 : static_cast<double>(call[0].shape[0]);
  return {{{}, {sum_of(losses) / batch}}};
}

// ATen/native/Loss.cpp, mse_loss_backward and its relatives: the mean's divisor is `numel` of the
// operand that is differentiated, not of the result.
Prediction pointwise_with_mean_gradient(const KernelCall& call,
                                        const std::vector<double>& cotangent) {
  const std::string& name = call.loss.spec.name;
  const SlopeOf slope_of = name == "mse_loss"     ? slope_of_mse
                           : name == "huber_loss" ? slope_of_huber
                                                  : slope_of_smooth_l1;
  const double option = name == "huber_loss"       ? call.real("delta")
                        : name == "smooth_l1_loss" ? call.real("beta")
                                                   : 0;
  Prediction prediction;
  const Array losses = elementwise(call);
  prediction.value = reduced(call, losses);
  Array weights = weights_of(call, losses.shape, cotangent);
  const bool is_mean = call.reduction() == "mean";
  if (is_mean) {
    for (double& weight : weights.values) weight *= static_cast<double>(losses.size());
  }
  for (std::size_t i = 0; i < 2; ++i) {
    const double sign = i == 0 ? 1 : -1;
    const double norm = is_mean ? static_cast<double>(call[i].size()) : 1;
    const Array slopes =
        each([&](double x, double y,
                 double weight) { return sign * weight / norm * slope_of(x - y, option); },
             call[0], call[1], weights);
    prediction.gradients[i] = sum_to(slopes, call[i].shape);
  }
  return prediction;
}

// torch/nn/functional/loss.h of 1.13: the options' beta is not handed on.
Prediction smooth_l1_with_beta_1(const KernelCall& call, const std::vector<double>& /*cotangent*/) {
  Case c = call.c;
  c.set_option(call.loss.spec, "beta", 1.0);
  const KernelCall with_1 = {call.loss, c, call.operands};
  return {reduced(with_1, elementwise(with_1))};
}

// ATen/native/Loss.cpp, binary_cross_entropy_out_cpu and _backward_out_cpu: the operands are
// squeezed, and so is the result, a tensor like the input. torch/csrc/autograd/FunctionsManual.cpp,
// binary_cross_entropy_target_backward: without the clamp, and divided by the target's elements.
Prediction binary_cross_entropy(const KernelCall& call, const std::vector<double>& cotangent) {
  const Array x = squeezed(call[0]);
  const Array y = squeezed(call[1]);
  const auto clamped = [](double value) { return std::max(std::log(value), -100.0); };
  Array losses = through_a_tensor_like(
      call,
      each([&](double p, double q) { return (q - 1) * clamped(1 - p) - q * clamped(p); }, x, y));
  const auto weighted = [&](const Array& array) {
    if (!call.has(2)) return array;
    return each([](double value, double weight) { return value * weight; }, array,
                expanded(call[2], array.shape));
  };
  losses = weighted(losses);
  Prediction prediction = {reduced(call, losses)};
  const bool is_mean = call.reduction() == "mean";
  const auto with_norm = [&](Array gradient, const Array& operand) {
    for (double& value : gradient.values) {
      if (is_mean) value /= static_cast<double>(operand.size());
    }
    return gradient;
  };
  const bool is_none = call.reduction() == "none";
  const Array grad = is_none ? Array{losses.shape, cotangent} : Array{{}, {cotangent.at(0)}};
  if (is_none && cotangent.size() != losses.size()) throw Unpredictable("another result");
  constexpr double kEpsilon = 1e-12F;  // a float there, too
  const Array slopes = each(
      [=](double g, double p, double q) { return g * (p - q) / std::max((1 - p) * p, kEpsilon); },
      squeezed(grad), x, y);
  if (slopes.size() >= call[0].size()) {
    prediction.gradients[0] = with_norm(weighted(through_a_tensor_like(call, slopes)), call[0]);
  }
  const Array by_target =
      each([](double p, double g) { return (std::log(1 - p) - std::log(p)) * g; }, call[0], grad);
  if (expands_to(call[1].shape, call[0].shape)) {
    prediction.gradients[1] = sum_to(with_norm(weighted(by_target), call[1]), call[1].shape);
  }
  return prediction;
}

// ATen/native/Loss.cpp, binary_cross_entropy_with_logits: (pos_weight - 1) * target + 1, so that a
// uint8 of 0 wraps around.
Prediction binary_cross_entropy_with_logits(const KernelCall& call,
                                            const std::vector<double>& cotangent) {
  return broadcast_formula(with_wrapped_pos_weight(call), cotangent);
}

// ATen/native/Loss.cpp, soft_margin_loss: log1p(exp(-input * target)), whose exponential is
// infinite where the dtype ends; _backward negates the target in its own dtype.
Prediction soft_margin(const KernelCall& call, const std::vector<double>& cotangent) {
  const DType dtype = call.dtype(0);  // that of the result, whatever the target's is
  const bool wraps = call.dtype(1) == DType::kU8;
  const auto power = [&](double exponent) { return rounded_to(dtype, std::exp(exponent)); };
  const Array losses =
      each([&](double x, double y) { return std::log1p(power(-x * y)); }, call[0], call[1]);
  Prediction prediction = {reduced(call, losses)};
  prediction.gradients[0] = each(
      [&](double x, double y, double weight) {
        constexpr double kBytes = 256;
        const double negated = wraps ? std::fmod(kBytes - y, kBytes) : -y;
        const double z = power(negated * x);
        return -weight * y * z / (1 + z);
      },
      call[0], call[1], weights_of(call, losses.shape, cotangent));
  return prediction;
}

// torch/nn/functional/loss.h, poisson_nll_loss: Stirling's term is computed everywhere and masked,
// so that the gradient of a target that has no logarithm is 0 times infinity.
Prediction poisson_nll(const KernelCall& call, const std::vector<double>& cotangent) {
  const bool log_input = call.flag("log_input");
  const bool full = call.flag("full");
  const double eps = call.real("eps");
  const Array losses = elementwise(call);
  Prediction prediction = {reduced(call, losses)};
  const Array weights = weights_of(call, losses.shape, cotangent);
  prediction.gradients[0] =
      sum_to(each(
                 [&](double x, double y, double weight) {
                   return weight * (log_input ? std::exp(x) - y : 1 - y / (x + eps));
                 },
                 call[0], call[1], weights),
             call[0].shape);
  prediction.gradients[1] = sum_to(each(
                                       [&](double x, double y, double weight) {
                                         double slope = log_input ? -x : -std::log(x + eps);
                                         if (full && y > 1) slope += std::log(y) + 0.5 / y;
                                         if (full && !(y > 0))
                                           slope = std::numeric_limits<double>::quiet_NaN();
                                         return weight * slope;
                                       },
                                       call[0], call[1], weights),
                                   call[1].shape);
  return prediction;
}

// ATen/native/Loss.cpp, hinge_embedding_loss: the margin's part unless the target is 1, the input's
// unless it is -1.
Prediction hinge_embedding(const KernelCall& call, const std::vector<double>& /*cotangent*/) {
  const double margin = call.real("margin");
  return {reduced(call, each(
                            [&](double x, double y) {
                              return (y != 1 ? std::max(margin - x, 0.0) : 0) + (y != -1 ? x : 0);
                            },
                            call[0], call[1]))};
}

}  // namespace kernel
}  // namespace shapefuzz
