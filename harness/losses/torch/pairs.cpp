// SPDX-License-Identifier: BSD-3-Clause
// Losses on pairs and triples: the rows of two or three inputs are compared with each other.
#include <cmath>

#include "harness/losses/torch/call.h"
#include "harness/losses/torch/families.h"
#include "harness/losses/torch/operators.h"

namespace shapefuzz {
namespace {

auto cosine_embedding_loss_options(const Arguments& a) {
  return reduced<F::CosineEmbeddingLossFuncOptions>(a).margin(a.real("margin"));
}

Loss cosine_embedding_loss() {
  return make_loss(
      "cosine_embedding_loss",
      "(input1: real[D], input2: real[D], target: sign[]) -> []"
      " | (input1: real[N,D], input2: real[N,D], target: sign[N]) -> [N]",
      {reduction_option(), {"margin", 0.0, {}, {0.25, 1.0, -0.5}}},
      {{"functional",
        [](const auto& a) {
          return F::cosine_embedding_loss(a[0], a[1], a[2], cosine_embedding_loss_options(a));
        }},
       {"module",
        [](const auto& a) {
          return torch::nn::CosineEmbeddingLoss(cosine_embedding_loss_options(a))
              ->forward(a[0], a[1], a[2]);
        }},
       {"aten",
        [](const auto& a) {
          return at::cosine_embedding_loss(a[0], a[1], a[2], a.real("margin"), at_reduction(a));
        }},
       operator_entry("aten::cosine_embedding_loss")},
      gold::cosine_embedding_loss);
}

auto margin_ranking_loss_options(const Arguments& a) {
  return reduced<F::MarginRankingLossFuncOptions>(a).margin(a.real("margin"));
}

// "Input1: (N) or (), Input2 and Target: same shape as the Input1"; the code takes any rank.
Loss margin_ranking_loss() {
  return make_loss(
      "margin_ranking_loss", "(input1: real[*S], input2: real[*S], target: sign[*S]) -> [*S]",
      {reduction_option(), {"margin", 0.0, {}, {0.25, 1.0, -0.5}}},
      {{"functional",
        [](const auto& a) {
          return F::margin_ranking_loss(a[0], a[1], a[2], margin_ranking_loss_options(a));
        }},
       {"module",
        [](const auto& a) {
          return torch::nn::MarginRankingLoss(margin_ranking_loss_options(a))
              ->forward(a[0], a[1], a[2]);
        }},
       {"aten",
        [](const auto& a) {
          return at::margin_ranking_loss(a[0], a[1], a[2], a.real("margin"), at_reduction(a));
        }},
       operator_entry("aten::margin_ranking_loss")},
      gold::margin_ranking_loss);
}

constexpr const char* kTriplet =
    "(anchor: real[D], positive: real[D], negative: real[D]) -> []"
    " | (anchor: real[N,D], positive: real[N,D], negative: real[N,D]) -> [N]";

auto triplet_margin_loss_options(const Arguments& a) {
  return reduced<F::TripletMarginLossFuncOptions>(a)
      .margin(a.real("margin"))
      .p(a.real("p"))
      .eps(a.real("eps"))
      .swap(a.flag("swap"));
}

// "p: The norm degree for pairwise distance": a vector without elements has no norm of these
// degrees (torch.linalg.vector_norm refuses them).
std::optional<std::string> illegal_degree(const Case& c, const LossSpec& spec) {
  const double p = c.get<double>(spec, "p");
  if (std::isnan(p)) return "p: a number";
  const Shape& anchor = c.find_operand("anchor")->shape;
  const bool is_empty = !anchor.empty() && anchor.from_right(0) == 0;
  if (is_empty && (p < 0 || std::isinf(p))) {
    return "p: finite and at least 0, since the vectors have no elements";
  }
  return std::nullopt;
}

Loss triplet_margin_loss() {
  Loss loss =
      make_loss("triplet_margin_loss", kTriplet,
                {reduction_option(),
                 {"margin", 1.0, {}, {0.5, 3.0, 0.0, -1.0}},
                 {"p", 2.0, {}, {1.0, 3.0, 0.5}},
                 {"eps", 1e-6, {}, {0.125}},
                 {"swap", false, {}, {true}}},
                {{"functional",
                  [](const auto& a) {
                    return F::triplet_margin_loss(a[0], a[1], a[2], triplet_margin_loss_options(a));
                  }},
                 {"module",
                  [](const auto& a) {
                    return torch::nn::TripletMarginLoss(triplet_margin_loss_options(a))
                        ->forward(a[0], a[1], a[2]);
                  }},
                 {"aten",
                  [](const auto& a) {
                    return at::triplet_margin_loss(a[0], a[1], a[2], a.real("margin"), a.real("p"),
                                                   a.real("eps"), a.flag("swap"), at_reduction(a));
                  }},
                 operator_entry("aten::triplet_margin_loss")},
                gold::triplet_margin_loss);
  loss.spec.illegal_option = illegal_degree;
  return loss;
}

auto triplet_margin_with_distance_loss_options(const Arguments& a) {
  return reduced<F::TripletMarginWithDistanceLossFuncOptions>(a)
      .margin(a.real("margin"))
      .swap(a.flag("swap"));
}

// "Input: (N, *) where * represents any number of additional dimensions as supported by the
// distance function. Output: (N)"; the default distance reduces the last dimension.
Loss triplet_margin_with_distance_loss() {
  return make_loss(
      "triplet_margin_with_distance_loss",
      "(anchor: real[*S,D], positive: real[*S,D], negative: real[*S,D]) -> [*S]",
      {reduction_option(), {"margin", 1.0, {}, {0.5, 3.0, 0.0, -1.0}}, {"swap", false, {}, {true}}},
      {{"functional",
        [](const auto& a) {
          return F::triplet_margin_with_distance_loss(a[0], a[1], a[2],
                                                      triplet_margin_with_distance_loss_options(a));
        }},
       {"module",
        [](const auto& a) {
          return torch::nn::TripletMarginWithDistanceLoss(
                     triplet_margin_with_distance_loss_options(a))
              ->forward(a[0], a[1], a[2]);
        }}},
      gold::triplet_margin_with_distance_loss);
}

}  // namespace

std::vector<Loss> pair_losses() {
  return {cosine_embedding_loss(), margin_ranking_loss(), triplet_margin_loss(),
          triplet_margin_with_distance_loss()};
}

}  // namespace shapefuzz
