// SPDX-License-Identifier: BSD-3-Clause
// The focal loss for binary labels (Lin et al. 2017), as it is written everywhere, and with a
// check.
#include <shapefuzz/loss.h>

torch::Tensor focal_broadcasting(const torch::Tensor& logits, const torch::Tensor& labels,
                                 double gamma) {
  const auto p = torch::sigmoid(logits);
  const auto cross_entropy =
      logits.clamp_min(0) - logits * labels + torch::log1p(torch::exp(-logits.abs()));
  const auto p_true = p * labels + (1 - p) * (1 - labels);
  return (cross_entropy * torch::pow(1 - p_true, gamma)).mean();
}

torch::Tensor focal(const torch::Tensor& logits, const torch::Tensor& labels, double gamma) {
  if (logits.sizes() != labels.sizes()) {
    throw shapefuzz::Refused("focal: logits and labels have different shapes");
  }
  return focal_broadcasting(logits, labels, gamma);
}

shapefuzz::Losses shapefuzz::losses() {
  const char* const contract = "(logits: real[*S], labels: binary[*S]) -> mean[*S]";
  return {shapefuzz::loss("focal", focal, contract).option("gamma", 2.0),
          shapefuzz::loss("focal_broadcasting", focal_broadcasting, contract).option("gamma", 2.0)};
}
