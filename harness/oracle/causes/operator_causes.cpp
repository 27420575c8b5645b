// SPDX-License-Identifier: BSD-3-Clause
// The bugs of the dispatcher's operators, which nobody meets through a loss.
#include "harness/oracle/causes/cause.h"

namespace shapefuzz {
namespace {

Cause margin_backward_gradient() {
  Cause cause;
  cause.name = "margin-backward-grad-output";
  cause.title =
      "multi_margin_loss_backward, multilabel_margin_loss_backward: the gradient's size is not "
      "checked";
  cause.losses = {"aten::multi_margin_loss_backward", "aten::multi_margin_loss_backward.grad_input",
                  "aten::multilabel_margin_loss_backward",
                  "aten::multilabel_margin_loss_backward.grad_input"};
  cause.verdicts = {Verdict::kOutOfBounds, Verdict::kCrash};
  cause.condition = "grad_output has fewer elements than the result";
  cause.strikes = [](const Sighting& s) { return s.says("grad_output"); };
  cause.chance = "what lies behind the gradient is anything";
  cause.upstream = {"195547"};
  cause.examples = {
      {"aten::multi_margin_loss_backward@op(self=f64[], target=i64[1], grad_output=f64[0])",
       Verdict::kOutOfBounds},
      {"aten::multilabel_margin_loss_backward@op(self=f64[1,1], target=i64[1,1], "
       "is_target=f64[1,1], grad_output=f64[0])",
       Verdict::kOutOfBounds}};
  return cause;
}

Cause ctc_backward_lengths() {
  Cause cause;
  cause.name = "ctc-backward-lengths";
  cause.title = "_ctc_loss_backward: the number of lengths is not checked";
  cause.losses = {"aten::_ctc_loss_backward", "aten::_ctc_loss_backward.out",
                  "aten::_ctc_loss_backward.Tensor"};
  cause.verdicts = {Verdict::kOutOfBounds, Verdict::kCrash};
  cause.condition = "there is not one length for each sample";
  cause.chance = "it reads lengths that are not there";
  cause.upstream = {"195547", "197799"};
  cause.examples = {
      {"aten::_ctc_loss_backward@op(grad=f64[1], log_probs=f64[1,1,1], "
       "targets=f64[1], neg_log_likelihood=f64[1], log_alpha=f64[1])",
       Verdict::kCrash}};
  return cause;
}

Cause nll_backward_target() {
  Cause cause;
  cause.name = "nll-backward-target";
  cause.title =
      "nll_loss_backward, nll_loss2d_backward: without a reduction the target is not checked";
  cause.losses = {"aten::nll_loss_backward", "aten::nll_loss_backward.grad_input",
                  "aten::nll_loss2d_backward", "aten::nll_loss2d_backward.grad_input"};
  cause.verdicts = {Verdict::kOutOfBounds, Verdict::kCrash, Verdict::kIllegalValueAccepted};
  cause.condition = "reduction none, and a class of the target is outside [0, C)";
  cause.strikes = [](const Sighting& s) {
    return s.c.get<std::string>(s.spec, "reduction") == "none" && s.shape(0).elements() > 0;
  };
  cause.chance = "it writes where no element is";
  cause.upstream = {"194802"};
  cause.examples = {
      {"aten::nll_loss_backward@op(self=f64[1,1], target=i64[1]{1}, total_weight=f64[], "
       "grad_output=f64[1], reduction=none)",
       Verdict::kOutOfBounds},
      {"aten::nll_loss2d_backward@op(self=f64[1,1,1,1], target=i64[1,1,1]{1}, total_weight=f64[], "
       "grad_output=f64[1,1,1], reduction=none)",
       Verdict::kOutOfBounds}};
  return cause;
}

Cause nll_backward_without_classes() {
  Cause cause;
  cause.name = "nll-backward-without-classes";
  cause.title = "nll_loss_backward: without classes the target is read all the same";
  cause.losses = {"aten::nll_loss_backward", "aten::nll_loss_backward.grad_input"};
  cause.verdicts = {Verdict::kOutOfBounds, Verdict::kCrash};
  cause.condition = "self has no element and one dimension";
  cause.strikes = [](const Sighting& s) { return s.shape(0) == Shape{0}; };
  cause.chance = "it reads what is no element";
  cause.upstream = {"146790", "181062"};
  cause.examples = {
      {"aten::nll_loss_backward@op(self=f64[0], target=i64[0], total_weight=f64[], "
       "grad_output=f64[])",
       Verdict::kOutOfBounds}};
  return cause;
}

}  // namespace

std::vector<Cause> operator_causes() {
  return {margin_backward_gradient(), ctc_backward_lengths(), nll_backward_without_classes(),
          nll_backward_target()};
}

}  // namespace shapefuzz
