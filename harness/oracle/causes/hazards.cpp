// SPDX-License-Identifier: BSD-3-Clause
// The hazards: LibTorch does what it means to, and who calls it may mean something else.
#include <algorithm>
#include <cmath>

#include "harness/oracle/causes/cause.h"

namespace shapefuzz {
namespace {

Cause hazard(std::string_view name, std::string_view title) {
  Cause cause;
  cause.name = name;
  cause.title = title;
  cause.sort = Sort::kHazard;
  return cause;
}

// What each loss computes that broadcasts.
Prediction broadcast_loss(const KernelCall& call, const std::vector<double>& cotangent) {
  const std::string& name = call.loss.spec.name;
  if (name == "kl_div") return kernel::kl_div(call, cotangent);
  if (name == "binary_cross_entropy_with_logits") {
    return kernel::binary_cross_entropy_with_logits(call, cotangent);
  }
  if (name == "binary_cross_entropy") return kernel::binary_cross_entropy(call, cotangent);
  if (name == "hinge_embedding_loss") return kernel::hinge_embedding(call, cotangent);
  if (name == "multilabel_soft_margin_loss") {
    return kernel::multilabel_soft_margin(call, cotangent);
  }
  if (name == "cosine_embedding_loss") return kernel::cosine_embedding(call, cotangent);
  if (name.rfind("triplet", 0) == 0) return kernel::triplet_margin(call, cotangent);
  if (name == "poisson_nll_loss") return kernel::poisson_nll(call, cotangent);
  return broadcast_formula(call, cotangent);
}

Cause broadcasts() {
  Cause cause = hazard("broadcasts", "operands of different shapes are broadcast");
  cause.losses = {"l1_loss",
                  "mse_loss",
                  "smooth_l1_loss",
                  "huber_loss",
                  "kl_div",
                  "poisson_nll_loss",
                  "binary_cross_entropy",
                  "binary_cross_entropy_with_logits",
                  "hinge_embedding_loss",
                  "margin_ranking_loss",
                  "multilabel_soft_margin_loss",
                  "cosine_embedding_loss",
                  "triplet_margin_loss",
                  "triplet_margin_with_distance_loss"};
  cause.verdicts = {Verdict::kSilentBroadcast};
  cause.condition = "the operands broadcast, and do not expand to the first one";
  cause.strikes = [](const Sighting& s) {
    // A dtype that only an empty tensor may have is another matter.
    return s.judgement.mistake.kind < Mistake::kOtherDtype;
  };
  cause.predict = broadcast_loss;
  cause.advice = "compare the shapes before the call";
  cause.examples = {
      {"mse_loss(input=f64[2,1], target=f64[2])", Verdict::kSilentBroadcast},
      {"l1_loss(input=f64[2,1], target=f64[2])", Verdict::kSilentBroadcast},
      {"kl_div(input=f64[2,1], target=f64[2])", Verdict::kSilentBroadcast},
      {"hinge_embedding_loss(input=f64[2,1], target=f64[2])", Verdict::kSilentBroadcast},
      {"binary_cross_entropy@aten(input=f64[2], target=const f64[2,1])",
       Verdict::kSilentBroadcast}};
  return cause;
}

// A weight is read by its elements, whatever its shape is.
Prediction with_flat_weight(const KernelCall& call, const std::vector<double>& cotangent) {
  if (call[2].size() == 0) {
    // Without classes every target is ignored; the losses divide by their number, too.
    Prediction prediction;
    prediction.value = reduced(call, {call[1].shape, std::vector<double>(call[1].size(), 0)});
    if (call.reduction() == "mean") prediction.value.values = {std::nan("")};
    prediction.may_be_nan = true;
    return prediction;
  }
  Case c = call.c;
  Operand& weight = *c.find_operand("weight");
  weight.shape = {weight.shape.elements()};
  Operand& target = *c.find_operand("target");
  if (target.shape.elements() == 0) target.dtype = DType::kI64;  // any will do, then
  KernelCall flat = {call.loss, c, call.operands};
  flat.operands[2].shape = weight.shape;
  // ATen/native/LossNLL.cpp: `if (label_smoothing > 0.0)`.
  if (c.loss == "cross_entropy") {
    c.set_option(call.loss.spec, "label_smoothing",
                 std::max(0.0, c.get<double>(call.loss.spec, "label_smoothing")));
  }
  return as_documented(flat, cotangent);
}

Cause whole_number_broadcasts() {
  Cause cause = broadcasts();
  cause.name = "whole-number-broadcasts";
  cause.title = "operands of whole numbers are broadcast, and may wrap around";
  cause.condition = "an operand holds whole numbers, and the operands broadcast";
  cause.verdicts = {Verdict::kSilentBroadcast, Verdict::kIllegalValueAccepted,
                    Verdict::kWrongGradient};
  cause.strikes = [](const Sighting& s) {
    const bool is_illegal = s.judgement.verdict == Verdict::kIllegalValueAccepted;
    if (s.judgement.verdict == Verdict::kWrongGradient) {
      // Of equal inputs, or beside an infinite margin, the value is right all the same.
      return s.c.loss == "margin_ranking_loss" &&
             (s.dtype(0) == DType::kU8 || s.dtype(1) == DType::kU8 || s.dtype(2) == DType::kU8);
    }
    if (s.judgement.by_whole_numbers) return false;
    return (is_illegal || s.judgement.mistake.kind < Mistake::kOtherDtype) &&
           std::any_of(s.c.operands.begin(), s.c.operands.end(), [](const Operand& operand) {
             return number_class(operand.dtype) == NumberClass::kIntegral;
           });
  };
  cause.predict = nullptr;
  cause.chance =
      "which operations wrap around depends on the dtype of each; the judge has compared the "
      "result "
      "with the same call on expanded operands";
  cause.advice = "convert with to(torch::kFloat), and compare the shapes before the call";
  cause.examples = {
      {"l1_loss(input=u8[3], target=u8[3,3], reduction=none)", Verdict::kSilentBroadcast}};
  return cause;
}

Cause class_weight_rank() {
  Cause cause = hazard("class-weight-rank",
                       "a class weight of any rank is accepted by an empty or spatial batch");
  cause.losses = {"cross_entropy", "nll_loss", "multi_margin_loss"};
  cause.verdicts = {Verdict::kSilentBroadcast, Verdict::kWrongValue};
  cause.condition = "the weight has as many elements as there are classes, and another shape";
  cause.strikes = [](const Sighting& s) {
    return s.mistakes("weight") && s.judgement.mistake.kind < Mistake::kOtherDtype;
  };
  cause.predict = with_flat_weight;
  cause.advice = "flatten the weight";
  cause.examples = {
      {"nll_loss(input=f64[0,0,0], target=i64[0,0], weight=f64[2,0])", Verdict::kSilentBroadcast},
      {"nll_loss(input=f64[2,4,2], target=i64[2,2], weight=f64[2,2])", Verdict::kWrongValue}};
  return cause;
}

Cause ctc_ranks() {
  Cause cause = hazard("ctc-ranks", "lengths and targets of another rank are accepted");
  cause.losses = {"ctc_loss"};
  cause.verdicts = {Verdict::kSilentBroadcast, Verdict::kWrongShape, Verdict::kWrongValue};
  cause.condition = "as many elements as there are samples, and another shape";
  cause.predict = kernel::ctc;
  cause.strikes = [](const Sighting& s) {
    return s.judgement.mistake.kind < Mistake::kOtherDtype && !s.mistakes("log_probs");
  };
  cause.advice = "give one length for each sample";
  return cause;
}

Cause scalar_is_one_class() {
  Cause cause = hazard("scalar-is-one-class", "a scalar is read as one class or one sample");
  cause.losses = {"multi_margin_loss", "multilabel_margin_loss", "nll_loss", "cross_entropy"};
  cause.verdicts = {Verdict::kSilentBroadcast};
  cause.condition = "the input has no dimension, or the target one of a single element";
  cause.strikes = [](const Sighting& s) {
    const auto is_single = [](const Shape& shape) { return shape.rank() < 2; };
    return (s.mistakes("input") || s.mistakes("target")) && is_single(s.shape(0)) &&
           s.shape(1).elements() == 1 && s.judgement.mistake.kind < Mistake::kOtherDtype;
  };
  cause.advice = "give the documented ranks";
  return cause;
}

Cause empty_target_any_dtype() {
  Cause cause = hazard("empty-target-any-dtype", "an empty target may have any dtype");
  cause.losses = {"adaptive_log_softmax_with_loss", "multi_margin_loss", "multilabel_margin_loss",
                  "cross_entropy", "nll_loss"};
  cause.verdicts = {Verdict::kSilentBroadcast};
  cause.condition = "the target has no element and is not int64";
  cause.strikes = [](const Sighting& s) {
    return s.shape(1).elements() == 0 && s.judgement.mistake.kind == Mistake::kOtherDtype;
  };
  cause.advice = "convert the target with to(torch::kLong)";
  return cause;
}

Cause ctc_targets_any_dtype() {
  Cause cause = hazard("ctc-targets-any-dtype", "targets of any dtype are accepted");
  cause.losses = {"ctc_loss"};
  cause.verdicts = {Verdict::kSilentBroadcast};
  cause.condition = "the targets are no int64; the value is right";
  cause.strikes = [](const Sighting& s) {
    return s.dtype(1) != DType::kI64 && s.judgement.mistake.kind == Mistake::kOtherDtype;
  };
  cause.advice = "convert the targets with to(torch::kLong)";
  return cause;
}

Cause functional_is_stricter() {
  Cause cause =
      hazard("functional-is-stricter", "the ATen function broadcasts what the functional refuses");
  cause.losses = {"binary_cross_entropy", "margin_ranking_loss", "multi_margin_loss",
                  "binary_cross_entropy_with_logits"};
  cause.entries = {"aten", "op"};
  cause.verdicts = {Verdict::kEntryDisagreement};
  cause.condition = "an operand has to be expanded";
  cause.strikes = [](const Sighting& s) {
    const std::string& detail = s.judgement.detail;
    return s.judgement.outcome == Outcome::kAccepted &&
           detail.find("functional refuses it") != std::string::npos &&
           s.judgement.mistake.kind < Mistake::kOtherDtype;
  };
  cause.advice = "call the functional, or compare the shapes before the call";
  cause.examples = {
      {"binary_cross_entropy@aten(input=f64[1], target=f64[])", Verdict::kEntryDisagreement},
      {"margin_ranking_loss@aten(input1=f64[2], input2=f64[], target=f64[2])",
       Verdict::kEntryDisagreement},
      {"multi_margin_loss@aten(input=f64[1], target=i64[], weight=f64[])",
       Verdict::kEntryDisagreement}};
  return cause;
}

Cause nll_refuses_one_dimension() {
  Cause cause = hazard("nll-refuses-1d", "the C++ functional refuses the documented input (C)");
  cause.losses = {"nll_loss"};
  cause.verdicts = {Verdict::kRejectedValid, Verdict::kEntryDisagreement};
  cause.condition = "the input has one dimension; the ATen function accepts it";
  cause.strikes = [](const Sighting& s) { return s.shape(0).rank() == 1; };
  cause.advice = "call unsqueeze(0) on input and target";
  cause.examples = {{"nll_loss(input=f64[1], target=i64[])", Verdict::kRejectedValid},
                    {"nll_loss@aten(input=f64[1], target=i64[])", Verdict::kEntryDisagreement}};
  return cause;
}

Cause number_beyond_dtype() {
  Cause cause = hazard("number-beyond-dtype",
                       "a number that the dtype cannot hold is refused by no c10::Error");
  cause.losses = {"hinge_embedding_loss", "multilabel_margin_loss", "margin_ranking_loss",
                  "triplet_margin_loss",  "multi_margin_loss",      "poisson_nll_loss",
                  "huber_loss",           "smooth_l1_loss"};
  cause.verdicts = {Verdict::kUncleanRejection};
  cause.condition = "a negative margin for uint8, a nan for a whole number";
  cause.strikes = [](const Sighting& s) { return s.says("value cannot be converted to type"); };
  cause.advice = "convert the operand with to(torch::kFloat)";
  cause.examples = {{"hinge_embedding_loss@aten(input=u8[], target=f64[], margin=-1)",
                     Verdict::kUncleanRejection}};
  return cause;
}

Cause unclean_view() {
  Cause cause =
      hazard("unclean-view", "a class weight of another shape is refused by no c10::Error");
  cause.losses = {"cross_entropy"};
  cause.verdicts = {Verdict::kUncleanRejection};
  cause.condition = "label smoothing and a weight of another shape";
  cause.strikes = [](const Sighting& s) {
    return s.has(2) && s.says("is invalid for input of size");
  };
  cause.advice = "give a weight of C elements";
  return cause;
}

Cause half_by_entry() {
  Cause cause =
      hazard("half-by-entry", "an entry has no kernel for half precision, another needs none");
  cause.losses = {"mse_loss", "huber_loss", "smooth_l1_loss"};
  cause.entries = {"aten", "op"};
  cause.verdicts = {Verdict::kEntryDisagreement};
  cause.condition = "half precision against a scalar; the functional expands it first";
  cause.strikes = [](const Sighting& s) {
    return (is_half(s.dtype(0)) || is_half(s.dtype(1))) && s.says("not implemented for");
  };
  cause.advice = "give both operands one dtype, f32 or f64";
  return cause;
}

Cause ctc_empty_batch() {
  Cause cause = hazard("ctc-empty-batch", "a batch of no samples is refused");
  cause.losses = {"ctc_loss"};
  cause.verdicts = {Verdict::kRejectedValid};
  cause.condition = "log_probs has no element";
  cause.strikes = [](const Sighting& s) { return s.shape(0).elements() == 0; };
  cause.versions.last_good = "2.6";
  cause.versions.first_bad = "2.14";
  cause.upstream = {"150981", "150835"};
  cause.advice = "leave an empty batch out";
  cause.examples = {
      {"ctc_loss(log_probs=f64[1,0,1], targets=i64[0], input_lengths=i64[0], "
       "target_lengths=i64[0])",
       Verdict::kRejectedValid}};
  return cause;
}

// What a kernel computes of values that its formula has no meaning for: the same formula.
Prediction as_computed(const KernelCall& call, const std::vector<double>& cotangent) {
  const std::string& name = call.loss.spec.name;
  if (name == "cosine_embedding_loss") return kernel::cosine_embedding(call, cotangent);
  if (name == "hinge_embedding_loss") return kernel::hinge_embedding(call, cotangent);
  if (name == "ctc_loss") return kernel::ctc(call, cotangent);
  if (name == "multi_margin_loss") return kernel::multi_margin(call, cotangent);
  if (name == "soft_margin_loss") return kernel::soft_margin(call, cotangent);
  if (name == "triplet_margin_loss") return kernel::triplet_margin(call, cotangent);
  if (name == "poisson_nll_loss") return kernel::poisson_nll(call, cotangent);
  if (name == "binary_cross_entropy_with_logits" && call.has(3)) {
    return as_documented(with_wrapped_pos_weight(call), cotangent);
  }
  if (name == "kl_div") return kernel::kl_div(call, cotangent);
  if (name == "multilabel_soft_margin_loss") {
    return kernel::multilabel_soft_margin(call, cotangent);
  }
  if (name != "cross_entropy") return as_documented(call, cotangent);
  if (number_class(call.dtype(1)) == NumberClass::kFloating) {
    return kernel::cross_entropy(call, cotangent);
  }
  // ATen/native/LossNLL.cpp: `if (label_smoothing > 0.0)`.
  Case c = call.c;
  c.set_option(call.loss.spec, "label_smoothing",
               std::max(0.0, c.get<double>(call.loss.spec, "label_smoothing")));
  return as_documented({call.loss, c, call.operands}, cotangent);
}

Cause illegal_values() {
  Cause cause = hazard("illegal-values", "values outside their documented range are computed with");
  cause.losses = {"kl_div",
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
                  "ctc_loss"};
  cause.verdicts = {Verdict::kIllegalValueAccepted};
  cause.condition = "a probability, weight, sign, label or option is not a legal one";
  cause.predict = as_computed;
  cause.predicts_slopes = false;
  cause.advice = "check the values before the call";
  cause.examples = {
      {"cosine_embedding_loss(input1=f64[2], input2=f64[2], target=f64[]{0})",
       Verdict::kIllegalValueAccepted},
      {"hinge_embedding_loss(input=f64[1], target=f64[1]{0})", Verdict::kIllegalValueAccepted},
      {"cross_entropy(input=f64[3], target=i64[], label_smoothing=-0.25)",
       Verdict::kIllegalValueAccepted}};
  return cause;
}

Cause whole_numbers() {
  Cause cause = hazard("whole-numbers", "unsigned operands wrap around");
  cause.losses = {"l1_loss",
                  "margin_ranking_loss",
                  "triplet_margin_loss",
                  "triplet_margin_with_distance_loss",
                  "binary_cross_entropy_with_logits",
                  "poisson_nll_loss",
                  "kl_div",
                  "cosine_embedding_loss",
                  "multilabel_soft_margin_loss"};
  cause.verdicts = {Verdict::kIllegalValueAccepted};
  cause.condition = "an operand holds whole numbers; the result is right once they are converted";
  cause.strikes = [](const Sighting& s) { return s.judgement.by_whole_numbers; };
  cause.advice = "convert with to(torch::kFloat) before the loss";
  cause.examples = {
      {"l1_loss(input=u8[3], target=u8[3], reduction=none)", Verdict::kIllegalValueAccepted},
      {"triplet_margin_loss(anchor=u8[2], positive=u8[2], negative=u8[2])",
       Verdict::kIllegalValueAccepted},
      {"margin_ranking_loss(input1=f64[], input2=f64[], target=u8[])",
       Verdict::kIllegalValueAccepted},
      {"binary_cross_entropy_with_logits(input=f64[], target=f64[], pos_weight=u8[])",
       Verdict::kIllegalValueAccepted},
      {"poisson_nll_loss(input=u8[2]{10,1}, target=i64[]{30})", Verdict::kIllegalValueAccepted}};
  return cause;
}

Cause hinge_whole_margin() {
  Cause cause = hazard("hinge-whole-margin", "the margin is rounded to the input's dtype");
  cause.losses = {"hinge_embedding_loss"};
  cause.verdicts = {Verdict::kIllegalValueAccepted};
  cause.condition = "the input holds whole numbers; the result is right once they are converted";
  cause.strikes = [](const Sighting& s) { return s.judgement.by_whole_numbers; };
  cause.advice = "convert with to(torch::kFloat) before the loss";
  cause.examples = {{"hinge_embedding_loss(input=u8[4], target=f64[4], reduction=none, margin=0.5)",
                     Verdict::kIllegalValueAccepted}};
  return cause;
}

}  // namespace

std::vector<Cause> hazards() {
  return {broadcasts(),
          class_weight_rank(),
          ctc_ranks(),
          scalar_is_one_class(),
          empty_target_any_dtype(),
          ctc_targets_any_dtype(),
          functional_is_stricter(),
          nll_refuses_one_dimension(),
          number_beyond_dtype(),
          unclean_view(),
          half_by_entry(),
          ctc_empty_batch(),
          whole_numbers(),
          hinge_whole_margin(),
          illegal_values(),
          whole_number_broadcasts()};
}

}  // namespace shapefuzz
