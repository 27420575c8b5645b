// SPDX-License-Identifier: BSD-3-Clause
// The bugs of the losses that pair each element of the input with one of the target.
#include <algorithm>
#include <cmath>

#include "harness/oracle/causes/cause.h"

namespace shapefuzz {
namespace {

// Whether f is true of two elements that meet, in shapes that broadcast.
template <class F>
bool any_pair(const Sighting& s, F f) {
  try {
    const Array found = each([&](double x, double y) { return f(x, y) ? 1.0 : 0.0; },
                             Array{s.shape(0), s.values[0]}, Array{s.shape(1), s.values[1]});
    return sum_of(found) > 0;
  } catch (const Unpredictable&) {
    return false;
  }
}

bool has_other_shapes(const Sighting& s) { return s.shape(0) != s.shape(1); }

bool grows(const Sighting& s) {
  const auto common = broadcast(s.shape(0), s.shape(1));
  return !common || *common != s.shape(0);
}

bool has_clamped_logarithm(const Sighting& s) {
  return std::any_of(s.values[0].begin(), s.values[0].end(),
                     [](double p) { return std::log(p) < -100 || std::log(1 - p) < -100; });
}

bool mixes_dtypes(const Sighting& s) {
  return s.dtype(0) != s.dtype(1) || is_half(s.dtype(0)) || is_half(s.dtype(1));
}

Cause kl_div_batchmean() {
  Cause cause;
  cause.name = "kl-div-batchmean";
  cause.title = "kl_div: batchmean divides by the input's batch, not by the result's";
  cause.losses = {"kl_div"};
  cause.entries = {"functional", "module"};
  cause.verdicts = {Verdict::kWrongReduction, Verdict::kWrongValue, Verdict::kWrongGradient};
  cause.condition =
      "reduction batchmean, and the common shape has another first size than the input";
  cause.strikes = [](const Sighting& s) {
    const auto common = broadcast(s.shape(0), s.shape(1));
    if (!s.reduces_by("batchmean") || !common || common->empty()) return false;
    return s.shape(0).empty() ? (*common)[0] != 1 : (*common)[0] != s.shape(0)[0];
  };
  cause.predict = kernel::kl_div;
  cause.upstream = {"138810"};
  cause.advice = "expand both operands to one shape before the call";
  cause.examples = {
      {"kl_div(input=f64[1], target=f64[2], reduction=batchmean)", Verdict::kWrongReduction}};
  return cause;
}

Prediction zero_times_infinity(const KernelCall& call, const std::vector<double>& cotangent) {
  return call.loss.spec.name == "kl_div" ? kernel::kl_div(call, cotangent)
                                         : kernel::cross_entropy(call, cotangent);
}

Cause zero_times_infinite_logarithm() {
  Cause cause;
  cause.name = "zero-times-infinity";
  cause.title =
      "kl_div, cross_entropy: a target probability of 0 against a log-probability of -inf gives "
      "nan";
  cause.losses = {"kl_div", "cross_entropy"};
  cause.verdicts = {Verdict::kWrongValue, Verdict::kWrongReduction};
  cause.condition = "an element of the target is 0 where the input is infinite";
  cause.strikes = [](const Sighting& s) {
    return any_pair(s, [](double x, double y) { return y == 0 && std::isinf(x); });
  };
  cause.predict = zero_times_infinity;
  cause.advice = "clamp the logarithms, or mask the classes before the loss";
  cause.examples = {
      {"kl_div(input=f64[2]{-inf,0}, target=f64[2]{0,1}, reduction=sum)", Verdict::kWrongValue},
      {"kl_div(input=f64[2]{-inf,-1}, target=f64[2]{0,1}, reduction=none)", Verdict::kWrongValue},
      {"cross_entropy(input=f64[2]{-inf,0}, target=f64[2]{0,1})", Verdict::kWrongValue}};
  return cause;
}

Cause mean_gradient() {
  Cause cause;
  cause.name = "mean-gradient";
  cause.title =
      "mse_loss, huber_loss, smooth_l1_loss: the gradient of a mean is too large after a broadcast";
  cause.losses = {"mse_loss", "huber_loss", "smooth_l1_loss"};
  cause.entries = {"aten", "op"};
  cause.verdicts = {Verdict::kWrongGradient};
  cause.condition = "reduction mean, and the common shape is not that of both operands";
  cause.strikes = [](const Sighting& s) { return s.reduces_by("mean") && has_other_shapes(s); };
  cause.predict = kernel::pointwise_with_mean_gradient;
  cause.upstream = {"33787"};
  cause.advice = "expand both operands to one shape before the call";
  cause.examples = {
      {"mse_loss@aten(input=f64[64,1], target=f64[64])", Verdict::kWrongGradient},
      {"huber_loss@aten(input=f64[2,1], target=f64[2])", Verdict::kWrongGradient},
      {"smooth_l1_loss@aten(input=f64[2,1], target=f64[2])", Verdict::kWrongGradient}};
  return cause;
}

Cause backward_dtype() {
  Cause cause;
  cause.name = "backward-dtype";
  cause.title = "huber_loss, soft_margin_loss: a dtype is accepted forward and refused backward";
  cause.losses = {"huber_loss", "soft_margin_loss"};
  cause.verdicts = {Verdict::kBackwardRejected};
  cause.condition = "the operands have different dtypes, or half precision";
  cause.strikes = [](const Sighting& s) {
    return mixes_dtypes(s) &&
           (s.says("Found dtype") || s.says("not implemented for") || s.says("Negation"));
  };
  cause.upstream = {"76646", "192027"};
  cause.advice = "give both operands one dtype, f32 or f64";
  cause.examples = {{"huber_loss(input=f64[], target=f32[])", Verdict::kBackwardRejected},
                    {"soft_margin_loss(input=f64[], target=bool[])", Verdict::kBackwardRejected}};
  return cause;
}

Cause pointwise_backward_dtype() {
  Cause cause = backward_dtype();
  cause.name = "pointwise-backward-dtype";
  cause.title = "mse_loss, smooth_l1_loss: a dtype is accepted forward and refused backward";
  cause.losses = {"mse_loss", "smooth_l1_loss"};
  cause.versions.last_bad = "2.6";
  cause.versions.first_good = "2.14";
  cause.upstream = {"36553"};
  cause.examples = {{"mse_loss(input=f32[], target=f64[])", Verdict::kBackwardRejected},
                    {"smooth_l1_loss(input=f16[], target=f16[])", Verdict::kBackwardRejected}};
  return cause;
}

Prediction smooth_l1(const KernelCall& call, const std::vector<double>& cotangent) {
  if (call.c.entry == "functional") return kernel::smooth_l1_with_beta_1(call, cotangent);
  return {reduced(call, elementwise(call))};
}

Cause smooth_l1_beta() {
  Cause cause;
  cause.name = "smooth-l1-beta";
  cause.title = "smooth_l1_loss: the functional ignores beta of its options";
  cause.losses = {"smooth_l1_loss"};
  cause.verdicts = {Verdict::kWrongValue,           Verdict::kWrongGradient,
                    Verdict::kWrongReduction,       Verdict::kSilentBroadcast,
                    Verdict::kIllegalValueAccepted, Verdict::kEntryDisagreement};
  cause.condition = "beta is not 1; the other entries disagree with the functional then";
  cause.strikes = [](const Sighting& s) {
    const bool is_functional = s.c.entry == "functional";
    return s.c.get<double>(s.spec, "beta") != 1 &&
           is_functional == (s.judgement.verdict != Verdict::kEntryDisagreement);
  };
  cause.predict = smooth_l1;
  cause.versions.last_bad = "1.13";
  cause.versions.first_good = "2.6";
  cause.upstream = {"70163"};
  cause.advice = "give beta as the fourth argument, or use the module";
  cause.examples = {
      {"smooth_l1_loss(input=f64[], target=f64[], beta=0)", Verdict::kWrongValue},
      {"smooth_l1_loss(input=f64[], target=f64[], beta=-1)", Verdict::kIllegalValueAccepted},
      {"smooth_l1_loss@aten(input=f64[], target=f64[], beta=-1)", Verdict::kEntryDisagreement}};
  return cause;
}

Cause bce_partial_result() {
  Cause cause;
  cause.name = "bce-partial-result";
  cause.title = "binary_cross_entropy: the ATen function returns a part of what it computed";
  cause.losses = {"binary_cross_entropy"};
  cause.entries = {"aten", "op"};
  cause.verdicts = {Verdict::kWrongShape, Verdict::kWrongValue, Verdict::kWrongReduction};
  cause.condition = "the target has another shape than the input";
  cause.strikes = has_other_shapes;
  cause.predict = kernel::binary_cross_entropy;
  cause.upstream = {"31365"};
  cause.advice = "call the functional, which refuses such a target";
  cause.examples = {
      {"binary_cross_entropy@aten(input=f64[3], target=f64[2,3])", Verdict::kWrongValue},
      {"binary_cross_entropy@aten(input=f64[1], target=f64[2], reduction=none)",
       Verdict::kWrongShape},
      {"binary_cross_entropy@aten(input=f64[2,2], target=f64[2,1])", Verdict::kWrongValue}};
  return cause;
}

Cause bce_empty_target() {
  Cause cause = bce_partial_result();
  cause.name = "bce-empty-target";
  cause.title = "binary_cross_entropy: an empty target leaves the result uninitialised";
  cause.verdicts = {Verdict::kUninitializedRead, Verdict::kBackwardRejected, Verdict::kWrongShape,
                    Verdict::kWrongValue, Verdict::kSilentBroadcast};
  cause.condition = "the input has elements, and it broadcasts with the target to none";
  cause.strikes = [](const Sighting& s) {
    if (s.shape(0).elements() == 0 || s.shape(1).elements() > 0) return false;
    // A weight of nan makes a nan of whatever it is, an infinite one of the 0 and of the nan that
    // fresh memory is full of; another number does not come of itself.
    const bool makes_nan = std::any_of(s.values[2].begin(), s.values[2].end(),
                                       [](double value) { return !std::isfinite(value); });
    const bool is_number = s.judgement.verdict == Verdict::kWrongValue ||
                           s.judgement.verdict == Verdict::kSilentBroadcast;
    const std::optional<double>& digest = s.judgement.digest;
    return !is_number || (makes_nan && digest && std::isnan(*digest));
  };
  cause.predict = nullptr;
  cause.chance = "nothing is written, so the result is what the memory held before";
  cause.examples = {{"binary_cross_entropy@aten(input=f64[], target=f64[0], reduction=none)",
                     Verdict::kUninitializedRead}};
  return cause;
}

Cause bce_target_gradient() {
  Cause cause = bce_partial_result();
  cause.name = "bce-target-gradient";
  cause.title = "binary_cross_entropy: the target's gradient is refused or too large";
  cause.verdicts = {Verdict::kWrongGradient, Verdict::kBackwardRejected};
  cause.strikes = [](const Sighting& s) {
    if (!has_other_shapes(s)) return false;
    return s.judgement.verdict == Verdict::kWrongGradient || s.says("returned an invalid gradient");
  };
  cause.upstream = {};
  cause.examples = {
      {"binary_cross_entropy@aten(input=f64[2,1], target=f64[2])", Verdict::kBackwardRejected},
      {"binary_cross_entropy@aten(input=f64[3,2], target=f64[2])", Verdict::kWrongGradient}};
  return cause;
}

Cause bce_with_logits_backward() {
  Cause cause;
  cause.name = "bce-with-logits-backward";
  cause.title =
      "binary_cross_entropy_with_logits: a target larger than the input is refused backward, or "
      "its mean's gradient is too large";
  cause.losses = {"binary_cross_entropy_with_logits"};
  cause.entries = {"aten", "op"};
  cause.verdicts = {Verdict::kBackwardRejected, Verdict::kWrongGradient};
  cause.condition = "the common shape is another one than the input's";
  cause.strikes = [](const Sighting& s) {
    if (s.judgement.verdict == Verdict::kWrongGradient) return grows(s) && s.reduces_by("mean");
    return grows(s) &&
           (s.says("doesn't match the broadcast shape") || s.says("returned an invalid gradient"));
  };
  cause.predict = kernel::binary_cross_entropy_with_logits;
  cause.predicts_slopes = false;  // there are none
  cause.advice = "call the functional, which refuses such a target";
  cause.examples = {{"binary_cross_entropy_with_logits@aten(input=f64[1], target=f64[2])",
                     Verdict::kBackwardRejected}};
  return cause;
}

Cause soft_margin_u8() {
  Cause cause;
  cause.name = "soft-margin-u8-gradient";
  cause.title = "soft_margin_loss: the gradient of a uint8 target is that of another target";
  cause.losses = {"soft_margin_loss"};
  cause.verdicts = {Verdict::kWrongGradient};
  cause.condition = "the target is uint8";
  cause.strikes = [](const Sighting& s) { return s.dtype(1) == DType::kU8; };
  cause.predict = kernel::soft_margin;
  cause.advice = "convert the target with to(torch::kFloat)";
  cause.examples = {{"soft_margin_loss(input=f64[4], target=u8[4])", Verdict::kWrongGradient}};
  return cause;
}

Cause soft_margin_overflow() {
  Cause cause;
  cause.name = "soft-margin-overflow";
  cause.title = "soft_margin_loss: large scores are infinite";
  cause.losses = {"soft_margin_loss"};
  cause.verdicts = {Verdict::kWrongValue, Verdict::kWrongGradient, Verdict::kWrongReduction};
  cause.condition = "the exponential of -target * input is beyond the input's dtype";
  cause.strikes = [](const Sighting& s) {
    const double most = largest_of(s.dtype(0));
    return any_pair(s, [most](double x, double y) { return std::exp(-x * y) > most; });
  };
  cause.predict = kernel::soft_margin;
  cause.upstream = {"77529"};
  cause.advice = "use binary_cross_entropy_with_logits with targets 0 and 1";
  cause.examples = {
      {"soft_margin_loss(input=f32[2]{100,-100}, target=f32[2]{-1,1})", Verdict::kWrongValue},
      {"soft_margin_loss(input=f64[2]{1000,1}, target=f64[2]{-1,1})", Verdict::kWrongValue},
      {"soft_margin_loss(input=f64[2]{1000,1}, target=f64[2]{-1,1}, reduction=none)",
       Verdict::kWrongValue}};
  return cause;
}

Cause bce_clamp() {
  Cause cause;
  cause.name = "bce-clamp";
  cause.title =
      "binary_cross_entropy: the target's gradient is infinite where the logarithm is clamped";
  cause.losses = {"binary_cross_entropy"};
  cause.verdicts = {Verdict::kWrongGradient};
  cause.condition = "the logarithm of an input, or of 1 minus it, is below -100";
  cause.strikes = has_clamped_logarithm;
  cause.predict = kernel::binary_cross_entropy;
  cause.upstream = {"44950", "59447"};
  cause.advice = "detach the target, or use binary_cross_entropy_with_logits";
  cause.examples = {
      {"binary_cross_entropy(input=f64[2]{0,0.5}, target=f64[2])", Verdict::kWrongGradient},
      {"binary_cross_entropy(input=f64[2]{1,0.5}, target=f64[2])", Verdict::kWrongGradient}};
  return cause;
}

Cause bce_input_gradient() {
  Cause cause;
  cause.name = "bce-input-gradient";
  cause.title = "binary_cross_entropy: the input's gradient stops at 1e12";
  cause.losses = {"binary_cross_entropy"};
  cause.verdicts = {Verdict::kWrongGradient};
  cause.condition = "an input times 1 minus it is below 1e-12, and no logarithm is clamped";
  cause.strikes = [](const Sighting& s) {
    return !has_clamped_logarithm(s) && std::any_of(s.values[0].begin(), s.values[0].end(),
                                                    [](double p) { return (1 - p) * p < 1e-12; });
  };
  cause.predict = kernel::binary_cross_entropy;
  cause.upstream = {"103316"};
  cause.advice = "use binary_cross_entropy_with_logits";
  cause.examples = {
      {"binary_cross_entropy(input=f64[1]{1e-20}, target=f64[1]{1})", Verdict::kWrongGradient}};
  return cause;
}

Cause poisson_full_gradient() {
  Cause cause;
  cause.name = "poisson-full-gradient";
  cause.title = "poisson_nll_loss: with `full` the gradient of a target of 0 is nan";
  cause.losses = {"poisson_nll_loss"};
  cause.verdicts = {Verdict::kWrongGradient};
  cause.condition = "full, and an element of the target is 0";
  cause.strikes = [](const Sighting& s) {
    return s.c.get<bool>(s.spec, "full") &&
           std::any_of(s.values[1].begin(), s.values[1].end(), [](double y) { return y == 0; });
  };
  cause.predict = kernel::poisson_nll;
  cause.advice = "detach the target";
  cause.examples = {
      {"poisson_nll_loss(input=f64[2], target=f64[2]{0,1}, full=true)", Verdict::kWrongGradient}};
  return cause;
}

Cause poisson_half_eps() {
  Cause cause;
  cause.name = "poisson-half-eps";
  cause.title = "poisson_nll_loss: in half precision eps is 0, and an input of 0 gives inf or nan";
  cause.losses = {"poisson_nll_loss"};
  cause.verdicts = {Verdict::kWrongValue, Verdict::kWrongReduction, Verdict::kWrongGradient};
  cause.condition = "no log_input, and an element of the input is 0 in f16 after eps is added";
  cause.strikes = [](const Sighting& s) {
    const double eps = s.c.get<double>(s.spec, "eps");
    return is_half(s.dtype(0)) && !s.c.get<bool>(s.spec, "log_input") &&
           std::any_of(s.values[0].begin(), s.values[0].end(),
                       [&](double x) { return rounded_to(s.dtype(0), x + eps) == 0; });
  };
  cause.predict = kernel::poisson_nll;
  cause.versions.last_good = "1.13.1";
  cause.versions.first_bad = "2.6";
  cause.advice = "convert to float before the loss, or give a larger eps";
  cause.examples = {{"poisson_nll_loss(input=f16[1]{0}, target=f16[1]{1}, log_input=false)",
                     Verdict::kWrongValue}};
  return cause;
}

}  // namespace

std::vector<Cause> elementwise_causes() {
  return {kl_div_batchmean(),
          zero_times_infinite_logarithm(),
          mean_gradient(),
          backward_dtype(),
          pointwise_backward_dtype(),
          smooth_l1_beta(),
          bce_partial_result(),
          bce_empty_target(),
          bce_target_gradient(),
          bce_with_logits_backward(),
          soft_margin_u8(),
          soft_margin_overflow(),
          bce_clamp(),
          bce_input_gradient(),
          poisson_full_gradient(),
          poisson_half_eps()};
}

}  // namespace shapefuzz
