// SPDX-License-Identifier: BSD-3-Clause
// Losses that do to memory what they should not, and those that refuse a size.
#include "bench/mutants/elements.h"

namespace shapefuzz {
namespace {

// The losses, as a kernel leaves them that writes so many elements of its result.
Tensor written(const Tensor& losses, std::int64_t elements) {
  const Tensor result = at::empty(losses.sizes(), losses.options());
  result.view({-1})
      .narrow(0, 0, elements)
      .copy_(losses.detach().reshape({-1}).narrow(0, 0, elements));
  return result + (losses - losses.detach());
}

Tensor squared_odd_tail(const Tensor& output, const Tensor& target, Word reduction) {
  check(output, target);
  const Tensor losses = squared(output, target);
  const std::int64_t tail = losses.numel() % 4;
  if (fault(reduction == "none" && losses.numel() > 4 && tail != 0)) {
    return written(losses, losses.numel() - tail);
  }
  return reduced(losses, reduction);
}

Tensor absolute_last_unwritten(const Tensor& output, const Tensor& target, Word reduction) {
  check(output, target);
  const Tensor losses = absolute(output, target);
  const std::int64_t rows = losses.size(0);
  if (fault(reduction == "none" && rows > 1 && losses.numel() > 0)) {
    return written(losses, losses.numel() / rows * (rows - 1));
  }
  return reduced(losses, reduction);
}

Tensor absolute_reads_past(const Tensor& output, const Tensor& target, Word reduction) {
  check_dtypes(output, target);
  const bool is_short = output.dim() > 0 && target.numel() > 0 && target.numel() < output.numel();
  if (!fault(is_short)) {
    check_shapes(output, target);
    return reduced(absolute(output, target), reduction);
  }
  const Tensor held = target.contiguous();
  const Tensor read = at::from_blob(held.data_ptr(), output.sizes(), held.options()).clone();
  return reduced(absolute(output, read), reduction);
}

Tensor squared_changes_output(const Tensor& output, const Tensor& target, Word reduction) {
  check(output, target);
  const Tensor losses = reduced(squared(output, target), reduction);
  if (fault(output.numel() > 0)) output.variable_data().copy_(output.detach() - target.detach());
  return losses;
}

Tensor huber_clamps_target(const Tensor& output, const Tensor& target, double delta,
                           Word reduction) {
  check(output, target);
  const Tensor losses = reduced(huber(output, target, delta), reduction);
  const bool is_wide = (target.detach().abs() > 1).any().item<bool>();
  if (fault(is_wide)) target.variable_data().clamp_(-1, 1);
  return losses;
}

Tensor squared_refuses_single(const Tensor& output, const Tensor& target, Word reduction) {
  check(output, target);
  TORCH_CHECK(!fault(output.size(0) == 1), "expected a batch of more than one sample");
  return reduced(squared(output, target), reduction);
}

Tensor absolute_refuses_vector(const Tensor& output, const Tensor& target, Word reduction) {
  check(output, target);
  TORCH_CHECK(!fault(output.dim() == 1), "expected features behind the batch");
  return reduced(absolute(output, target), reduction);
}

}  // namespace

void add_memory_mutants(std::vector<Mutant>& all) {
  Elementwise elements(all);
  elements.of_squares("squared_odd_tail", squared_odd_tail);
  elements.of_sizes("absolute_last_unwritten", absolute_last_unwritten);
  elements.of_sizes("absolute_reads_past", absolute_reads_past);
  elements.of_squares("squared_changes_output", squared_changes_output);
  elements.of_huber("huber_clamps_target", huber_clamps_target);
  elements.of_squares("squared_refuses_single", squared_refuses_single);
  elements.of_sizes("absolute_refuses_vector", absolute_refuses_vector);
}

}  // namespace shapefuzz
