// SPDX-License-Identifier: BSD-3-Clause
// A library with operators of somebody's own, for --load.
#include <torch/library.h>

#include <ATen/ATen.h>

namespace {

at::Tensor broadcasting(const at::Tensor& input, const at::Tensor& target, double scale,
                        std::int64_t reduction) {
  const at::Tensor losses = (input - target).pow(2) * scale;
  if (reduction == at::Reduction::None) return losses;
  return reduction == at::Reduction::Mean ? losses.mean() : losses.sum();
}

at::Tensor checked(const at::Tensor& input, const at::Tensor& target, double scale,
                   std::int64_t reduction) {
  TORCH_CHECK(input.sizes() == target.sizes(), "the shapes differ");
  return broadcasting(input, target, scale, reduction);
}

}  // namespace

TORCH_LIBRARY(shapefuzz_test, library) {
  library.def(
      "broadcasting_loss(Tensor input, Tensor target, float scale=1.0, int reduction=1) -> Tensor",
      broadcasting);
  library.def(
      "checked_loss(Tensor input, Tensor target, float scale=1.0, int reduction=1) -> Tensor",
      checked);
  library.def("listed(Tensor[] input) -> Tensor",
              [](const std::vector<at::Tensor>& input) { return input.at(0); });
}
