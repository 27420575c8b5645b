// SPDX-License-Identifier: BSD-3-Clause
// The kernels of the losses that pair each element of the input with one of the target.
#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

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

// A tensor of a call for TensorIterator: its sizes without those of 1, and how far apart its
// elements lie along each of them.
struct Strided {
  Shape shape;
  std::vector<std::int64_t> strides;
};

Strided squeezed_strides(const Shape& shape, Layout layout) {
  std::vector<std::int64_t> strides(shape.rank());
  std::int64_t stride = layout == Layout::kStrided ? 2 : 1;
  const bool is_transposed = layout == Layout::kTransposed && shape.rank() >= 2;
  for (std::size_t k = 0; k < shape.rank(); ++k) {
    const std::size_t swapped = is_transposed && k < 2 ? 1 - k : k;
    const std::size_t dim = shape.rank() - 1 - swapped;
    strides[dim] = layout == Layout::kExpanded && dim == 0 ? 0 : stride;
    stride *= shape[dim];
  }
  Strided result;
  for (std::size_t dim = 0; dim < shape.rank(); ++dim) {
    if (shape[dim] == 1) continue;
    result.shape.push_back(shape[dim]);
    result.strides.push_back(strides[dim]);
  }
  return result;
}

// aten/src/ATen/TensorIterator.cpp, reorder_dimensions: the dimensions of the common shape from the
// one whose elements lie closest together, by the strides of the first tensor that has an opinion.
std::vector<std::size_t> memory_order(const Shape& shape, const std::vector<Strided>& tensors) {
  const auto stride_of = [&](const Strided& tensor, std::size_t dim) {
    const std::size_t missing = shape.rank() - tensor.shape.rank();
    return dim < missing ? 0 : tensor.strides[dim - missing];
  };
  // Whether `a` belongs behind `b`: above 0; below 0 if it does not, 0 if nobody says.
  const auto compare = [&](std::size_t a, std::size_t b) {
    for (const Strided& tensor : tensors) {
      const std::int64_t stride_a = stride_of(tensor, a);
      const std::int64_t stride_b = stride_of(tensor, b);
      if (stride_a == 0 || stride_b == 0) continue;
      if (stride_a != stride_b) return stride_a < stride_b ? -1 : 1;
      if (shape[a] > shape[b]) return 1;
    }
    return 0;
  };
  std::vector<std::size_t> order;
  for (std::size_t dim = shape.rank(); dim-- > 0;) order.push_back(dim);
  for (std::size_t i = 1; i < order.size(); ++i) {
    std::size_t moving = i;
    for (std::size_t before = i; before-- > 0;) {
      const int comparison = compare(order[before], order[moving]);
      if (comparison < 0) break;
      if (comparison == 0) continue;
      std::swap(order[before], order[moving]);
      moving = before;
    }
  }
  return order;
}

// The elements as TensorIterator writes them into a tensor that it makes.
std::vector<double> as_written(const Array& computed, const std::vector<Strided>& tensors) {
  std::vector<std::size_t> strides(computed.shape.rank());
  std::size_t stride = 1;
  for (const std::size_t dim : memory_order(computed.shape, tensors)) {
    strides[dim] = stride;
    stride *= static_cast<std::size_t>(computed.shape[dim]);
  }
  std::vector<double> memory(computed.size());
  for (std::size_t i = 0; i < computed.size(); ++i) {
    std::size_t rest = i;
    std::size_t place = 0;
    for (std::size_t dim = computed.shape.rank(); dim-- > 0;) {
      const auto size = static_cast<std::size_t>(computed.shape[dim]);
      place += rest % size * strides[dim];
      rest /= size;
    }
    memory[place] = computed.values[i];
  }
  return memory;
}

// What a kernel leaves in a tensor like the input that it has been given without its ones: where it
// computes more, the tensor behind it grows, and the one like the input shows what comes first.
// `first` is what the kernel is given before the input and the target.
Array through_a_tensor_like(const KernelCall& call, const Array& computed,
                            const std::optional<Shape>& first = std::nullopt) {
  const Operand& input = *call.find(0);
  const Operand& target = *call.find(1);
  const auto size = static_cast<std::size_t>(input.shape.elements());
  if (computed.shape == squeezed(call[0]).shape) return {input.shape, computed.values};
  if (computed.size() < size) throw Unpredictable("nothing is written");
  std::vector<Strided> tensors = {squeezed_strides(input.shape, input.layout),
                                  squeezed_strides(target.shape, target.layout)};
  if (first) tensors.insert(tensors.begin(), squeezed_strides(*first, Layout::kContiguous));
  const std::vector<double> memory = as_written(computed, tensors);
  Array result = {input.shape,
                  {memory.begin(), memory.begin() + static_cast<std::ptrdiff_t>(size)}};
  if (input.layout != Layout::kTransposed || input.shape.rank() < 2) return result;
  // Its last two dimensions are stored in the other order, what has been written is not.
  const auto rows = static_cast<std::size_t>(input.shape.from_right(1));
  const auto columns = static_cast<std::size_t>(input.shape.from_right(0));
  for (std::size_t i = 0; i < size; ++i) {
    const std::size_t matrix = i / (rows * columns) * (rows * columns);
    const std::size_t row = i % (rows * columns) / columns;
    const std::size_t column = i % columns;
    result.values[i] = memory[matrix + column * rows + row];
  }
  return result;
}

}  // namespace

KernelCall with_wrapped_pos_weight(const KernelCall& call) {
  KernelCall wrapped = call;
  if (call.has(3) && call.dtype(3) == DType::kU8) {
    for (double& weight : wrapped.operands[3].values) weight = as_byte(weight - 1) + 1;
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
    // That of the target is the same function with the operands changed over, kinks and all.
    const double sign = i == 0 ? 1 : -1;
    const double norm = is_mean ? static_cast<double>(call[i].size()) : 1;
    const Array slopes =
        each([&](double x, double y,
                 double weight) { return weight / norm * slope_of(sign * (x - y), option); },
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
  // A float there, too; stored like the input before it is weighted.
  const DType dtype = call.dtype(0);
  const double epsilon = rounded_to(dtype, 1e-12F);
  const Array slopes = each(
      [=](double g, double p, double q) {
        return rounded_to(dtype, g * (p - q) / std::max((1 - p) * p, epsilon));
      },
      squeezed(grad), x, y);
  if (slopes.size() >= call[0].size()) {
    prediction.gradients[0] =
        with_norm(weighted(through_a_tensor_like(call, slopes, grad.shape)), call[0]);
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
  const KernelCall wrapped = with_wrapped_pos_weight(call);
  Prediction prediction = broadcast_formula(wrapped, cotangent);
  const auto common = broadcast(call[0].shape, call[1].shape);
  const bool is_too_large =
      call.reduction() == "mean" && common && *common != call[0].shape && call[0].size() > 0;
  if (!is_too_large) return prediction;
  // _backward divides by the input's elements, and subtracts nothing from a pos_weight.
  const Array one = {{}, {1}};
  const Array slopes = each(
      [](double x, double y, double pos_weight) {
        const double log_weight = (pos_weight - 1) * y + 1;
        return (1 - y) - log_weight / (1 + std::exp(x));
      },
      call[0], call[1], call.has(3) ? call[3] : one);
  const double factor = cotangent.at(0) / static_cast<double>(call[0].size());
  prediction.gradients[0] =
      sum_to(each([factor](double slope, double weight) { return factor * slope * weight; }, slopes,
                  call.has(2) ? call[2] : one),
             call[0].shape);
  return prediction;
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
        const double negated = wraps ? as_byte(-y) : -y;
        const double z = power(negated * x);
        return -weight * rounded_to(dtype, y * z) / (1 + z);
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
  // In half precision little is left of eps, and of a negative one no sign: 0 + -0 is 0.
  const auto shifted = [&](double x) {
    return is_half(call.dtype(0)) ? rounded_to(call.dtype(0), x + eps) + 0.0 : x + eps;
  };
  const auto loss_of = [&](double x, double y) {
    constexpr double kPi = 3.14159265358979323846;
    const double loss = log_input ? std::exp(x) - y * x : x - y * std::log(shifted(x));
    return full && y > 1 ? loss + y * std::log(y) - y + std::log(2 * kPi * y) / 2 : loss;
  };
  const Array losses = each(loss_of, call[0], call[1]);
  Prediction prediction = {reduced(call, losses)};
  const Array weights = weights_of(call, losses.shape, cotangent);
  prediction.gradients[0] =
      sum_to(each(
                 [&](double x, double y, double weight) {
                   return weight * (log_input ? std::exp(x) - y : 1 - y / shifted(x));
                 },
                 call[0], call[1], weights),
             call[0].shape);
  prediction.gradients[1] = sum_to(each(
                                       [&](double x, double y, double weight) {
                                         double slope = log_input ? -x : -std::log(shifted(x));
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
