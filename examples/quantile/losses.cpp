// SPDX-License-Identifier: BSD-3-Clause
// The pinball loss of several quantiles, as it is written everywhere, and with a check.
#include <shapefuzz/loss.h>

torch::Tensor quantile_broadcasting(const torch::Tensor& prediction, const torch::Tensor& target,
                                    const std::vector<double>& quantiles) {
  const auto q = torch::tensor(quantiles, prediction.options());
  const auto error = target.unsqueeze(-1) - prediction;
  return torch::maximum(q * error, (q - 1) * error).mean();
}

torch::Tensor quantile(const torch::Tensor& prediction, const torch::Tensor& target,
                       const std::vector<double>& quantiles) {
  const auto count = static_cast<std::int64_t>(quantiles.size());
  if (target.dim() != 1 || prediction.dim() != 2 || prediction.size(0) != target.size(0) ||
      prediction.size(1) != count) {
    throw shapefuzz::Refused("quantile: expected predictions (N, Q) and targets (N)");
  }
  return quantile_broadcasting(prediction, target, quantiles);
}

shapefuzz::Losses shapefuzz::losses() {
  const char* const contract = "(prediction: real[N,len(quantiles)], target: real[N]) -> mean[N]";
  const std::vector<double> quantiles = {0.1, 0.5, 0.9};
  return {shapefuzz::loss("quantile", quantile, contract).option("quantiles", quantiles),
          shapefuzz::loss("quantile_broadcasting", quantile_broadcasting, contract)
              .option("quantiles", quantiles)};
}
