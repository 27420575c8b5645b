// SPDX-License-Identifier: BSD-3-Clause
// Losses of an element: faults in shapes, divisors, gradients, reductions, rows and samples.
#include <torch/csrc/autograd/custom_function.h>

#include <cmath>

#include "bench/mutants/elements.h"

namespace shapefuzz {
namespace {

bool differ(const Tensor& output, const Tensor& target) { return output.sizes() != target.sizes(); }

Tensor log_cosh(const Tensor& output, const Tensor& target) {
  const Tensor error = (output - target).abs();
  return error + at::log1p(at::exp(-2 * error)) - std::log(2.0);
}

Tensor squared_broadcasts(const Tensor& output, const Tensor& target, Word reduction) {
  check_unless(fault(differ(output, target)), output, target);
  return reduced(squared(output, target), reduction);
}

Tensor absolute_expands_target(const Tensor& output, const Tensor& target, Word reduction) {
  const bool forgotten = fault(differ(output, target));
  check_unless(forgotten, output, target);
  return reduced(absolute(output, forgotten ? target.expand_as(output) : target), reduction);
}

Tensor squared_checks_rank(const Tensor& output, const Tensor& target, Word reduction) {
  check_unless(fault(output.dim() == target.dim() && differ(output, target)), output, target);
  return reduced(squared(output, target), reduction);
}

Tensor absolute_checks_elements(const Tensor& output, const Tensor& target, Word reduction) {
  check_unless(fault(output.numel() == target.numel() && differ(output, target)), output, target);
  return reduced(absolute(output, target), reduction);
}

Tensor squared_checks_batch(const Tensor& output, const Tensor& target, Word reduction) {
  const bool same_batch = output.dim() > 0 && target.dim() > 0 && output.size(0) == target.size(0);
  check_unless(fault(same_batch && differ(output, target)), output, target);
  return reduced(squared(output, target), reduction);
}

Tensor huber_takes_one_target(const Tensor& output, const Tensor& target, double delta,
                              Word reduction) {
  check_unless(fault(target.numel() == 1 && differ(output, target)), output, target);
  return reduced(huber(output, target, delta), reduction);
}

Tensor squared_squeezes(const Tensor& output, const Tensor& target, Word reduction) {
  const bool has_one = differ(output, target) || output.squeeze().dim() != output.dim();
  if (fault(has_one)) {
    check_unless(true, output, target);
    return reduced(squared(output.squeeze(), target.squeeze()), reduction);
  }
  check(output, target);
  return reduced(squared(output, target), reduction);
}

Tensor squared_transposes(const Tensor& output, const Tensor& target, Word reduction) {
  const bool fits = output.dim() == 2 && target.dim() == 2 && differ(output, target) &&
                    output.sizes() == target.t().sizes();
  if (fault(fits)) {
    check_unless(true, output, target);
    return reduced(squared(output, target.t()), reduction);
  }
  check(output, target);
  return reduced(squared(output, target), reduction);
}

// Of another batch than the output's, but else alike.
bool differ_in_batch(const Tensor& output, const Tensor& target) {
  return output.dim() > 0 && output.dim() == target.dim() && output.size(0) != target.size(0) &&
         output.sizes().slice(1) == target.sizes().slice(1);
}

Tensor absolute_cuts(const Tensor& output, const Tensor& target, Word reduction) {
  if (fault(differ_in_batch(output, target))) {
    check_unless(true, output, target);
    const std::int64_t rows = std::min(output.size(0), target.size(0));
    return reduced(absolute(output.narrow(0, 0, rows), target.narrow(0, 0, rows)), reduction);
  }
  check(output, target);
  return reduced(absolute(output, target), reduction);
}

Tensor squared_repeats(const Tensor& output, const Tensor& target, Word reduction) {
  const bool is_shorter = differ_in_batch(output, target) && target.size(0) > 0;
  if (fault(is_shorter)) {
    check_unless(true, output, target);
    const Tensor rows = at::arange(output.size(0), at::kLong).remainder(target.size(0));
    return reduced(squared(output, target.index_select(0, rows)), reduction);
  }
  check(output, target);
  return reduced(squared(output, target), reduction);
}

Tensor squared_divides_by_batch(const Tensor& output, const Tensor& target, Word reduction) {
  check(output, target);
  const Tensor losses = squared(output, target);
  const bool is_wrong = reduction == "mean" && losses.numel() != losses.size(0);
  if (fault(is_wrong)) return losses.sum() / losses.size(0);
  return reduced(losses, reduction);
}

Tensor absolute_divides_by_last(const Tensor& output, const Tensor& target, Word reduction) {
  check(output, target);
  const Tensor losses = absolute(output, target);
  const bool is_wrong = reduction == "mean" && losses.numel() != losses.size(-1);
  if (fault(is_wrong)) return losses.sum() / losses.size(-1);
  return reduced(losses, reduction);
}

Tensor squared_divides_by_less_one(const Tensor& output, const Tensor& target, Word reduction) {
  check(output, target);
  const Tensor losses = squared(output, target);
  if (fault(reduction == "mean" && losses.numel() > 1)) return losses.sum() / (losses.numel() - 1);
  return reduced(losses, reduction);
}

Tensor huber_divides_by_positive(const Tensor& output, const Tensor& target, double delta,
                                 Word reduction) {
  check(output, target);
  const Tensor losses = huber(output, target, delta);
  const auto positive = (losses > 0).sum().item<std::int64_t>();
  const bool has_zero = reduction == "mean" && positive > 0 && positive < losses.numel();
  if (fault(has_zero)) return losses.sum() / positive;
  return reduced(losses, reduction);
}

Tensor squared_gradient_doubled(const Tensor& output, const Tensor& target, Word reduction) {
  check(output, target);
  const Tensor losses = reduced(squared(output, target), reduction);
  return fault() ? with_gradient(losses, 2) : losses;
}

Tensor squared_target_detached(const Tensor& output, const Tensor& target, Word reduction) {
  check(output, target);
  return reduced(squared(output, fault(target.requires_grad()) ? target.detach() : target),
                 reduction);
}

// The square, whose gradient is written by hand.
class Square : public torch::autograd::Function<Square> {
 public:
  static Tensor forward(torch::autograd::AutogradContext* context, const Tensor& error) {
    context->save_for_backward({error});
    context->saved_data["wrong"] = fault();
    return error.pow(2);
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    const Tensor error = context->get_saved_variables()[0];
    if (context->saved_data["wrong"].toBool()) return {2 * error};
    return {2 * error * gradients[0]};
  }
};

Tensor squared_upstream_ignored(const Tensor& output, const Tensor& target, Word reduction) {
  check(output, target);
  return reduced(Square::apply(output - target), reduction);
}

Tensor huber_gradient_sign(const Tensor& output, const Tensor& target, double delta,
                           Word reduction) {
  check(output, target);
  const Tensor losses = huber(output, target, delta);
  const Tensor beyond = (output - target).abs() > delta;
  if (fault(beyond.any().item<bool>())) {
    return reduced(at::where(beyond, with_gradient(losses, -1), losses), reduction);
  }
  return reduced(losses, reduction);
}

Tensor squared_mean_gradient(const Tensor& output, const Tensor& target, Word reduction) {
  check(output, target);
  const Tensor losses = reduced(squared(output, target), reduction);
  const bool is_wrong = reduction == "mean" && output.numel() > 1;
  return fault(is_wrong) ? with_gradient(losses, static_cast<double>(output.numel())) : losses;
}

Tensor log_cosh_sum_gradient(const Tensor& output, const Tensor& target, Word reduction) {
  check(output, target);
  const Tensor losses = reduced(log_cosh(output, target), reduction);
  return fault(reduction == "sum") ? with_gradient(losses, 0) : losses;
}

Tensor absolute_sum_is_mean(const Tensor& output, const Tensor& target, Word reduction) {
  check(output, target);
  const bool is_wrong = reduction == "sum" && output.numel() != 1;
  return reduced(absolute(output, target), fault(is_wrong) ? "mean" : reduction);
}

Tensor squared_mean_is_sum(const Tensor& output, const Tensor& target, Word reduction) {
  check(output, target);
  const bool is_wrong = reduction == "mean" && output.numel() != 1;
  return reduced(squared(output, target), fault(is_wrong) ? "sum" : reduction);
}

Tensor squared_none_flat(const Tensor& output, const Tensor& target, Word reduction) {
  check(output, target);
  const Tensor losses = reduced(squared(output, target), reduction);
  return fault(reduction == "none" && output.dim() > 1) ? losses.flatten() : losses;
}

Tensor huber_sum_of_batch(const Tensor& output, const Tensor& target, double delta,
                          Word reduction) {
  check(output, target);
  const Tensor losses = huber(output, target, delta);
  if (fault(reduction == "sum" && output.dim() > 1)) return losses.sum(0);
  return reduced(losses, reduction);
}

Tensor absolute_rows_reversed(const Tensor& output, const Tensor& target, Word reduction) {
  check(output, target);
  const Tensor losses = reduced(absolute(output, target), reduction);
  return fault(reduction == "none" && output.size(0) > 1) ? losses.flip({0}) : losses;
}

Tensor squared_middle_rows_swapped(const Tensor& output, const Tensor& target, Word reduction) {
  check(output, target);
  const Tensor losses = reduced(squared(output, target), reduction);
  if (!fault(reduction == "none" && output.size(0) > 2)) return losses;
  Tensor rows = at::arange(output.size(0), at::kLong);
  rows[1] = 2;
  rows[2] = 1;
  return losses.index_select(0, rows);
}

Tensor squared_target_rolled(const Tensor& output, const Tensor& target, Word reduction) {
  check(output, target);
  const bool is_wrong = fault(output.size(0) > 2);
  return reduced(squared(output, is_wrong ? target.roll(1, 0) : target), reduction);
}

Tensor squared_standardised(const Tensor& output, const Tensor& target, Word reduction) {
  check(output, target);
  const Tensor losses = squared(output, target);
  if (fault()) return reduced(losses - losses.mean(0, /*keepdim=*/true), reduction);
  return reduced(losses, reduction);
}

Tensor absolute_adds_neighbour(const Tensor& output, const Tensor& target, Word reduction) {
  check(output, target);
  const Tensor losses = absolute(output, target);
  if (!fault(output.size(0) > 1)) return reduced(losses, reduction);
  const std::int64_t others = output.size(0) - 1;
  const Tensor before = losses.narrow(0, 0, others);
  const Tensor first = losses.narrow(0, 0, 1);
  return reduced(at::cat({first, losses.narrow(0, 1, others) + 0.5 * before}), reduction);
}

Tensor squared_over_largest(const Tensor& output, const Tensor& target, Word reduction) {
  check(output, target);
  const Tensor losses = squared(output, target);
  if (fault(losses.numel() > 0)) return reduced(losses / losses.max().clamp_min(1e-12), reduction);
  return reduced(losses, reduction);
}

}  // namespace

void add_elementwise_mutants(std::vector<Mutant>& all) {
  Elementwise elements(all);
  elements.of_squares("squared_broadcasts", squared_broadcasts);
  elements.of_sizes("absolute_expands_target", absolute_expands_target);
  elements.of_squares("squared_checks_rank", squared_checks_rank);
  elements.of_sizes("absolute_checks_elements", absolute_checks_elements);
  elements.of_squares("squared_checks_batch", squared_checks_batch);
  elements.of_huber("huber_takes_one_target", huber_takes_one_target);
  elements.of_squares("squared_squeezes", squared_squeezes);
  elements.of_squares("squared_transposes", squared_transposes);
  elements.of_sizes("absolute_cuts", absolute_cuts);
  elements.of_squares("squared_repeats", squared_repeats);
  elements.of_squares("squared_divides_by_batch", squared_divides_by_batch);
  elements.of_sizes("absolute_divides_by_last", absolute_divides_by_last);
  elements.of_squares("squared_divides_by_less_one", squared_divides_by_less_one);
  elements.of_huber("huber_divides_by_positive", huber_divides_by_positive);
  elements.of_squares("squared_gradient_doubled", squared_gradient_doubled);
  elements.of_squares("squared_target_detached", squared_target_detached);
  elements.of_squares("squared_upstream_ignored", squared_upstream_ignored);
  elements.of_huber("huber_gradient_sign", huber_gradient_sign);
  elements.of_squares("squared_mean_gradient", squared_mean_gradient);
  elements.add("log_cosh_sum_gradient", log_cosh_sum_gradient)
      .option("reduction", "mean")
      .formula([](double x, double y) {
        const double error = std::abs(x - y);
        return error + std::log1p(std::exp(-2 * error)) - std::log(2.0);
      });
  elements.of_sizes("absolute_sum_is_mean", absolute_sum_is_mean);
  elements.of_squares("squared_mean_is_sum", squared_mean_is_sum);
  elements.of_squares("squared_none_flat", squared_none_flat);
  elements.of_huber("huber_sum_of_batch", huber_sum_of_batch);
  elements.of_sizes("absolute_rows_reversed", absolute_rows_reversed);
  elements.of_squares("squared_middle_rows_swapped", squared_middle_rows_swapped);
  elements.of_squares("squared_target_rolled", squared_target_rolled);
  elements.of_squares("squared_standardised", squared_standardised);
  elements.of_sizes("absolute_adds_neighbour", absolute_adds_neighbour);
  elements.of_squares("squared_over_largest", squared_over_largest);
}

}  // namespace shapefuzz
