// SPDX-License-Identifier: BSD-3-Clause
// What the loss families share when they call LibTorch. Includes torch headers.
#pragma once

#include <torch/nn/functional/loss.h>
#include <torch/nn/modules/loss.h>

#include <stdexcept>

#include "harness/losses/loss/loss.h"

namespace shapefuzz {

namespace F = torch::nn::functional;

inline const at::Tensor& Arguments::operator[](std::size_t i) const { return operands[i]; }

/// The reduction as the variant that an options class wants (`F::MSELossFuncOptions::reduction_t`).
template <class Variant>
Variant reduction_of(const Arguments& a) {
  if (a.reduction == "none") return torch::kNone;
  if (a.reduction == "mean") return torch::kMean;
  if constexpr (std::is_constructible_v<Variant, torch::enumtype::kBatchMean>) {
    if (a.reduction == "batchmean") return torch::kBatchMean;
  }
  if (a.reduction == "sum") return torch::kSum;
  throw std::logic_error("unknown reduction");
}

/// The reduction as the number that ATen's functions take.
inline std::int64_t at_reduction(const Arguments& a) {
  if (a.reduction == "none") return at::Reduction::None;
  if (a.reduction == "mean") return at::Reduction::Mean;
  if (a.reduction == "sum") return at::Reduction::Sum;
  throw std::logic_error("no such reduction in ATen");
}

/// `Options()` with the reduction of the call.
template <class Options>
Options reduced(const Arguments& a) {
  Options options;
  using Variant = std::decay_t<decltype(options.reduction())>;
  options.reduction(reduction_of<Variant>(a));
  return options;
}

}  // namespace shapefuzz
