// SPDX-License-Identifier: BSD-3-Clause
#include <shapefuzz/loss.h>

torch::Tensor log_cosh(const torch::Tensor& output, const torch::Tensor& target) {
  if (output.sizes() != target.sizes()) throw shapefuzz::Refused("the shapes differ");
  return (output - target).cosh().log().mean();
}

shapefuzz::Losses shapefuzz::losses() {
  return {
      shapefuzz::loss("log_cosh", log_cosh, "(output: real[*S], target: real[*S]) -> mean[*S]")};
}
