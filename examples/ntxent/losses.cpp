// SPDX-License-Identifier: BSD-3-Clause
// The contrastive loss of SimCLR (Chen et al. 2020), as it is written everywhere, and with a check.
#include <shapefuzz/loss.h>

torch::Tensor ntxent_broadcasting(const torch::Tensor& view, const torch::Tensor& other,
                                  double temperature) {
  const auto similarity =
      torch::cosine_similarity(view.unsqueeze(1), other.unsqueeze(0), -1) / temperature;
  return -torch::log_softmax(similarity, 1).diagonal().mean();
}

torch::Tensor ntxent(const torch::Tensor& view, const torch::Tensor& other, double temperature) {
  if (view.dim() != 2 || view.sizes() != other.sizes()) {
    throw shapefuzz::Refused("ntxent: both views need one shape, (N, D)");
  }
  return ntxent_broadcasting(view, other, temperature);
}

shapefuzz::Losses shapefuzz::losses() {
  const char* const contract = "(view: real[N,D], other: real[N,D]) -> []";
  return {shapefuzz::loss("ntxent", ntxent, contract).option("temperature", 0.5),
          shapefuzz::loss("ntxent_broadcasting", ntxent_broadcasting, contract)
              .option("temperature", 0.5)};
}
