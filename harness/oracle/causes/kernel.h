// SPDX-License-Identifier: BSD-3-Clause
// What LibTorch's kernels compute, its bugs included, in plain C++ over doubles: the predictions of
// the causes. A prediction that called the kernel would explain any change of it.
#pragma once

#include <array>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/losses/loss/loss.h"
#include "harness/oracle/causes/array.h"

namespace shapefuzz {

/// One call, as a kernel gets it: the operands in the shapes in which they came.
struct KernelCall {
  const Loss& loss;
  const Case& c;
  std::array<Array, kMaxOperands> operands;  ///< of those that are there

  const Array& operator[](std::size_t i) const { return operands[i]; }
  /// The i-th operand of the contract as the case has it; null without it.
  const Operand* find(std::size_t i) const {
    return c.find_operand(loss.spec.contract.operands()[i].name);
  }
  bool has(std::size_t i) const { return find(i) != nullptr; }
  DType dtype(std::size_t i) const { return find(i)->dtype; }
  double real(std::string_view option) const { return c.get<double>(loss.spec, option); }
  std::int64_t integer(std::string_view option) const {
    return c.get<std::int64_t>(loss.spec, option);
  }
  bool flag(std::string_view option) const { return c.get<bool>(loss.spec, option); }
  const std::string& reduction() const { return c.get<std::string>(loss.spec, "reduction"); }
};

/// What the call returns, and the gradient of each operand of the sum of the result's elements,
/// each times its weight. Without gradients they are those of the value.
struct Prediction {
  Array value;
  std::array<std::optional<Array>, kMaxOperands> gradients = {};
  /// Nothing is divided by nothing, or the option is a NaN: one is as right as the number, and as
  /// right as its gradient.
  bool may_be_nan = false;
  /// The largest number on the way to the value, by which it is rounded.
  double scale = 0;
  /// The largest power or product on the way, which may overflow where the value does not.
  double peak = 0;
  /// A small denominator makes the value too steep for finite differences, or it is at a kink.
  bool is_steep = false;
  /// How many losses there are before the reduction, where the operands do not tell.
  std::size_t summands = 0;
};

/// `cotangent` has the weights of the result's elements. Throws Unpredictable.
using Predict = Prediction (*)(const KernelCall& call, const std::vector<double>& cotangent);

/// The dtype of an operation on two operands (PyTorch documentation, "Type promotion"): a scalar
/// counts only where it is of a higher category, as a floating one beside whole numbers.
DType dtype_of(const KernelCall& call, std::size_t i, std::size_t k);

/// A whole number as a uint8 holds it: -1 is 255.
inline double as_byte(double value) {
  constexpr double kBytes = 256;
  return value - kBytes * std::floor(value / kBytes);
}

/// The losses under the call's reduction: all of them, their mean or their sum.
Array reduced(const KernelCall& call, const Array& losses);
/// The weight that the reduction gives each of so many losses in what is differentiated.
Array weights_of(const KernelCall& call, const Shape& losses, const std::vector<double>& cotangent);

/// The documented formula on the operands broadcast to their common shape, element by element.
Array elementwise(const KernelCall& call);
/// The same under the call's reduction: what a loss computes that broadcasts its operands.
Prediction broadcast_formula(const KernelCall& call, const std::vector<double>& cotangent);
/// The documented formula on the operands as the contract reads them.
Prediction as_documented(const KernelCall& call, const std::vector<double>& cotangent);

/// What lies in an operand's memory from its first element on: what a kernel reads that takes it
/// for contiguous. An operand with gaps has zeros between its elements, the slice of a larger one
/// the same elements behind it, and a transposed one its columns behind each other (tensors.cpp).
std::vector<double> as_it_lies(const Operand& operand, const Array& array);

/// A call of binary_cross_entropy_with_logits as it is computed: of a uint8 pos_weight 0 - 1 is
/// 255.
KernelCall with_wrapped_pos_weight(const KernelCall& call);

namespace kernel {

Prediction kl_div(const KernelCall& call, const std::vector<double>& cotangent);
Prediction cross_entropy(const KernelCall& call, const std::vector<double>& cotangent);
Prediction pointwise_with_mean_gradient(const KernelCall& call,
                                        const std::vector<double>& cotangent);
Prediction smooth_l1_with_beta_1(const KernelCall& call, const std::vector<double>& cotangent);
Prediction binary_cross_entropy(const KernelCall& call, const std::vector<double>& cotangent);
Prediction binary_cross_entropy_with_logits(const KernelCall& call,
                                            const std::vector<double>& cotangent);
Prediction soft_margin(const KernelCall& call, const std::vector<double>& cotangent);
Prediction poisson_nll(const KernelCall& call, const std::vector<double>& cotangent);
Prediction hinge_embedding(const KernelCall& call, const std::vector<double>& cotangent);

Prediction nll_of_the_first(const KernelCall& call, const std::vector<double>& cotangent);
Prediction multi_margin(const KernelCall& call, const std::vector<double>& cotangent);
Prediction multi_margin_by_address(const KernelCall& call, const std::vector<double>& cotangent);
Prediction multilabel_soft_margin(const KernelCall& call, const std::vector<double>& cotangent);

Prediction cosine_embedding(const KernelCall& call, const std::vector<double>& cotangent);
Prediction triplet_margin(const KernelCall& call, const std::vector<double>& cotangent);

Prediction ctc(const KernelCall& call, const std::vector<double>& cotangent);
Prediction adaptive(const KernelCall& call, const std::vector<double>& cotangent);

}  // namespace kernel
}  // namespace shapefuzz
