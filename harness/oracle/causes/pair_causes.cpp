// SPDX-License-Identifier: BSD-3-Clause
// The bugs of the losses that compare vectors.
#include "harness/oracle/causes/cause.h"

namespace shapefuzz {
namespace {

bool has_half(const Sighting& s) { return s.dtype(0) == DType::kF16 || s.dtype(1) == DType::kF16; }

Cause cosine_norms() {
  Cause cause;
  cause.name = "cosine-norms";
  cause.title = "cosine_embedding_loss: the norms are not those of the broadcast vectors";
  cause.losses = {"cosine_embedding_loss"};
  cause.verdicts = {Verdict::kWrongValue, Verdict::kWrongReduction, Verdict::kWrongGradient};
  cause.condition = "the vectors have different lengths, one of them 1";
  cause.strikes = [](const Sighting& s) {
    const Shape& a = s.shape(0);
    const Shape& b = s.shape(1);
    return a.rank() == b.rank() && !a.empty() && a.from_right(0) != b.from_right(0);
  };
  cause.predict = kernel::cosine_embedding;
  cause.advice = "expand both operands to one shape before the call";
  cause.examples = {
      {"cosine_embedding_loss(input1=f64[1], input2=f64[2], target=f64[])", Verdict::kWrongValue}};
  return cause;
}

Cause cosine_rank() {
  Cause cause = cosine_norms();
  cause.name = "cosine-rank";
  cause.title = "cosine_embedding_loss: the rank of input2 is not checked";
  cause.verdicts = {Verdict::kWrongShape, Verdict::kWrongValue, Verdict::kWrongReduction,
                    Verdict::kWrongGradient, Verdict::kSilentBroadcast};
  cause.condition = "input2 has another rank than input1";
  cause.strikes = [](const Sighting& s) { return s.shape(0).rank() != s.shape(1).rank(); };
  cause.versions.last_bad = "1.13";
  cause.versions.first_good = "2.6";
  cause.upstream = {"112782"};
  cause.examples = {
      {"cosine_embedding_loss(input1=f64[2], input2=f64[1,2], target=f64[], reduction=none)",
       Verdict::kWrongShape},
      {"cosine_embedding_loss(input1=f64[2], input2=f64[1,2], target=f64[])",
       Verdict::kWrongValue}};
  return cause;
}

Cause cosine_half() {
  Cause cause = cosine_norms();
  cause.name = "cosine-half";
  cause.title = "cosine_embedding_loss: in half precision a zero vector gives nan";
  cause.verdicts = {Verdict::kWrongValue, Verdict::kWrongReduction};
  cause.condition = "a vector in half precision has a squared norm of 0";
  cause.strikes = has_half;
  cause.predicts_slopes = false;  // of nan there are none
  cause.upstream = {"32137", "151110"};
  cause.advice = "convert to float before the loss";
  cause.examples = {{"cosine_embedding_loss(input1=f16[2,0], input2=f64[2,0], target=f64[2])",
                     Verdict::kWrongValue},
                    {"cosine_embedding_loss(input1=f16[2,2]{0,0,1,2}, input2=f64[2,2], "
                     "target=f64[2], reduction=none)",
                     Verdict::kWrongValue}};
  return cause;
}

Cause cosine_half_gradient() {
  Cause cause = cosine_half();
  cause.name = "cosine-half-gradient";
  cause.title = "cosine_embedding_loss: in half precision the gradient of a short vector is nan";
  cause.verdicts = {Verdict::kWrongGradient};
  cause.condition = "a vector in half precision; the value is right";
  cause.strikes = [](const Sighting& s) { return is_half(s.dtype(0)) || is_half(s.dtype(1)); };
  cause.predicts_slopes = true;
  cause.gradients_may_be_nan = true;
  cause.examples = {
      {"cosine_embedding_loss(input1=f16[2,2], input2=i64[2,2], target=f64[2], "
       "reduction=none)",
       Verdict::kWrongGradient}};
  return cause;
}

Cause triplet_distances() {
  Cause cause;
  cause.name = "triplet-distances";
  cause.title =
      "triplet_margin_loss, triplet_margin_with_distance_loss: distances of vectors of different "
      "length are compared";
  cause.losses = {"triplet_margin_loss", "triplet_margin_with_distance_loss"};
  cause.verdicts = {Verdict::kWrongValue, Verdict::kWrongShape, Verdict::kWrongReduction,
                    Verdict::kWrongGradient};
  cause.condition = "the three operands have not one shape";
  cause.strikes = [](const Sighting& s) {
    return s.shape(0) != s.shape(1) || s.shape(0) != s.shape(2);
  };
  cause.predict = kernel::triplet_margin;
  cause.advice = "expand all operands to one shape before the call";
  cause.examples = {
      {"triplet_margin_loss(anchor=f64[1], positive=f64[1], negative=f64[2])",
       Verdict::kWrongValue},
      {"triplet_margin_with_distance_loss(anchor=f64[1], positive=f64[1], negative=f64[2])",
       Verdict::kWrongValue},
      {"triplet_margin_loss(anchor=f64[4], positive=f64[1], negative=f64[1], swap=true)",
       Verdict::kWrongValue}};
  return cause;
}

}  // namespace

std::vector<Cause> pair_causes() {
  return {cosine_rank(), cosine_norms(), cosine_half(), cosine_half_gradient(),
          triplet_distances()};
}

}  // namespace shapefuzz
