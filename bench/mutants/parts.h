// SPDX-License-Identifier: BSD-3-Clause
// What the faulty losses have in common: their checks, which are all that a correct one needs, and
// the reductions.
#pragma once

#include <ATen/ATen.h>

#include <string>
#include <vector>

#include "bench/mutants/mutant.h"

namespace shapefuzz {

using at::Tensor;
using Word = const std::string&;

/// Floating tensors of one dtype.
inline void check_dtypes(const Tensor& output, const Tensor& other) {
  TORCH_CHECK(output.is_floating_point() && other.scalar_type() == output.scalar_type(),
              "expected floating operands of one dtype, found ", output.scalar_type(), " and ",
              other.scalar_type());
}

/// Of one shape, with a batch.
inline void check_shapes(const Tensor& output, const Tensor& target) {
  TORCH_CHECK(output.dim() > 0 && output.sizes() == target.sizes(),
              "expected a target of the output's shape ", output.sizes(), ", found ",
              target.sizes());
}

/// `reduction` is none, mean or sum.
inline void check_reduction(const std::string& reduction) {
  TORCH_CHECK(reduction == "none" || reduction == "mean" || reduction == "sum",
              "expected a reduction none, mean or sum, found ", reduction);
}

inline Tensor reduced(const Tensor& losses, const std::string& reduction) {
  check_reduction(reduction);
  if (reduction == "none") return losses;
  return reduction == "mean" ? losses.mean() : losses.sum();
}

/// The same number with `factor` times the gradient.
inline Tensor with_gradient(const Tensor& value, double factor) {
  return value + (factor - 1) * (value - value.detach());
}

/// The families, one a file; each in the order of list.tsv.
void add_elementwise_mutants(std::vector<Mutant>& all);
void add_condition_mutants(std::vector<Mutant>& all);
void add_memory_mutants(std::vector<Mutant>& all);
void add_weight_mutants(std::vector<Mutant>& all);
void add_class_mutants(std::vector<Mutant>& all);
void add_sample_mutants(std::vector<Mutant>& all);
void add_pair_mutants(std::vector<Mutant>& all);

}  // namespace shapefuzz
