// SPDX-License-Identifier: BSD-3-Clause
// The bugs of the losses over a class dimension.
#include "harness/oracle/causes/cause.h"

namespace shapefuzz {
namespace {

std::int64_t classes_of(const Shape& input) { return input.empty() ? 1 : input.from_right(0); }

Cause multi_margin_weight() {
  Cause cause;
  cause.name = "multi-margin-weight";
  cause.title = "multi_margin_loss: the weight's length and layout are not checked";
  cause.losses = {"multi_margin_loss"};
  cause.verdicts = {Verdict::kWrongValue, Verdict::kWrongGradient, Verdict::kSilentBroadcast,
                    Verdict::kIllegalValueAccepted, Verdict::kWrongShape};
  cause.condition = "the weight has another shape than [C], or is not contiguous";
  cause.strikes = [](const Sighting& s) {
    return s.has(2) &&
           (s.shape(2) != Shape{classes_of(s.shape(0))} || s.layout(2) != Layout::kContiguous);
  };
  cause.predict = kernel::multi_margin_by_address;
  cause.predicts_slopes = false;  // the backward reads a contiguous copy of the weight
  cause.versions.last_bad = "1.13";
  cause.versions.first_good = "2.6";
  cause.upstream = {"104852"};
  cause.advice = "give a contiguous weight of C elements";
  cause.examples = {
      {"multi_margin_loss(input=f64[3], target=i64[]{1}, weight=f64[3]~strided)",
       Verdict::kWrongValue},
      {"multi_margin_loss(input=f64[2], target=i64[]{1}, weight=f64[3])", Verdict::kWrongValue}};
  return cause;
}

Cause multi_margin_short_weight() {
  Cause cause = multi_margin_weight();
  cause.name = "multi-margin-short-weight";
  cause.title = "multi_margin_loss: a weight that is too short is read behind its end";
  cause.losses = {"multi_margin_loss", "aten::multi_margin_loss", "aten::multi_margin_loss.out",
                  "aten::multi_margin_loss_backward",
                  "aten::multi_margin_loss_backward.grad_input"};
  cause.verdicts = {Verdict::kOutOfBounds};
  cause.condition = "the weight has fewer elements than there are classes, or gaps";
  cause.strikes = [](const Sighting& s) {
    const Operand* const weight = s.c.find_operand("weight");
    if (weight == nullptr) return false;
    return weight->shape.elements() < classes_of(s.shape(0)) ||
           weight->layout != Layout::kContiguous;
  };
  cause.predict = nullptr;
  cause.chance = "what lies behind the weight is anything";
  cause.examples = {
      {"multi_margin_loss(input=f64[2], target=i64[]{1}, weight=f64[1])", Verdict::kOutOfBounds}};
  return cause;
}

Cause margin_empty_batch() {
  Cause cause;
  cause.name = "margin-empty-batch";
  cause.title =
      "multi_margin_loss, multilabel_margin_loss: the mean and the sum of an empty batch are "
      "uninitialised memory";
  cause.losses = {"multi_margin_loss", "multilabel_margin_loss"};
  cause.verdicts = {Verdict::kUninitializedRead};
  cause.condition = "there is no sample, and the reduction is mean or sum";
  cause.strikes = [](const Sighting& s) {
    return !s.reduces_by("none") && s.shape(0).rank() == 2 && s.shape(0)[0] == 0;
  };
  cause.chance = "nothing is written, so the result is what the memory held before";
  cause.upstream = {"46975"};
  cause.advice = "leave an empty batch out";
  cause.examples = {
      {"multi_margin_loss(input=f64[0,1], target=i64[0])", Verdict::kUninitializedRead},
      {"multilabel_margin_loss(input=f64[0,1], target=i64[0,1])", Verdict::kUninitializedRead}};
  return cause;
}

Cause multilabel_soft_margin_classes() {
  Cause cause;
  cause.name = "multilabel-soft-margin-classes";
  cause.title = "multilabel_soft_margin_loss: the class dimension is the input's, not the result's";
  cause.losses = {"multilabel_soft_margin_loss"};
  cause.verdicts = {Verdict::kWrongShape, Verdict::kWrongValue, Verdict::kWrongReduction,
                    Verdict::kWrongGradient};
  cause.condition = "the common shape has another rank or another last size than the input";
  cause.strikes = [](const Sighting& s) {
    auto common = broadcast(s.shape(0), s.shape(1));
    if (common && s.has(2)) common = broadcast(*common, s.shape(2));
    if (!common || s.shape(0).empty()) return false;
    return common->rank() != s.shape(0).rank() || common->from_right(0) != s.shape(0).from_right(0);
  };
  cause.predict = kernel::multilabel_soft_margin;
  cause.advice = "expand all operands to one shape before the call";
  cause.examples = {
      {"multilabel_soft_margin_loss(input=f64[1], target=f64[2])", Verdict::kWrongValue},
      {"multilabel_soft_margin_loss(input=f64[2], target=f64[1,2], reduction=none)",
       Verdict::kWrongShape}};
  return cause;
}

Cause nll_1d_target() {
  Cause cause;
  cause.name = "nll-1d-target";
  cause.title = "nll_loss: a target of one dimension for an input of one dimension";
  cause.losses = {"nll_loss"};
  cause.entries = {"aten", "op"};
  cause.verdicts = {Verdict::kWrongValue, Verdict::kWrongShape, Verdict::kWrongGradient,
                    Verdict::kSilentBroadcast};
  cause.condition = "input [C] and target [C]";
  cause.strikes = [](const Sighting& s) {
    return s.shape(0).rank() == 1 && s.shape(1).rank() == 1 && s.shape(0) == s.shape(1);
  };
  cause.predict = kernel::nll_of_the_first;
  cause.versions.last_bad = "2.6";
  cause.versions.first_good = "2.14";
  cause.upstream = {"157420", "129643"};
  cause.advice = "give a target without dimensions";
  cause.examples = {
      {"nll_loss@aten(input=f64[2], target=i64[2])", Verdict::kWrongValue},
      {"nll_loss@aten(input=f64[2], target=i64[2], reduction=none)", Verdict::kWrongShape}};
  return cause;
}

Cause nll_1d_without_classes() {
  Cause cause = nll_1d_target();
  cause.name = "nll-1d-without-classes";
  cause.title = "nll_loss: the backward reads a target that has no element";
  // Without a gradient only the shape of the result is wrong.
  cause.verdicts = {Verdict::kOutOfBounds, Verdict::kWrongShape, Verdict::kSilentBroadcast};
  cause.condition = "input [0] and target [0]";
  cause.strikes = [](const Sighting& s) {
    return s.shape(0) == Shape{0} && s.shape(1) == Shape{0} &&
           (s.judgement.verdict == Verdict::kOutOfBounds || s.is_constant(0));
  };
  cause.predict = nullptr;
  cause.chance = "it reads what is no element";
  cause.examples = {{"nll_loss@aten(input=f64[0], target=i64[0])", Verdict::kOutOfBounds}};
  return cause;
}

Cause nll_4d_layout() {
  Cause cause;
  cause.name = "nll-4d-layout";
  cause.title = "nll_loss: an input of four dimensions that is not contiguous is refused backward";
  cause.losses = {"nll_loss"};
  cause.verdicts = {Verdict::kBackwardRejected};
  cause.condition = "the input has four dimensions and is transposed";
  cause.strikes = [](const Sighting& s) {
    return s.shape(0).rank() == 4 && s.layout(0) != Layout::kContiguous &&
           s.says("grad_input must be contiguous");
  };
  cause.upstream = {"175084", "175246"};
  cause.advice = "call contiguous() on the input";
  cause.examples = {
      {"nll_loss(input=f64[4,3,2,3]~transposed, target=i64[4,2,3])", Verdict::kBackwardRejected}};
  return cause;
}

Cause empty_target_dtype() {
  Cause cause;
  cause.name = "empty-target-dtype";
  cause.title = "cross_entropy, nll_loss: a target of the wrong dtype is accepted if it is empty";
  cause.losses = {"cross_entropy", "nll_loss"};
  // Without a gradient nothing refuses it.
  cause.verdicts = {Verdict::kBackwardRejected, Verdict::kSilentBroadcast,
                    Verdict::kIllegalValueAccepted};
  cause.condition = "the target has no element and is neither int64 nor uint8";
  cause.strikes = [](const Sighting& s) {
    return s.shape(1).elements() == 0 && s.dtype(1) != DType::kI64 && s.dtype(1) != DType::kU8 &&
           (s.says("expected scalar type Long") || s.is_constant(0));
  };
  cause.versions.last_bad = "2.6";
  cause.versions.first_good = "2.14";
  cause.advice = "convert the target with to(torch::kLong)";
  cause.examples = {
      {"cross_entropy(input=f64[0,2], target=f64[0])", Verdict::kBackwardRejected},
      {"nll_loss(input=f64[2,0,0,2], target=i32[2,0,2])", Verdict::kBackwardRejected}};
  return cause;
}

Cause empty_byte_target() {
  Cause cause = empty_target_dtype();
  cause.name = "empty-byte-target";
  cause.title = "cross_entropy, nll_loss: an empty uint8 target is refused backward";
  cause.condition = "the target has no element and is uint8";
  cause.strikes = [](const Sighting& s) {
    return s.shape(1).elements() == 0 && s.dtype(1) == DType::kU8 &&
           s.says("expected scalar type Long");
  };
  cause.versions = {};
  cause.examples = {{"cross_entropy(input=f64[2,2,0], target=u8[2,0])", Verdict::kBackwardRejected},
                    {"nll_loss(input=f64[2,2,0], target=u8[2,0])", Verdict::kBackwardRejected}};
  return cause;
}

Cause one_element_target() {
  Cause cause;
  cause.name = "one-element-target";
  cause.title =
      "cross_entropy, nll_loss: a target of one element for one sample is refused backward";
  cause.losses = {"cross_entropy", "nll_loss"};
  cause.verdicts = {Verdict::kBackwardRejected};
  cause.condition = "input [C] and target [1]";
  cause.strikes = [](const Sighting& s) {
    return s.shape(0).rank() == 1 && s.shape(1) == Shape{1} && s.says("size mismatch");
  };
  cause.versions.last_good = "2.6";
  cause.versions.first_bad = "2.14";
  cause.upstream = {"161412"};
  cause.advice = "give a target without dimensions";
  cause.examples = {{"cross_entropy(input=f64[2], target=i64[1])", Verdict::kBackwardRejected},
                    {"nll_loss@aten(input=f64[2], target=i64[1])", Verdict::kBackwardRejected}};
  return cause;
}

}  // namespace

std::vector<Cause> class_causes() {
  return {multi_margin_weight(), multi_margin_short_weight(),
          margin_empty_batch(),  multilabel_soft_margin_classes(),
          nll_1d_target(),       nll_1d_without_classes(),
          nll_4d_layout(),       empty_target_dtype(),
          empty_byte_target(),   one_element_target()};
}

}  // namespace shapefuzz
