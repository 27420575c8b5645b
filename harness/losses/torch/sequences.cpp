// SPDX-License-Identifier: BSD-3-Clause
// Losses with a structure of their own: CTC over sequences, and the adaptive softmax, which is a
// module with parameters.
#include <torch/nn/modules/adaptive.h>

#include <cmath>

#include "harness/language/case/values.h"
#include "harness/losses/torch/call.h"
#include "harness/losses/torch/families.h"
#include "harness/losses/torch/operators.h"

namespace shapefuzz {
namespace {

// "Target: (N, S) or (sum(target_lengths))", so an unbatched target is as long as its one length.
//
// "'mean': the output losses will be divided by the target lengths and then the mean over the batch
// is taken".
at::Tensor mean_over_lengths(const at::Tensor& unreduced, const Arguments& a) {
  return (unreduced / a[3].to(unreduced.dtype()).clamp_min(1)).mean();
}

auto ctc_loss_options(const Arguments& a) {
  return reduced<F::CTCLossFuncOptions>(a)
      .blank(a.integer("blank"))
      .zero_infinity(a.flag("zero_infinity"));
}

// "blank: blank label", one of the C classes.
std::optional<std::string> illegal_blank(const Case& c, const LossSpec& spec) {
  const Shape& log_probs = c.operands.front().shape;
  const std::int64_t blank = c.get<std::int64_t>(spec, "blank");
  if (log_probs.empty() || (blank >= 0 && blank < log_probs.from_right(0))) return std::nullopt;
  return "blank: a class in [0, C)";
}

Loss ctc_loss() {
  Loss loss = make_loss(
      "ctc_loss",
      "(log_probs: logprob[T,N,C], targets: label(C,blank)[N,S], input_lengths: length(T)[N],"
      " target_lengths: length(S)[N]) -> [N] where T >= 1, C >= 1"
      " | (log_probs: logprob[T,N,C], targets: label(C,blank)[L], input_lengths: length(T)[N],"
      " target_lengths: split(L)[N]) -> [N] where T >= 1, C >= 1"
      " | (log_probs: logprob[T,C], targets: label(C,blank)[S], input_lengths: length(T)[],"
      " target_lengths: split(S)[]) -> [] where T >= 1, C >= 1",
      {reduction_option(),
       {"blank", std::int64_t{0}, {}, {std::int64_t{1}, std::int64_t{-1}, std::int64_t{99}}},
       {"zero_infinity", false, {}, {true}}},
      {{"functional",
        [](const auto& a) { return F::ctc_loss(a[0], a[1], a[2], a[3], ctc_loss_options(a)); }},
       {"module",
        [](const auto& a) {
          return torch::nn::CTCLoss(ctc_loss_options(a))->forward(a[0], a[1], a[2], a[3]);
        }},
       {"aten",
        [](const auto& a) {
          return at::ctc_loss(a[0], a[1], a[2], a[3], a.integer("blank"), at_reduction(a),
                              a.flag("zero_infinity"));
        }},
       operator_entry("aten::ctc_loss.Tensor")},
      gold::ctc_loss);
  loss.spec.illegal_option = illegal_blank;
  loss.mean = mean_over_lengths;
  // The backward adds to the gradient at every label (docs/findings.md).
  loss.unchecked = {"targets", "input_lengths", "target_lengths"};
  loss.pascal_name = "CTCLoss";
  return loss;
}

// The module's parameters, drawn by our own generator: LibTorch's differ between versions.
std::vector<std::vector<double>> draw_parameters(const torch::nn::Module& module,
                                                 std::uint64_t seed) {
  std::vector<std::vector<double>> all;
  for (const at::Tensor& parameter : module.parameters()) {
    std::vector<double>& values = all.emplace_back();
    draw_values({}, {parameter.numel()}, seed, kMaxOperands + all.size() - 1, values);
  }
  return all;
}

void set_parameters(torch::nn::Module& module, std::uint64_t seed, const at::Tensor& like) {
  module.to(like.device(), like.scalar_type());
  const torch::NoGradGuard no_grad;
  const auto values = draw_parameters(module, seed);
  std::vector<at::Tensor> parameters = module.parameters();
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    parameters[i].copy_(torch::tensor(values[i], torch::kDouble).view(parameters[i].sizes()));
  }
}

// `ASMoutput::output` holds the log-probability of each target and `loss` is `-output.mean()`, a
// plain double without a gradient; `none` is the negative output, which the mean is a mean of.
torch::nn::AdaptiveLogSoftmaxWithLoss adaptive_module(const Case& c, const LossSpec& spec) {
  return torch::nn::AdaptiveLogSoftmaxWithLoss(
      torch::nn::AdaptiveLogSoftmaxWithLossOptions(
          c.get<std::int64_t>(spec, "in_features"), c.get<std::int64_t>(spec, "n_classes"),
          c.get<std::vector<std::int64_t>>(spec, "cutoffs"))
          .div_value(c.get<double>(spec, "div_value"))
          .head_bias(c.get<bool>(spec, "head_bias")));
}

std::vector<std::vector<double>> adaptive_parameters(const Case& c, const LossSpec& spec) {
  return draw_parameters(*adaptive_module(c, spec), c.seed);
}

at::Tensor adaptive(const Arguments& a) {
  torch::nn::AdaptiveLogSoftmaxWithLoss module = adaptive_module(*a.c, *a.spec);
  set_parameters(*module, a.c->seed, a[0]);
  const auto result = module->forward(a[0], a[1]);
  if (a.reduction == "none") return -result.output;
  return torch::tensor(result.loss, torch::kDouble);
}

// "cutoffs should be an ordered sequence of integers sorted in the increasing order", each of them
// "between 1 and n_classes - 1".
std::optional<std::string> illegal_adaptive_option(const Case& c, const LossSpec& spec) {
  std::int64_t last = 0;
  for (const std::int64_t cutoff : c.get<std::vector<std::int64_t>>(spec, "cutoffs")) {
    if (cutoff <= last || cutoff >= c.get<std::int64_t>(spec, "n_classes")) {
      return "cutoffs: increasing numbers in [1, n_classes - 1]";
    }
    last = cutoff;
  }
  if (last == 0) return "cutoffs: at least one number";
  // "floor(in_features / div_value^i)" features are left for cluster i.
  const auto clusters =
      static_cast<double>(c.get<std::vector<std::int64_t>>(spec, "cutoffs").size());
  const auto features = static_cast<double>(c.get<std::int64_t>(spec, "in_features"));
  const double divisor = c.get<double>(spec, "div_value");
  if (!(divisor > 0 && features >= std::pow(divisor, clusters))) {
    return "div_value: a number that leaves every cluster a feature";
  }
  return std::nullopt;
}

Loss adaptive_log_softmax_with_loss() {
  Loss loss = make_loss("adaptive_log_softmax_with_loss",
                        "(input: real[in_features], target: index(n_classes)[]) -> []"
                        " | (input: real[N,in_features], target: index(n_classes)[N]) -> [N]",
                        {{"reduction", std::string("mean"), {"none", "mean"}},
                         {"in_features", std::int64_t{64}, {}},
                         {"n_classes", std::int64_t{20}, {}},
                         {"cutoffs",
                          std::vector<std::int64_t>{4, 10, 15},
                          {},
                          {std::vector<std::int64_t>{1, 3}, std::vector<std::int64_t>{3, 1},
                           std::vector<std::int64_t>{}}},
                         {"div_value", 4.0, {}, {2.0}},
                         {"head_bias", false, {}, {true}}},
                        {{"module", adaptive}}, gold::adaptive_log_softmax_with_loss);
  loss.spec.illegal_option = illegal_adaptive_option;
  loss.detached_reductions = {"mean"};
  loss.parameters = adaptive_parameters;
  loss.constructor_options = {"in_features", "n_classes", "cutoffs"};
  // Reads the last one of an empty list, divides by div_value.
  loss.unchecked = {"cutoffs", "div_value"};
  // Small shapes are swept, so the layer must be small too.
  loss.sweep_options = {{"in_features", std::int64_t{2}},
                        {"n_classes", std::int64_t{4}},
                        {"cutoffs", std::vector<std::int64_t>{2}},
                        {"div_value", 1.0}};
  return loss;
}

}  // namespace

std::vector<Loss> sequence_losses() { return {ctc_loss(), adaptive_log_softmax_with_loss()}; }

}  // namespace shapefuzz
