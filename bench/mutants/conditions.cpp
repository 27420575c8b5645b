// SPDX-License-Identifier: BSD-3-Clause
// Losses that are wrong under one condition only: a rank, a size, a layout, a dtype, an option.
#include "bench/mutants/elements.h"

namespace shapefuzz {
namespace {

constexpr std::int64_t kMany = 10000;

Tensor squared_rank_four(const Tensor& output, const Tensor& target, Word reduction) {
  check(output, target);
  const Tensor losses = squared(output, target);
  return reduced(fault(output.dim() >= 4) ? 2 * losses : losses, reduction);
}

Tensor absolute_rank_five(const Tensor& output, const Tensor& target, Word reduction) {
  check(output, target);
  const Tensor losses = absolute(output, target);
  return reduced(fault(output.dim() >= 5) ? 0.5 * losses : losses, reduction);
}

Tensor squared_empty_sum(const Tensor& output, const Tensor& target, Word reduction) {
  check(output, target);
  const Tensor losses = reduced(squared(output, target), reduction);
  return fault(reduction == "sum" && output.numel() == 0) ? losses + 1 : losses;
}

Tensor squared_refuses_empty(const Tensor& output, const Tensor& target, Word reduction) {
  check(output, target);
  TORCH_CHECK(!fault(output.numel() == 0), "expected at least one element");
  return reduced(squared(output, target), reduction);
}

// As a kernel that walks over the memory from the first element on.
Tensor in_order_of_storage(const Tensor& tensor) {
  std::vector<std::int64_t> strides(static_cast<std::size_t>(tensor.dim()));
  std::int64_t stride = 1;
  for (std::int64_t i = tensor.dim() - 1; i >= 0; --i) {
    strides[static_cast<std::size_t>(i)] = stride;
    stride *= tensor.size(i);
  }
  return tensor.as_strided(tensor.sizes(), strides);
}

Tensor absolute_reads_storage(const Tensor& output, const Tensor& target, Word reduction) {
  check(output, target);
  const std::int64_t held = static_cast<std::int64_t>(target.storage().nbytes()) /
                                static_cast<std::int64_t>(target.itemsize()) -
                            target.storage_offset();
  const bool is_wrong = fault(!target.is_contiguous() && held >= target.numel());
  return reduced(absolute(output, is_wrong ? in_order_of_storage(target) : target), reduction);
}

Tensor squared_strided(const Tensor& output, const Tensor& target, Word reduction) {
  check(output, target);
  bool is_expanded = false;
  for (std::int64_t i = 0; i < target.dim(); ++i) {
    is_expanded = is_expanded || (target.size(i) > 1 && target.stride(i) == 0);
  }
  const Tensor losses = squared(output, target);
  return reduced(fault(is_expanded) ? 2 * losses : losses, reduction);
}

Tensor squared_half(const Tensor& output, const Tensor& target, Word reduction) {
  check(output, target);
  const bool is_half = output.scalar_type() == at::kHalf;
  const Tensor losses =
      is_half ? squared(output.to(at::kFloat), target.to(at::kFloat)) : squared(output, target);
  const Tensor result = reduced(fault(is_half) ? 2 * losses : losses, reduction);
  return result.to(output.scalar_type());
}

Tensor absolute_bfloat_gradient(const Tensor& output, const Tensor& target, Word reduction) {
  check(output, target);
  const bool is_bfloat = output.scalar_type() == at::kBFloat16;
  const Tensor losses = absolute(output, target);
  return reduced(fault(is_bfloat) ? with_gradient(losses, 2) : losses, reduction);
}

Tensor huber_large_delta(const Tensor& output, const Tensor& target, double delta, Word reduction) {
  check(output, target);
  return reduced(huber(output, target, fault(delta > 2) ? 1 : delta), reduction);
}

Tensor quantile(const Tensor& output, const Tensor& target, double tau) {
  TORCH_CHECK(tau > 0 && tau < 1, "expected a tau between 0 and 1, found ", tau);
  const Tensor error = target - output;
  return at::maximum(tau * error, (tau - 1) * error);
}

Tensor quantile_upper_half(const Tensor& output, const Tensor& target, double tau, Word reduction) {
  check(output, target);
  return reduced(quantile(output, target, fault(tau > 0.5) ? 1 - tau : tau), reduction);
}

Tensor quantile_median(const Tensor& output, const Tensor& target, double tau, Word reduction) {
  check(output, target);
  const Tensor losses = quantile(output, target, tau);
  return reduced(fault(tau == 0.5) ? 2 * losses : losses, reduction);
}

Tensor squared_large_tail(const Tensor& output, const Tensor& target, Word reduction) {
  check(output, target);
  const Tensor losses = squared(output, target);
  if (fault(reduction != "none" && losses.numel() > kMany)) {
    const Tensor sum = losses.flatten().narrow(0, 0, kMany).sum();
    return reduction == "sum" ? sum : sum / losses.numel();
  }
  return reduced(losses, reduction);
}

Tensor absolute_large_mean(const Tensor& output, const Tensor& target, Word reduction) {
  check(output, target);
  const Tensor losses = absolute(output, target);
  if (fault(reduction == "mean" && losses.numel() > kMany)) return losses.sum() / kMany;
  return reduced(losses, reduction);
}

std::vector<double> quantile_formula(const FormulaCall& call) {
  const double tau = call.real("tau");
  std::vector<double> losses;
  for (std::size_t i = 0; i < call[0].size(); ++i) {
    const double error = call[1][i] - call[0][i];
    losses.push_back(std::max(tau * error, (tau - 1) * error));
  }
  return losses;
}

}  // namespace

void add_condition_mutants(std::vector<Mutant>& all) {
  Elementwise elements(all);
  const auto of_quantiles = [&](const char* name, auto function) {
    elements.add(name, function)
        .option("tau", 0.25)
        .option("reduction", "mean")
        .formula(quantile_formula);
  };
  elements.of_squares("squared_rank_four", squared_rank_four);
  elements.of_sizes("absolute_rank_five", absolute_rank_five);
  elements.of_squares("squared_empty_sum", squared_empty_sum);
  elements.of_squares("squared_refuses_empty", squared_refuses_empty);
  elements.of_sizes("absolute_reads_storage", absolute_reads_storage);
  elements.of_squares("squared_strided", squared_strided);
  elements.of_squares("squared_half", squared_half);
  elements.of_sizes("absolute_bfloat_gradient", absolute_bfloat_gradient);
  elements.of_huber("huber_large_delta", huber_large_delta);
  of_quantiles("quantile_upper_half", quantile_upper_half);
  of_quantiles("quantile_median", quantile_median);
  elements.of_squares("squared_large_tail", squared_large_tail);
  elements.of_sizes("absolute_large_mean", absolute_large_mean);
}

}  // namespace shapefuzz
