// SPDX-License-Identifier: BSD-3-Clause
// Where the kernels of another device do something else than the CPU's.
#include "harness/language/case/dtype.h"
#include "harness/oracle/causes/cause.h"

namespace shapefuzz {
namespace {

bool has_no_sample(const Shape& input) { return input.rank() > 1 && input[0] == 0; }

// The releases are those in which the device was measured.
Versions only(std::string_view release) {
  Versions versions;
  versions.measured_in = release;
  return versions;
}

Cause meta_floating_target() {
  Cause cause;
  cause.name = "meta-floating-target";
  cause.title = "cross_entropy, nll_loss: meta accepts a floating target where the CPU refuses it";
  cause.losses = {"cross_entropy", "nll_loss"};
  cause.verdicts = {Verdict::kEntryDisagreement};
  cause.condition = "the target is floating, and has the shape of class indices";
  cause.strikes = [](const Sighting& s) {
    return number_class(s.dtype(1)) == NumberClass::kFloating;
  };
  cause.versions.last_bad = "2.6";
  cause.versions.first_good = "2.14";
  cause.advice = "check the target's dtype before the model is exported";
  cause.examples = {{"cross_entropy(input=f64[2,3], target=f64[2])", Verdict::kEntryDisagreement},
                    {"nll_loss@aten(input=f64[2], target=f64[])", Verdict::kEntryDisagreement}};
  return cause;
}

Cause cuda_mean_of_nothing() {
  Cause cause;
  cause.name = "cuda-mean-of-nothing";
  cause.title = "cross_entropy, nll_loss: the mean of one ignored sample is 0 on CUDA, and not nan";
  cause.losses = {"cross_entropy", "nll_loss"};
  cause.verdicts = {Verdict::kWrongValue, Verdict::kEntryDisagreement};
  cause.condition =
      "the input has no batch dimension, the target is ignored, the reduction is mean";
  cause.strikes = [](const Sighting& s) {
    const auto ignored = static_cast<double>(s.c.get<std::int64_t>(s.spec, "ignore_index"));
    return s.shape(0).rank() == 1 && s.reduces_by("mean") && s.values[1] == std::vector{ignored};
  };
  cause.predict = [](const KernelCall&, const std::vector<double>&) {
    return Prediction{{Shape{}, {0}}};
  };
  cause.versions = only("2.11.0");
  cause.advice = "drop ignored samples before the call";
  cause.examples = {{"cross_entropy(input=f64[2], target=i64[]{-100})", Verdict::kWrongValue}};
  return cause;
}

Cause cuda_multilabel_of_nothing() {
  Cause cause;
  cause.name = "cuda-multilabel-of-nothing";
  cause.title = "multilabel_margin_loss: an empty batch is not reduced on CUDA";
  cause.losses = {"multilabel_margin_loss"};
  cause.verdicts = {Verdict::kWrongShape};
  cause.condition = "there is no sample";
  cause.strikes = [](const Sighting& s) { return has_no_sample(s.shape(0)); };
  cause.predict = [](const KernelCall&, const std::vector<double>&) {
    return Prediction{{Shape{0}, {}}};
  };
  cause.versions = only("2.11.0");
  cause.advice = "leave empty batches out";
  cause.examples = {
      {"multilabel_margin_loss(input=f64[0,2], target=i64[0,2])", Verdict::kWrongShape}};
  return cause;
}

Cause cuda_probabilities_of_nothing() {
  Cause cause;
  cause.name = "cuda-probabilities-of-nothing";
  cause.title =
      "cross_entropy: of no sample CUDA accepts a floating target in the shape of indices";
  cause.losses = {"cross_entropy"};
  cause.verdicts = {Verdict::kEntryDisagreement};
  cause.condition =
      "there is no sample, and the target is floating with the shape of class indices";
  cause.strikes = [](const Sighting& s) {
    return has_no_sample(s.shape(0)) && number_class(s.dtype(1)) == NumberClass::kFloating;
  };
  cause.versions = only("2.11.0");
  cause.advice = "leave empty batches out";
  cause.examples = {{"cross_entropy(input=f64[0,1], target=f64[0], reduction=none)",
                     Verdict::kEntryDisagreement}};
  return cause;
}

Cause cuda_adaptive_of_nothing() {
  Cause cause;
  cause.name = "cuda-adaptive-of-nothing";
  cause.title = "adaptive_log_softmax_with_loss: a target for no sample ends in an assert on CUDA";
  cause.losses = {"adaptive_log_softmax_with_loss"};
  cause.verdicts = {Verdict::kCrash};
  cause.condition = "there is no sample, and the target has one";
  cause.strikes = [](const Sighting& s) {
    return has_no_sample(s.shape(0)) && s.shape(1).elements() > 0;
  };
  cause.versions = only("2.11.0");
  cause.advice = "compare the batch sizes before the call: after the assert CUDA is of no more use";
  cause.examples = {
      {"adaptive_log_softmax_with_loss@module(input=f64[0,2], target=i64[1], "
       "in_features=2, n_classes=4, cutoffs=[1,3], div_value=1)",
       Verdict::kCrash}};
  return cause;
}

// What the CPU reads out of bounds for, an address of no memory on CUDA.
Cause cuda_ctc_labels() {
  Cause cause = *known_causes().find("ctc-unchecked-labels");
  cause.name = "cuda-ctc-unchecked-labels";
  cause.verdicts = {Verdict::kCrash};
  cause.versions = only("2.11.0");
  cause.examples = {
      {"ctc_loss(log_probs=f64[2,2], targets=i64[2]{1,-1}, input_lengths=i64[], "
       "target_lengths=i64[])",
       Verdict::kCrash}};
  return cause;
}

}  // namespace

std::vector<Cause> meta_causes() { return {meta_floating_target()}; }

std::vector<Cause> cuda_causes() {
  return {cuda_mean_of_nothing(), cuda_multilabel_of_nothing(), cuda_probabilities_of_nothing(),
          cuda_adaptive_of_nothing(), cuda_ctc_labels()};
}

}  // namespace shapefuzz
