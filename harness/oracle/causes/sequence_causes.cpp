// SPDX-License-Identifier: BSD-3-Clause
// The bugs of CTC and of the adaptive softmax.
#include <algorithm>

#include "harness/language/case/padding.h"
#include "harness/oracle/causes/cause.h"

namespace shapefuzz {
namespace {

double classes_of(const Sighting& s) {
  return s.shape(0).empty() ? 0 : static_cast<double>(s.shape(0).from_right(0));
}

Cause ctc_logits_gradient() {
  Cause cause;
  cause.name = "ctc-logits-gradient";
  cause.title = "ctc_loss: the gradient is that of the logits, not of log_probs";
  cause.losses = {"ctc_loss"};
  cause.verdicts = {Verdict::kWrongGradient};
  cause.condition = "always";
  cause.predict = kernel::ctc;
  cause.upstream = {"52241", "82545", "127608", "181534", "190863"};
  cause.advice = "compute log_probs by a log_softmax in the same graph";
  cause.examples = {
      {"ctc_loss(log_probs=f64[2,2], targets=i64[1], input_lengths=i64[], target_lengths=i64[])",
       Verdict::kWrongGradient}};
  return cause;
}

Cause ctc_strided_targets() {
  Cause cause;
  cause.name = "ctc-strided-targets";
  cause.title =
      "ctc_loss: concatenated targets that are not contiguous are read at the wrong place";
  cause.losses = {"ctc_loss"};
  cause.verdicts = {Verdict::kWrongValue, Verdict::kWrongGradient, Verdict::kIllegalValueAccepted};
  cause.condition = "the targets have one dimension and gaps between their elements";
  cause.strikes = [](const Sighting& s) {
    return s.shape(1).rank() == 1 && s.layout(1) == Layout::kStrided;
  };
  cause.predict = kernel::ctc;
  cause.advice = "call contiguous() on the targets";
  cause.examples = {
      {"ctc_loss(log_probs=f64[4,3,5], targets=i64[2]~strided, "
       "input_lengths=i64[3], target_lengths=i64[3])",
       Verdict::kWrongValue}};
  return cause;
}

Cause ctc_strided_out_of_bounds() {
  Cause cause = ctc_strided_targets();
  cause.name = "ctc-strided-out-of-bounds";
  cause.title = "ctc_loss: concatenated targets that are not contiguous are read outside of them";
  cause.verdicts = {Verdict::kOutOfBounds, Verdict::kUninitializedRead, Verdict::kCrash};
  cause.predict = nullptr;
  cause.chance = "what is read as a label is anything, and is used as an index";
  cause.examples = {};
  return cause;
}

Cause ctc_length_0() {
  Cause cause;
  cause.name = "ctc-length-0";
  cause.title = "ctc_loss: an input length of 0 gives the value of a frame that does not exist";
  cause.losses = {"ctc_loss"};
  cause.verdicts = {Verdict::kOutOfBounds,         Verdict::kUninitializedRead,
                    Verdict::kWrongValue,          Verdict::kWrongGradient,
                    Verdict::kSilentBroadcast,     Verdict::kWrongReduction,
                    Verdict::kIllegalValueAccepted};
  cause.condition = "an input length is 0";
  cause.strikes = [](const Sighting& s) {
    return std::find(s.values[2].begin(), s.values[2].end(), 0.0) != s.values[2].end();
  };
  cause.chance = "what lies before the first frame is anything";
  cause.versions.last_bad = "1.13";
  cause.versions.first_good = "2.6";
  cause.upstream = {"81459", "123193"};
  cause.advice = "leave samples without a frame out";
  cause.examples = {
      {"ctc_loss(log_probs=f64[1,1,2], targets=i64[1,1], input_lengths=i64[1]{0}, "
       "target_lengths=i64[1]{1})",
       Verdict::kOutOfBounds}};
  return cause;
}

Cause ctc_unchecked_labels() {
  Cause cause;
  cause.name = "ctc-unchecked-labels";
  cause.title = "ctc_loss: labels are not checked";
  cause.losses = {"ctc_loss"};
  cause.verdicts = {Verdict::kOutOfBounds,       Verdict::kCrash,
                    Verdict::kUninitializedRead, Verdict::kIllegalValueAccepted,
                    Verdict::kTimedOut,          Verdict::kSilentBroadcast,
                    Verdict::kWrongValue,        Verdict::kWrongReduction,
                    Verdict::kWrongGradient,     Verdict::kWrongShape};
  cause.condition = "a label that the lengths have read is outside [0, C)";
  cause.strikes = [](const Sighting& s) {
    const double classes = classes_of(s);
    const bool has_rows = s.shape(1).rank() == 2 && s.shape(3) == Shape{s.shape(1)[0]};
    const std::vector<double> labels =
        has_rows ? without_padding(s.values[1], s.shape(1)[1], s.values[3]) : s.values[1];
    return std::any_of(labels.begin(), labels.end(),
                       [classes](double label) { return !(label >= 0 && label < classes); });
  };
  cause.chance = "what lies at such an index is anything";
  cause.upstream = {"193794", "174602", "174988", "197799"};
  cause.advice = "check the labels before the call";
  cause.examples = {
      {"ctc_loss(log_probs=f64[2,3], targets=i64[1]{3}, input_lengths=i64[], target_lengths=i64[])",
       Verdict::kOutOfBounds},
      {"ctc_loss(log_probs=f64[2,3], targets=i64[1]{-1}, input_lengths=i64[], "
       "target_lengths=i64[])",
       Verdict::kOutOfBounds},
      {"ctc_loss(log_probs=f64[1,1,2], targets=i64[1,1]{1000000000000}, input_lengths=i64[1]{1}, "
       "target_lengths=i64[1]{1})",
       Verdict::kCrash}};
  return cause;
}

Cause ctc_unchecked_lengths() {
  Cause cause = ctc_unchecked_labels();
  cause.name = "ctc-unchecked-lengths";
  cause.title = "ctc_loss: negative lengths are not checked";
  cause.verdicts = {Verdict::kOutOfBounds,      Verdict::kCrash,
                    Verdict::kWrongValue,       Verdict::kUninitializedRead,
                    Verdict::kWrongGradient,    Verdict::kIllegalValueAccepted,
                    Verdict::kBackwardRejected, Verdict::kTimedOut,
                    Verdict::kUncleanRejection, Verdict::kSilentBroadcast};
  cause.condition = "a length is below 0";
  cause.strikes = [](const Sighting& s) {
    const auto is_negative = [](double length) { return length < 0; };
    return std::any_of(s.values[2].begin(), s.values[2].end(), is_negative) ||
           std::any_of(s.values[3].begin(), s.values[3].end(), is_negative);
  };
  cause.versions.last_bad = "1.13";
  cause.versions.first_good = "2.6";
  cause.upstream = {"51732", "88047", "123193"};
  cause.advice = "check the lengths before the call";
  cause.examples = {
      {"ctc_loss(log_probs=f64[1,1,2], targets=i64[1,1]{1}, "
       "input_lengths=i64[1]{-1000000000000}, target_lengths=i64[1]{1})",
       Verdict::kCrash}};
  return cause;
}

Cause adaptive_target_size() {
  Cause cause;
  cause.name = "adaptive-target-size";
  cause.title = "adaptive_log_softmax_with_loss: the target's size is not compared with the batch";
  cause.losses = {"adaptive_log_softmax_with_loss"};
  cause.verdicts = {Verdict::kWrongShape, Verdict::kWrongValue, Verdict::kSilentBroadcast};
  cause.condition = "the target has fewer elements than the input has rows";
  cause.strikes = [](const Sighting& s) {
    return s.shape(0).rank() == 2 && s.shape(1).rank() == 1 && s.shape(1)[0] < s.shape(0)[0];
  };
  cause.predict = kernel::adaptive;
  cause.advice = "compare the sizes before the call";
  cause.examples = {
      {"adaptive_log_softmax_with_loss@module(input=f64[3,2], target=i64[2], in_features=2, "
       "n_classes=4, cutoffs=[2], div_value=1)",
       Verdict::kWrongValue},
      {"adaptive_log_softmax_with_loss@module(input=f64[2,2], target=i64[1], reduction=none, "
       "in_features=2, n_classes=4, cutoffs=[2], div_value=1)",
       Verdict::kWrongShape}};
  return cause;
}

Cause adaptive_div_value() {
  Cause cause;
  cause.name = "adaptive-div-value";
  cause.title = "adaptive_log_softmax_with_loss: a div_value below 1 kills the process";
  cause.losses = {"adaptive_log_softmax_with_loss"};
  cause.verdicts = {Verdict::kCrash};
  cause.condition = "div_value is below 1";
  cause.strikes = [](const Sighting& s) { return s.c.get<double>(s.spec, "div_value") < 1; };
  cause.chance = "it divides by 0, of which a process dies";
  cause.versions.last_bad = "1.13";
  cause.versions.first_good = "2.6";
  cause.advice = "give a div_value of at least 1";
  cause.examples = {
      {"adaptive_log_softmax_with_loss@module(input=f64[2], target=i64[], in_features=2, "
       "n_classes=4, cutoffs=[2], div_value=0.5)",
       Verdict::kCrash}};
  return cause;
}

Cause adaptive_cutoffs() {
  Cause cause;
  cause.name = "adaptive-cutoffs";
  cause.title = "adaptive_log_softmax_with_loss: an empty list of cutoffs kills the process";
  cause.losses = {"adaptive_log_softmax_with_loss"};
  cause.verdicts = {Verdict::kCrash, Verdict::kOutOfBounds};
  cause.condition = "the list of cutoffs is empty";
  cause.strikes = [](const Sighting& s) {
    return s.c.get<std::vector<std::int64_t>>(s.spec, "cutoffs").empty();
  };
  cause.chance = "it reads the first and the last of no number";
  cause.versions.last_bad = "1.13";
  cause.versions.first_good = "2.6";
  cause.upstream = {"106777"};
  cause.advice = "give at least one cutoff";
  cause.examples = {
      {"adaptive_log_softmax_with_loss@module(input=f64[2], target=i64[], in_features=2, "
       "n_classes=4, cutoffs=[], div_value=1)",
       Verdict::kCrash}};
  return cause;
}

}  // namespace

std::vector<Cause> sequence_causes() {
  return {ctc_strided_targets(),   ctc_strided_out_of_bounds(), ctc_length_0(),
          ctc_unchecked_lengths(), ctc_unchecked_labels(),      ctc_logits_gradient(),
          adaptive_target_size(),  adaptive_cutoffs(),          adaptive_div_value()};
}

}  // namespace shapefuzz
