// SPDX-License-Identifier: BSD-3-Clause
// Losses over a class dimension: the input has one score a class, the target names the classes.
#include "harness/losses/torch/call.h"
#include "harness/losses/torch/families.h"
#include "harness/losses/torch/operators.h"

namespace shapefuzz {
namespace {

// nll_loss and cross_entropy: "'mean': the weighted mean of the output is taken", over the targets
// that are not ignored.
at::Tensor weighted_mean(const at::Tensor& unreduced, const Arguments& a) {
  const at::Tensor& target = a[1];
  if (target.is_floating_point()) {
    // Without classes: the elements by the class, 0 / 0.
    const bool has_classes = a[0].size(a[0].dim() == 1 ? 0 : 1) > 0;
    return has_classes ? unreduced.mean() : unreduced.sum() / 0;
  }
  const at::Tensor counted = target.ne(a.integer("ignore_index"));
  if (!a[2].defined()) return unreduced.sum() / counted.sum();
  const at::Tensor index = target.where(counted, at::zeros_like(target)).to(at::kLong);
  const at::Tensor weights = a[2].index_select(0, index.flatten()).view(index.sizes());
  // Not `weights * counted`: the weight of a class that is ignored may be nan.
  return unreduced.sum() / weights.where(counted, at::zeros_like(weights)).sum();
}

// "label_smoothing: a float in [0.0, 1.0]"; "ignore_index is only applicable when the target
// contains class indices", and one below 0 cannot be meant.
std::optional<std::string> illegal_cross_entropy_option(const Case& c, const LossSpec& spec) {
  const double smoothing = c.get<double>(spec, "label_smoothing");
  if (!(smoothing >= 0 && smoothing <= 1)) return "label_smoothing: a number in [0, 1]";
  const bool indices = number_class(c.find_operand("target")->dtype) == NumberClass::kIntegral;
  if (!indices && c.get<std::int64_t>(spec, "ignore_index") >= 0) {
    return "ignore_index: nothing, since the target holds probabilities";
  }
  return std::nullopt;
}

// "p: ... 1 and 2 are the only supported values."
std::optional<std::string> illegal_p(const Case& c, const LossSpec& spec) {
  const std::int64_t p = c.get<std::int64_t>(spec, "p");
  if (p == 1 || p == 2) return std::nullopt;
  return "p: 1 or 2";
}

// "Specifies a target value that is ignored": a class, or one that no class has.
OptionSpec ignore_index_option() {
  return {"ignore_index",
          std::int64_t{-100},
          {},
          {std::int64_t{0}, std::int64_t{1}, std::int64_t{-1}, std::int64_t{99}}};
}

auto nll_loss_options(const Arguments& a) {
  return reduced<F::NLLLossFuncOptions>(a).weight(a[2]).ignore_index(a.integer("ignore_index"));
}

Loss nll_loss() {
  Loss loss = make_loss(
      "nll_loss",
      "(input: logprob[C], target: index(C,ignore_index)[], weight?: weight[C]) -> []"
      " | (input: logprob[N,C,*d], target: index(C,ignore_index)[N,*d], weight?: "
      "weight[C]) -> [N,*d]",
      {reduction_option(), ignore_index_option()},
      {{"functional", [](const auto& a) { return F::nll_loss(a[0], a[1], nll_loss_options(a)); }},
       {"module",
        [](const auto& a) { return torch::nn::NLLLoss(nll_loss_options(a))->forward(a[0], a[1]); }},
       {"aten",
        [](const auto& a) {
          return at::nll_loss_nd(a[0], a[1], a[2], at_reduction(a), a.integer("ignore_index"));
        }},
       operator_entry("aten::nll_loss_nd")},
      gold::nll_loss);
  loss.constants = {"weight"};
  loss.mean = weighted_mean;
  loss.pascal_name = "NLLLoss";
  return loss;
}

auto cross_entropy_options(const Arguments& a) {
  return reduced<F::CrossEntropyFuncOptions>(a)
      .weight(a[2])
      .ignore_index(a.integer("ignore_index"))
      .label_smoothing(a.real("label_smoothing"));
}

Loss cross_entropy() {
  Loss loss = make_loss(
      "cross_entropy",
      "(input: real[C], target: index(C,ignore_index)[], weight?: weight[C]) -> []"
      " | (input: real[N,C,*d], target: index(C,ignore_index)[N,*d], weight?: weight[C]) -> [N,*d]"
      " | (input: real[C], target: prob[C], weight?: weight[C]) -> []"
      " | (input: real[N,C,*d], target: prob[N,C,*d], weight?: weight[C]) -> [N,*d]",
      {reduction_option(),
       ignore_index_option(),
       {"label_smoothing", 0.0, {}, {0.25, 1.0, 1.5, -0.25}}},
      {{"functional",
        [](const auto& a) { return F::cross_entropy(a[0], a[1], cross_entropy_options(a)); }},
       {"module",
        [](const auto& a) {
          return torch::nn::CrossEntropyLoss(cross_entropy_options(a))->forward(a[0], a[1]);
        }},
       {"aten",
        [](const auto& a) {
          return at::cross_entropy_loss(a[0], a[1], a[2], at_reduction(a),
                                        a.integer("ignore_index"), a.real("label_smoothing"));
        }},
       operator_entry("aten::cross_entropy_loss")},
      gold::cross_entropy);
  loss.spec.illegal_option = illegal_cross_entropy_option;
  loss.constants = {"weight"};
  loss.mean = weighted_mean;
  return loss;
}

auto multi_margin_loss_options(const Arguments& a) {
  return reduced<F::MultiMarginLossFuncOptions>(a)
      .p(a.integer("p"))
      .margin(a.real("margin"))
      .weight(a[2]);
}

// "Input: (N, C) or (C). Target: (N) or (). Output: scalar. If reduction is 'none', then same shape
// as the target", which for one sample may be () with a batch too; the check of the input says
// "non-empty".
Loss multi_margin_loss() {
  Loss loss = make_loss(
      "multi_margin_loss",
      "(input: real[C], target: index(C)[], weight?: weight[C]) -> [] where C >= 1"
      " | (input: real[N,C], target: index(C)[N], weight?: weight[C]) -> [N] where C >= 1"
      " | (input: real[1,C], target: index(C)[], weight?: weight[C]) -> [] where C >= 1",
      {reduction_option(),
       {"p", std::int64_t{1}, {}, {std::int64_t{2}, std::int64_t{0}, std::int64_t{3}}},
       {"margin", 1.0, {}, {0.0, 0.5, 3.0, -1.0}}},
      {{"functional",
        [](const auto& a) {
          return F::multi_margin_loss(a[0], a[1], multi_margin_loss_options(a));
        }},
       {"module",
        [](const auto& a) {
          return torch::nn::MultiMarginLoss(multi_margin_loss_options(a))->forward(a[0], a[1]);
        }},
       {"aten",
        [](const auto& a) {
          return at::multi_margin_loss(a[0], a[1], a.integer("p"), a.real("margin"), a[2],
                                       at_reduction(a));
        }},
       operator_entry("aten::multi_margin_loss")},
      gold::multi_margin_loss);
  loss.spec.illegal_option = illegal_p;
  loss.constants = {"weight"};
  return loss;
}

// "Target: (C) or (N, C), label targets padded by -1 ensuring same shape as the input".
Loss multilabel_margin_loss() {
  Loss loss = make_loss(
      "multilabel_margin_loss",
      "(input: real[C], target: classes(C)[C]) -> [] where C >= 1"
      " | (input: real[N,C], target: classes(C)[N,C]) -> [N] where C >= 1",
      {reduction_option()},
      {{"functional",
        [](const auto& a) {
          return F::multilabel_margin_loss(a[0], a[1],
                                           reduced<F::MultilabelMarginLossFuncOptions>(a));
        }},
       {"module",
        [](const auto& a) {
          return torch::nn::MultiLabelMarginLoss(reduced<F::MultilabelMarginLossFuncOptions>(a))
              ->forward(a[0], a[1]);
        }},
       {"aten",
        [](const auto& a) { return at::multilabel_margin_loss(a[0], a[1], at_reduction(a)); }},
       operator_entry("aten::multilabel_margin_loss")},
      gold::multilabel_margin_loss);
  loss.module_name = "MultiLabelMarginLoss";
  return loss;
}

auto multilabel_soft_margin_loss_options(const Arguments& a) {
  return reduced<F::MultilabelSoftMarginLossFuncOptions>(a).weight(a[2]);
}

// "Input: (N, C). Target: (N, C)"; the code takes any number of leading dimensions, and its result
// loses the last one.
Loss multilabel_soft_margin_loss() {
  Loss loss = make_loss(
      "multilabel_soft_margin_loss",
      "(input: real[*S,C], target: binary[*S,C], weight?: weight[*S,C]) -> [*S]",
      {reduction_option()},
      {{"functional",
        [](const auto& a) {
          return F::multilabel_soft_margin_loss(a[0], a[1], multilabel_soft_margin_loss_options(a));
        }},
       {"module",
        [](const auto& a) {
          return torch::nn::MultiLabelSoftMarginLoss(multilabel_soft_margin_loss_options(a))
              ->forward(a[0], a[1]);
        }}},
      gold::multilabel_soft_margin_loss);
  loss.module_name = "MultiLabelSoftMarginLoss";
  return loss;
}

}  // namespace

std::vector<Loss> class_losses() {
  return {nll_loss(), cross_entropy(), multi_margin_loss(), multilabel_margin_loss(),
          multilabel_soft_margin_loss()};
}

}  // namespace shapefuzz
