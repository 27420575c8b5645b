// SPDX-License-Identifier: BSD-3-Clause
// Losses that pair each element of the input with one of the target.
//
// The contracts state what is documented (torch.nn, section "Loss Functions", paragraph "Shape" of
// each loss): "Target: (*), same shape as the input". What LibTorch does beyond that is what the
// sweep finds out.
#include "harness/losses/torch/call.h"
#include "harness/losses/torch/families.h"
#include "harness/losses/torch/operators.h"

namespace shapefuzz {
namespace {

constexpr const char* kSameShape = "(input: real[*S], target: real[*S]) -> [*S]";

Loss l1_loss() {
  return make_loss(
      "l1_loss", kSameShape, {reduction_option()},
      {{"functional",
        [](const auto& a) { return F::l1_loss(a[0], a[1], reduced<F::L1LossFuncOptions>(a)); }},
       {"module",
        [](const auto& a) {
          return torch::nn::L1Loss(reduced<F::L1LossFuncOptions>(a))->forward(a[0], a[1]);
        }},
       {"aten", [](const auto& a) { return at::l1_loss(a[0], a[1], at_reduction(a)); }},
       operator_entry("aten::l1_loss")},
      gold::l1_loss);
}

Loss mse_loss() {
  Loss loss = make_loss(
      "mse_loss", kSameShape, {reduction_option()},
      {{"functional",
        [](const auto& a) { return F::mse_loss(a[0], a[1], reduced<F::MSELossFuncOptions>(a)); }},
       {"module",
        [](const auto& a) {
          return torch::nn::MSELoss(reduced<F::MSELossFuncOptions>(a))->forward(a[0], a[1]);
        }},
       {"aten", [](const auto& a) { return at::mse_loss(a[0], a[1], at_reduction(a)); }},
       operator_entry("aten::mse_loss")},
      gold::mse_loss);
  loss.pascal_name = "MSELoss";
  return loss;
}

// "beta: ... must be non-negative."
std::optional<std::string> illegal_beta(const Case& c, const LossSpec& spec) {
  if (c.get<double>(spec, "beta") >= 0) return std::nullopt;
  return "beta: a number of at least 0";
}

// "delta: ... The value must be positive."
std::optional<std::string> illegal_delta(const Case& c, const LossSpec& spec) {
  if (c.get<double>(spec, "delta") > 0) return std::nullopt;
  return "delta: a number above 0";
}

// LibTorch 1.13 has `beta` in the options too, but reads only a fourth argument of its own.
auto smooth_l1_loss_options(const Arguments& a) {
  return reduced<F::SmoothL1LossFuncOptions>(a).beta(a.real("beta"));
}

Loss smooth_l1_loss() {
  Loss loss = make_loss(
      "smooth_l1_loss", kSameShape, {reduction_option(), {"beta", 1.0, {}, {0.0, 0.5, 3.0, -1.0}}},
      {{"functional",
        [](const auto& a) { return F::smooth_l1_loss(a[0], a[1], smooth_l1_loss_options(a)); }},
       {"module",
        [](const auto& a) {
          return torch::nn::SmoothL1Loss(smooth_l1_loss_options(a))->forward(a[0], a[1]);
        }},
       {"aten",
        [](const auto& a) {
          return at::smooth_l1_loss(a[0], a[1], at_reduction(a), a.real("beta"));
        }},
       operator_entry("aten::smooth_l1_loss")},
      gold::smooth_l1_loss);
  loss.spec.illegal_option = illegal_beta;
  return loss;
}

auto huber_loss_options(const Arguments& a) {
  return reduced<F::HuberLossFuncOptions>(a).delta(a.real("delta"));
}

Loss huber_loss() {
  Loss loss = make_loss(
      "huber_loss", kSameShape, {reduction_option(), {"delta", 1.0, {}, {0.5, 3.0, 0.0, -1.0}}},
      {{"functional",
        [](const auto& a) { return F::huber_loss(a[0], a[1], huber_loss_options(a)); }},
       {"module",
        [](const auto& a) {
          return torch::nn::HuberLoss(huber_loss_options(a))->forward(a[0], a[1]);
        }},
       {"aten",
        [](const auto& a) { return at::huber_loss(a[0], a[1], at_reduction(a), a.real("delta")); }},
       operator_entry("aten::huber_loss")},
      gold::huber_loss);
  loss.spec.illegal_option = illegal_delta;
  return loss;
}

auto kl_div_options(const Arguments& a) {
  return reduced<F::KLDivFuncOptions>(a).log_target(a.flag("log_target"));
}

Loss kl_div() {
  Loss loss = make_loss(
      "kl_div", "(input: logprob[*S], target: prob_or_log(log_target)[*S]) -> [*S]",
      {reduction_option({"batchmean"}), {"log_target", false, {}, {true}}},
      {{"functional", [](const auto& a) { return F::kl_div(a[0], a[1], kl_div_options(a)); }},
       {"module",
        [](const auto& a) { return torch::nn::KLDivLoss(kl_div_options(a))->forward(a[0], a[1]); }},
       {"aten",
        [](const auto& a) {
          return at::kl_div(a[0], a[1], at_reduction(a), a.flag("log_target"));
        }},
       operator_entry("aten::kl_div")},
      gold::kl_div);
  // F::kl_div divides by the batch itself.
  loss.spec.missing_reductions = {{"aten", "batchmean"}, {"op", "batchmean"}};
  loss.pascal_name = "KLDiv";
  return loss;
}

auto poisson_nll_loss_options(const Arguments& a) {
  return reduced<F::PoissonNLLLossFuncOptions>(a)
      .log_input(a.flag("log_input"))
      .full(a.flag("full"))
      .eps(a.real("eps"));
}

Loss poisson_nll_loss() {
  Loss loss = make_loss(
      "poisson_nll_loss", "(input: rate(log_input)[*S], target: positive[*S]) -> [*S]",
      {reduction_option(),
       {"log_input", true, {}, {false}},
       {"full", false, {}, {true}},
       {"eps", 1e-8, {}, {0.0, 0.125}}},
      {{"functional",
        [](const auto& a) { return F::poisson_nll_loss(a[0], a[1], poisson_nll_loss_options(a)); }},
       {"module",
        [](const auto& a) {
          return torch::nn::PoissonNLLLoss(poisson_nll_loss_options(a))->forward(a[0], a[1]);
        }},
       {"aten",
        [](const auto& a) {
          return at::poisson_nll_loss(a[0], a[1], a.flag("log_input"), a.flag("full"),
                                      a.real("eps"), at_reduction(a));
        }},
       operator_entry("aten::poisson_nll_loss")},
      gold::poisson_nll_loss);
  loss.pascal_name = "PoissonNLLLoss";
  return loss;
}

auto hinge_embedding_loss_options(const Arguments& a) {
  return reduced<F::HingeEmbeddingLossFuncOptions>(a).margin(a.real("margin"));
}

Loss hinge_embedding_loss() {
  return make_loss("hinge_embedding_loss", "(input: real[*S], target: sign[*S]) -> [*S]",
                   {reduction_option(), {"margin", 1.0, {}, {0.0, 0.5, 3.0, -1.0}}},
                   {{"functional",
                     [](const auto& a) {
                       return F::hinge_embedding_loss(a[0], a[1], hinge_embedding_loss_options(a));
                     }},
                    {"module",
                     [](const auto& a) {
                       return torch::nn::HingeEmbeddingLoss(hinge_embedding_loss_options(a))
                           ->forward(a[0], a[1]);
                     }},
                    {"aten",
                     [](const auto& a) {
                       return at::hinge_embedding_loss(a[0], a[1], a.real("margin"),
                                                       at_reduction(a));
                     }},
                    operator_entry("aten::hinge_embedding_loss")},
                   gold::hinge_embedding_loss);
}

Loss soft_margin_loss() {
  Loss loss = make_loss(
      "soft_margin_loss", "(input: real[*S], target: sign[*S]) -> [*S]", {reduction_option()},
      {{"functional",
        [](const auto& a) {
          return F::soft_margin_loss(a[0], a[1], reduced<F::SoftMarginLossFuncOptions>(a));
        }},
       {"module",
        [](const auto& a) {
          return torch::nn::SoftMarginLoss(reduced<F::SoftMarginLossFuncOptions>(a))
              ->forward(a[0], a[1]);
        }},
       {"aten", [](const auto& a) { return at::soft_margin_loss(a[0], a[1], at_reduction(a)); }},
       operator_entry("aten::soft_margin_loss")},
      gold::soft_margin_loss);
  loss.constants = {"target"};
  return loss;
}

auto binary_cross_entropy_options(const Arguments& a) {
  return reduced<F::BinaryCrossEntropyFuncOptions>(a).weight(a[2]);
}

// "weight: a manual rescaling weight, if provided it's repeated to match input tensor shape".
Loss binary_cross_entropy() {
  Loss loss = make_loss(
      "binary_cross_entropy", "(input: prob[*S], target: prob[*S], weight?: weight[*S]) -> [*S]",
      {reduction_option()},
      {{"functional",
        [](const auto& a) {
          return F::binary_cross_entropy(a[0], a[1], binary_cross_entropy_options(a));
        }},
       {"module",
        [](const auto& a) {
          return torch::nn::BCELoss(binary_cross_entropy_options(a))->forward(a[0], a[1]);
        }},
       {"aten",
        [](const auto& a) { return at::binary_cross_entropy(a[0], a[1], a[2], at_reduction(a)); }},
       operator_entry("aten::binary_cross_entropy")},
      gold::binary_cross_entropy);
  loss.module_name = "BCELoss";
  loss.constants = {"weight"};
  return loss;
}

auto binary_cross_entropy_with_logits_options(const Arguments& a) {
  return reduced<F::BinaryCrossEntropyWithLogitsFuncOptions>(a).weight(a[2]).pos_weight(a[3]);
}

// "pos_weight: a weight of positive examples; must be a vector with length equal to the number of
// classes" (1.13); "a tensor broadcastable with the target" (2.x), which the second line states.
Loss binary_cross_entropy_with_logits() {
  Loss loss = make_loss(
      "binary_cross_entropy_with_logits",
      "(input: real[*S,C], target: prob[*S,C], weight?: weight[*S,C], pos_weight?: weight[C])"
      " -> [*S,C]"
      " | (input: real[*S], target: prob[*S], weight?: weight[*S], pos_weight?: weight[*S])"
      " -> [*S]",
      {reduction_option()},
      {{"functional",
        [](const auto& a) {
          return F::binary_cross_entropy_with_logits(a[0], a[1],
                                                     binary_cross_entropy_with_logits_options(a));
        }},
       {"module",
        [](const auto& a) {
          return torch::nn::BCEWithLogitsLoss(binary_cross_entropy_with_logits_options(a))
              ->forward(a[0], a[1]);
        }},
       {"aten",
        [](const auto& a) {
          return at::binary_cross_entropy_with_logits(a[0], a[1], a[2], a[3], at_reduction(a));
        }},
       operator_entry("aten::binary_cross_entropy_with_logits")},
      gold::binary_cross_entropy_with_logits);
  loss.module_name = "BCEWithLogitsLoss";
  loss.constants = {"weight", "pos_weight"};
  return loss;
}

}  // namespace

std::vector<Loss> elementwise_losses() {
  return {l1_loss(),
          mse_loss(),
          smooth_l1_loss(),
          huber_loss(),
          kl_div(),
          poisson_nll_loss(),
          hinge_embedding_loss(),
          soft_margin_loss(),
          binary_cross_entropy(),
          binary_cross_entropy_with_logits()};
}

}  // namespace shapefuzz
