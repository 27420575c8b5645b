// SPDX-License-Identifier: BSD-3-Clause
// The gold formulas: every loss as its documentation writes it, in plain C++ over doubles.
//
// No LibTorch in here; that is the point. A comparison of LibTorch with itself proves nothing about
// a valid call, a comparison with these does. Operands come with the shapes of a valid call.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "harness/language/case/case.h"

namespace shapefuzz {

/// A formula that cannot say what a call gives: it reads what an operand does not have, or has not
/// as many losses as its contract. That is a fault of the formula or the contract, never of the
/// loss.
class FormulaError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// An operand of a valid call: its elements in row-major order. What it does not have throws
/// FormulaError.
struct GoldOperand {
  bool present = false;
  Shape shape;
  std::vector<double> values;
  std::string_view name = "an operand";

  double operator[](std::size_t i) const {
    if (i >= values.size()) fail_at(i);
    return values[i];
  }
  std::size_t size() const { return values.size(); }
  /// The `count` elements from `first` on.
  const double* row(std::size_t first, std::size_t count) const {
    if (first + count > values.size()) fail_at(first + count - 1);
    return values.data() + first;
  }
  /// The class that the i-th element names, of as many as there are.
  std::size_t class_at(std::size_t i, std::size_t classes) const {
    const double named = (*this)[i];
    if (!(named >= 0 && named < static_cast<double>(classes))) fail_with_class(named, classes);
    return static_cast<std::size_t>(named);
  }

 private:
  [[noreturn]] void fail_at(std::size_t i) const;
  [[noreturn]] void fail_with_class(double named, std::size_t classes) const;
};

struct GoldCall {
  const LossSpec* spec = nullptr;
  const Case* c = nullptr;
  std::array<GoldOperand, kMaxOperands> operands;

  const GoldOperand& operator[](std::size_t i) const { return operands[i]; }
  double real(std::string_view option) const { return c->get<double>(*spec, option); }
  std::int64_t integer(std::string_view option) const {
    return c->get<std::int64_t>(*spec, option);
  }
  bool flag(std::string_view option) const { return c->get<bool>(*spec, option); }
};

struct GoldLoss {
  std::vector<double> losses;  ///< unreduced, row-major in the contract's result shape
  /// The documented `mean`, where it is not the mean over `losses`.
  std::optional<double> mean;
  /// The largest number on the way, where a loss is a small difference of large ones: it is as
  /// inexact as they are.
  double scale = 1;
  /// The largest number of the documented formula itself, where that is more than its losses: a
  /// squared norm. What a dtype cannot hold is infinite in it, and no miscalculation.
  double peak = 0;
  /// The smallest number of it that is not 0, where that is less than its losses: a power of a
  /// small distance. What a dtype cannot hold is 0 in it, and its slope divided by 0.
  double least = std::numeric_limits<double>::infinity();
  /// A reduction divides nothing by nothing, so that a NaN is as right as the number here.
  bool may_be_nan = false;
};

using GoldFormula = std::function<GoldLoss(const GoldCall&)>;

/// The result under `reduction`, as every loss documents it: none, mean, sum; batchmean divides the
/// sum by the first size of the output (1 for a scalar).
std::vector<double> reduce(const GoldLoss& loss, const GoldCall& call, std::string_view reduction);

/// The largest number that the loss or one of its reductions has to hold.
double peak_of(const GoldLoss& loss);

namespace gold {

GoldLoss l1_loss(const GoldCall& call);
GoldLoss mse_loss(const GoldCall& call);
GoldLoss smooth_l1_loss(const GoldCall& call);
GoldLoss huber_loss(const GoldCall& call);
GoldLoss kl_div(const GoldCall& call);
GoldLoss poisson_nll_loss(const GoldCall& call);
GoldLoss hinge_embedding_loss(const GoldCall& call);
GoldLoss soft_margin_loss(const GoldCall& call);
GoldLoss binary_cross_entropy(const GoldCall& call);
GoldLoss binary_cross_entropy_with_logits(const GoldCall& call);

GoldLoss nll_loss(const GoldCall& call);
GoldLoss cross_entropy(const GoldCall& call);
GoldLoss multi_margin_loss(const GoldCall& call);
GoldLoss multilabel_margin_loss(const GoldCall& call);
GoldLoss multilabel_soft_margin_loss(const GoldCall& call);

GoldLoss cosine_embedding_loss(const GoldCall& call);
GoldLoss margin_ranking_loss(const GoldCall& call);
GoldLoss triplet_margin_loss(const GoldCall& call);
GoldLoss triplet_margin_with_distance_loss(const GoldCall& call);

GoldLoss ctc_loss(const GoldCall& call);
GoldLoss adaptive_log_softmax_with_loss(const GoldCall& call);

}  // namespace gold
}  // namespace shapefuzz
