// SPDX-License-Identifier: BSD-3-Clause
// The Dice loss of segmentation, one number a sample, as it is written everywhere, and with a
// check.
#include <shapefuzz/loss.h>

torch::Tensor dice_broadcasting(const torch::Tensor& output, const torch::Tensor& mask,
                                double smooth) {
  const auto common = (output * mask).flatten(1).sum(1);
  const auto both = (output + mask).flatten(1).sum(1);
  return (1 - (2 * common + smooth) / (both + smooth)).mean();
}

torch::Tensor dice(const torch::Tensor& output, const torch::Tensor& mask, double smooth) {
  if (output.dim() < 2 || output.sizes() != mask.sizes()) {
    throw shapefuzz::Refused("dice: output and mask need one shape, (N, C, ...)");
  }
  return dice_broadcasting(output, mask, smooth);
}

shapefuzz::Losses shapefuzz::losses() {
  const char* const contract = "(output: prob[N,C,*d], mask: binary[N,C,*d]) -> mean[N]";
  return {shapefuzz::loss("dice", dice, contract).option("smooth", 1.0),
          shapefuzz::loss("dice_broadcasting", dice_broadcasting, contract).option("smooth", 1.0)};
}
