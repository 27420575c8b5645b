// SPDX-License-Identifier: BSD-3-Clause
// Where a loss under torch.compile does something else than the same call of eager PyTorch.
// Inductor compiles decompositions, which lack some of the kernels' checks.
#include <algorithm>

#include "harness/oracle/causes/cause.h"

namespace shapefuzz {
namespace {

bool tells(const Sighting& s, std::string_view text) {
  return s.judgement.detail.find(text) != std::string::npos || s.says(text);
}

bool is_refused_by_eager(const Sighting& s) { return tells(s, "eager PyTorch refuses it"); }

bool has_an_empty_operand(const Sighting& s) {
  return std::any_of(s.c.operands.begin(), s.c.operands.end(),
                     [](const Operand& operand) { return operand.shape.elements() == 0; });
}

// No release before 2.0 has torch.compile.
Cause begin(std::string_view name, std::string_view title, std::vector<std::string_view> losses) {
  Cause cause;
  cause.name = name;
  cause.title = title;
  cause.losses = std::move(losses);
  cause.entries = {"functional", "module"};
  cause.versions.last_good = "1.13.1";
  cause.versions.first_bad = "2.6";
  return cause;
}

Cause larger_operand() {
  Cause cause =
      begin("compile-larger-operand",
            "an operand that is larger than the input is refused by eager PyTorch, and broadcast "
            "under torch.compile",
            {"binary_cross_entropy", "binary_cross_entropy_with_logits", "soft_margin_loss"});
  cause.verdicts = {Verdict::kEntryDisagreement};
  cause.condition = "an operand broadcasts the input to a larger shape";
  cause.strikes = [](const Sighting& s) {
    return is_refused_by_eager(s) && tells(s, "doesn't match the broadcast shape");
  };
  cause.advice = "check the shapes before the call, as a guard does";
  cause.examples = {{"soft_margin_loss(input=f64[1], target=f64[2,3], reduction=sum)",
                     Verdict::kEntryDisagreement},
                    {"binary_cross_entropy_with_logits(input=f64[1,2], target=f64[1,2], "
                     "pos_weight=f64[2,1,2], reduction=none)",
                     Verdict::kEntryDisagreement}};
  return cause;
}

Cause illegal_values() {
  Cause cause = begin("compile-illegal-values",
                      "values that eager PyTorch refuses are computed with under torch.compile",
                      {"binary_cross_entropy", "multilabel_margin_loss"});
  cause.verdicts = {Verdict::kEntryDisagreement};
  cause.condition = "a probability is outside [0, 1], or a label is no class";
  cause.strikes = [](const Sighting& s) {
    return is_refused_by_eager(s) &&
           (tells(s, "should be between 0 and 1") || tells(s, "is out of range"));
  };
  cause.advice = "check the values of the first batches";
  cause.examples = {{"binary_cross_entropy(input=f64[3], target=f64[3]{0.5625,0.65625,1.5})",
                     Verdict::kEntryDisagreement}};
  return cause;
}

Cause mean_of_nothing() {
  Cause cause = begin("compile-mean-of-nothing",
                      "the mean of nothing cannot be compiled: ZeroDivisionError in Inductor",
                      {"mse_loss", "huber_loss", "smooth_l1_loss"});
  cause.verdicts = {Verdict::kEntryDisagreement};
  cause.condition = "an operand has no elements";
  cause.strikes = [](const Sighting& s) {
    return has_an_empty_operand(s) && s.says("ZeroDivisionError");
  };
  cause.advice = "leave empty batches out";
  cause.examples = {{"mse_loss(input=f64[0,2], target=f64[0,2])", Verdict::kEntryDisagreement}};
  return cause;
}

Cause margin_of_one_sample() {
  Cause cause = begin("compile-margin-of-one-sample",
                      "multi_margin_loss, multilabel_margin_loss: unreduced, one sample has the "
                      "shape [1] under torch.compile, and not []",
                      {"multi_margin_loss", "multilabel_margin_loss"});
  cause.verdicts = {Verdict::kWrongShape};
  cause.condition = "the input is one sample, or its classes alone, and nothing is reduced";
  cause.strikes = [](const Sighting& s) {
    return s.reduces_by("none") && s.judgement.result_shape == Shape{1} &&
           s.judgement.expected_shape == Shape{};
  };
  cause.chance = "the values are eager PyTorch's, in another shape";
  cause.advice = "give the sample a batch dimension";
  cause.examples = {
      {"multi_margin_loss(input=f64[3], target=i64[], reduction=none)", Verdict::kWrongShape},
      {"multilabel_margin_loss(input=f64[3], target=i64[3], reduction=none)",
       Verdict::kWrongShape}};
  return cause;
}

Cause symbolic_weight() {
  Cause cause =
      begin("compile-symbolic-weight",
            "cross_entropy with probabilities and a weight cannot be compiled where sizes "
            "are symbols",
            {"cross_entropy"});
  cause.verdicts = {Verdict::kEntryDisagreement};
  cause.condition = "the target has probabilities, and there is a weight";
  cause.strikes = [](const Sighting& s) {
    return s.has(2) && number_class(s.dtype(1)) == NumberClass::kFloating &&
           s.says("Cannot call numel() on tensor with symbolic sizes/strides");
  };
  cause.versions.last_bad = "2.6";
  cause.versions.first_good = "2.14";
  cause.advice = "compile with dynamic=False";
  cause.examples = {
      {"cross_entropy(input=f64[3], target=f64[3], weight=f64[3])", Verdict::kEntryDisagreement}};
  return cause;
}

Cause negative_label() {
  Cause cause = begin("compile-negative-label",
                      "cross_entropy, nll_loss: a label below 0 is not refused under torch.compile",
                      {"cross_entropy", "nll_loss"});
  cause.verdicts = {Verdict::kEntryDisagreement};
  cause.condition = "a label is below 0, and is not ignore_index";
  cause.strikes = [](const Sighting& s) {
    const auto ignored = static_cast<double>(s.c.get<std::int64_t>(s.spec, "ignore_index"));
    return is_refused_by_eager(s) &&
           std::any_of(s.values[1].begin(), s.values[1].end(),
                       [&](double label) { return label < 0 && label != ignored; });
  };
  cause.versions.last_bad = "2.6";
  cause.versions.first_good = "2.14";
  cause.advice = "check the labels before the call";
  cause.examples = {{"cross_entropy(input=f64[3], target=i64[]{-1}, ignore_index=0)",
                     Verdict::kEntryDisagreement}};
  return cause;
}

const std::vector<std::string_view>& all_compiled() {
  static const std::vector<std::string_view> losses = {"l1_loss",
                                                       "mse_loss",
                                                       "smooth_l1_loss",
                                                       "huber_loss",
                                                       "kl_div",
                                                       "poisson_nll_loss",
                                                       "hinge_embedding_loss",
                                                       "soft_margin_loss",
                                                       "binary_cross_entropy",
                                                       "binary_cross_entropy_with_logits",
                                                       "nll_loss",
                                                       "cross_entropy",
                                                       "multi_margin_loss",
                                                       "multilabel_margin_loss",
                                                       "multilabel_soft_margin_loss",
                                                       "cosine_embedding_loss",
                                                       "margin_ranking_loss",
                                                       "triplet_margin_loss",
                                                       "gaussian_nll_loss"};
  return losses;
}

Cause dtypes() {
  Cause cause = begin("compile-dtypes",
                      "dtypes for which eager PyTorch has no kernel are computed with under "
                      "torch.compile",
                      all_compiled());
  cause.sort = Sort::kHazard;
  cause.verdicts = {Verdict::kEntryDisagreement};
  cause.condition = "eager PyTorch refuses the dtype of an operand";
  cause.strikes = [](const Sighting& s) {
    constexpr std::string_view kRefusals[] = {"not implemented for '",
                                              "expected scalar type",
                                              "Found dtype",
                                              "desired output type",
                                              "expected target dtype",
                                              "bool tensor is not supported",
                                              "two bool tensors is not supported"};
    return tells(s, "eager PyTorch refuses it") &&
           std::any_of(std::begin(kRefusals), std::end(kRefusals),
                       [&](std::string_view text) { return tells(s, text); });
  };
  cause.advice = "do not rely on a dtype that only the compiled model takes";
  cause.examples = {
      {"mse_loss(input=u8[3], target=u8[3], reduction=sum)", Verdict::kEntryDisagreement}};
  return cause;
}

Cause result_dtype() {
  Cause cause =
      begin("compile-result-dtype",
            "huber_loss, soft_margin_loss: of two dtypes the result has another one under "
            "torch.compile",
            {"huber_loss", "soft_margin_loss"});
  cause.sort = Sort::kHazard;
  cause.verdicts = {Verdict::kWrongShape};
  cause.condition = "input and target have two dtypes";
  cause.strikes = [](const Sighting& s) {
    return s.dtype(0) != s.dtype(1) && tells(s, "the result is ");
  };
  cause.chance = "the values are of the wider dtype";
  cause.advice = "convert the target before the call";
  cause.examples = {
      {"soft_margin_loss(input=f32[3], target=f64[3], reduction=sum)", Verdict::kWrongShape}};
  return cause;
}

}  // namespace

std::vector<Cause> compile_causes() {
  return {larger_operand(),  illegal_values(), mean_of_nothing(), margin_of_one_sample(),
          symbolic_weight(), negative_label(), dtypes(),          result_dtype()};
}

}  // namespace shapefuzz
