// SPDX-License-Identifier: BSD-3-Clause
// The losses of torch::nn::functional, each behind the contract that its documentation states:
// another namespace, and nothing else changes for whoever calls them.
//
//   #include <shapefuzz/guarded_losses.h>
//
//   shapefuzz::guard::mse_loss(output, target);  // ShapeError for [64, 1] and [64]
//
// The contracts are constants, so that nothing is parsed where the shapes fit. A weight among the
// options is an operand like the others.
#pragma once

#include <torch/nn/functional/loss.h>
#include <torch/nn/modules/adaptive.h>

#include "shapefuzz/detail/libtorch_contracts.h"
#include "shapefuzz/guard.h"

namespace shapefuzz::guard {

namespace functional = torch::nn::functional;

// Losses that pair elements.

/// torch::nn::functional::l1_loss, or ShapeError.
inline at::Tensor l1_loss(const at::Tensor& input, const at::Tensor& target,
                          const functional::L1LossFuncOptions& options = {}) {
  guard_detail::demand(guard_detail::libtorch::l1_loss::kGuard, input, target);
  return functional::l1_loss(input, target, options);
}

/// torch::nn::functional::mse_loss, or ShapeError.
inline at::Tensor mse_loss(const at::Tensor& input, const at::Tensor& target,
                           const functional::MSELossFuncOptions& options = {}) {
  guard_detail::demand(guard_detail::libtorch::mse_loss::kGuard, input, target);
  return functional::mse_loss(input, target, options);
}

/// torch::nn::functional::smooth_l1_loss, or ShapeError.
inline at::Tensor smooth_l1_loss(const at::Tensor& input, const at::Tensor& target,
                                 const functional::SmoothL1LossFuncOptions& options = {}) {
  guard_detail::demand(guard_detail::libtorch::smooth_l1_loss::kGuard, input, target);
  return functional::smooth_l1_loss(input, target, options);
}
/// The same with the beta of its own that this one has.
inline at::Tensor smooth_l1_loss(const at::Tensor& input, const at::Tensor& target,
                                 const functional::SmoothL1LossFuncOptions& options, double beta) {
  guard_detail::demand(guard_detail::libtorch::smooth_l1_loss::kGuard, input, target);
  return functional::smooth_l1_loss(input, target, options, beta);
}

/// torch::nn::functional::huber_loss, or ShapeError.
inline at::Tensor huber_loss(const at::Tensor& input, const at::Tensor& target,
                             const functional::HuberLossFuncOptions& options = {}) {
  guard_detail::demand(guard_detail::libtorch::huber_loss::kGuard, input, target);
  return functional::huber_loss(input, target, options);
}

/// torch::nn::functional::kl_div, or ShapeError.
inline at::Tensor kl_div(const at::Tensor& input, const at::Tensor& target,
                         const functional::KLDivFuncOptions& options = {}) {
  guard_detail::demand(guard_detail::libtorch::kl_div::kGuard, input, target);
  return functional::kl_div(input, target, options);
}

/// torch::nn::functional::poisson_nll_loss, or ShapeError.
inline at::Tensor poisson_nll_loss(const at::Tensor& input, const at::Tensor& target,
                                   const functional::PoissonNLLLossFuncOptions& options = {}) {
  guard_detail::demand(guard_detail::libtorch::poisson_nll_loss::kGuard, input, target);
  return functional::poisson_nll_loss(input, target, options);
}

/// torch::nn::functional::hinge_embedding_loss, or ShapeError.
inline at::Tensor hinge_embedding_loss(
    const at::Tensor& input, const at::Tensor& target,
    const functional::HingeEmbeddingLossFuncOptions& options = {}) {
  guard_detail::demand(guard_detail::libtorch::hinge_embedding_loss::kGuard, input, target);
  return functional::hinge_embedding_loss(input, target, options);
}

/// torch::nn::functional::soft_margin_loss, or ShapeError.
inline at::Tensor soft_margin_loss(const at::Tensor& input, const at::Tensor& target,
                                   const functional::SoftMarginLossFuncOptions& options = {}) {
  guard_detail::demand(guard_detail::libtorch::soft_margin_loss::kGuard, input, target);
  return functional::soft_margin_loss(input, target, options);
}

/// torch::nn::functional::binary_cross_entropy, or ShapeError.
inline at::Tensor binary_cross_entropy(
    const at::Tensor& input, const at::Tensor& target,
    const functional::BinaryCrossEntropyFuncOptions& options = {}) {
  guard_detail::demand(guard_detail::libtorch::binary_cross_entropy::kGuard, input, target,
                       options.weight());
  return functional::binary_cross_entropy(input, target, options);
}

/// torch::nn::functional::binary_cross_entropy_with_logits, or ShapeError.
inline at::Tensor binary_cross_entropy_with_logits(
    const at::Tensor& input, const at::Tensor& target,
    const functional::BinaryCrossEntropyWithLogitsFuncOptions& options = {}) {
  guard_detail::demand(guard_detail::libtorch::binary_cross_entropy_with_logits::kGuard, input,
                       target, options.weight(), options.pos_weight());
  return functional::binary_cross_entropy_with_logits(input, target, options);
}

// Losses of classes.

/// torch::nn::functional::nll_loss, or ShapeError.
inline at::Tensor nll_loss(const at::Tensor& input, const at::Tensor& target,
                           const functional::NLLLossFuncOptions& options = {}) {
  guard_detail::demand(guard_detail::libtorch::nll_loss::kGuard, input, target, options.weight());
  return functional::nll_loss(input, target, options);
}

/// torch::nn::functional::cross_entropy, or ShapeError.
inline at::Tensor cross_entropy(const at::Tensor& input, const at::Tensor& target,
                                const functional::CrossEntropyFuncOptions& options = {}) {
  guard_detail::demand(guard_detail::libtorch::cross_entropy::kGuard, input, target,
                       options.weight());
  return functional::cross_entropy(input, target, options);
}

/// torch::nn::functional::multi_margin_loss, or ShapeError.
inline at::Tensor multi_margin_loss(const at::Tensor& input, const at::Tensor& target,
                                    const functional::MultiMarginLossFuncOptions& options = {}) {
  guard_detail::demand(guard_detail::libtorch::multi_margin_loss::kGuard, input, target,
                       options.weight());
  return functional::multi_margin_loss(input, target, options);
}

/// torch::nn::functional::multilabel_margin_loss, or ShapeError.
inline at::Tensor multilabel_margin_loss(
    const at::Tensor& input, const at::Tensor& target,
    const functional::MultilabelMarginLossFuncOptions& options = {}) {
  guard_detail::demand(guard_detail::libtorch::multilabel_margin_loss::kGuard, input, target);
  return functional::multilabel_margin_loss(input, target, options);
}

/// torch::nn::functional::multilabel_soft_margin_loss, or ShapeError.
inline at::Tensor multilabel_soft_margin_loss(
    const at::Tensor& input, const at::Tensor& target,
    const functional::MultilabelSoftMarginLossFuncOptions& options = {}) {
  guard_detail::demand(guard_detail::libtorch::multilabel_soft_margin_loss::kGuard, input, target,
                       options.weight());
  return functional::multilabel_soft_margin_loss(input, target, options);
}

// Losses of vectors.

/// torch::nn::functional::cosine_embedding_loss, or ShapeError.
inline at::Tensor cosine_embedding_loss(
    const at::Tensor& input1, const at::Tensor& input2, const at::Tensor& target,
    const functional::CosineEmbeddingLossFuncOptions& options = {}) {
  guard_detail::demand(guard_detail::libtorch::cosine_embedding_loss::kGuard, input1, input2,
                       target);
  return functional::cosine_embedding_loss(input1, input2, target, options);
}

/// torch::nn::functional::margin_ranking_loss, or ShapeError.
inline at::Tensor margin_ranking_loss(
    const at::Tensor& input1, const at::Tensor& input2, const at::Tensor& target,
    const functional::MarginRankingLossFuncOptions& options = {}) {
  guard_detail::demand(guard_detail::libtorch::margin_ranking_loss::kGuard, input1, input2, target);
  return functional::margin_ranking_loss(input1, input2, target, options);
}

/// torch::nn::functional::triplet_margin_loss, or ShapeError.
inline at::Tensor triplet_margin_loss(
    const at::Tensor& anchor, const at::Tensor& positive, const at::Tensor& negative,
    const functional::TripletMarginLossFuncOptions& options = {}) {
  guard_detail::demand(guard_detail::libtorch::triplet_margin_loss::kGuard, anchor, positive,
                       negative);
  return functional::triplet_margin_loss(anchor, positive, negative, options);
}

/// torch::nn::functional::triplet_margin_with_distance_loss, or ShapeError.
inline at::Tensor triplet_margin_with_distance_loss(
    const at::Tensor& anchor, const at::Tensor& positive, const at::Tensor& negative,
    const functional::TripletMarginWithDistanceLossFuncOptions& options = {}) {
  guard_detail::demand(guard_detail::libtorch::triplet_margin_with_distance_loss::kGuard, anchor,
                       positive, negative);
  return functional::triplet_margin_with_distance_loss(anchor, positive, negative, options);
}

// Losses of sequences.

/// torch::nn::functional::ctc_loss, or ShapeError.
inline at::Tensor ctc_loss(const at::Tensor& log_probs, const at::Tensor& targets,
                           const at::Tensor& input_lengths, const at::Tensor& target_lengths,
                           const functional::CTCLossFuncOptions& options = {}) {
  guard_detail::demand(guard_detail::libtorch::ctc_loss::kGuard, log_probs, targets, input_lengths,
                       target_lengths);
  return functional::ctc_loss(log_probs, targets, input_lengths, target_lengths, options);
}

/// The forward of the module, which is all that there is of this loss, or ShapeError.
inline torch::nn::ASMoutput adaptive_log_softmax_with_loss(
    torch::nn::AdaptiveLogSoftmaxWithLoss& module, const at::Tensor& input,
    const at::Tensor& target) {
  guard_detail::demand(guard_detail::libtorch::adaptive_log_softmax_with_loss::kGuard, input,
                       target);
  return module->forward(input, target);
}

}  // namespace shapefuzz::guard
