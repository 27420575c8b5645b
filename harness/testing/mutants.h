// SPDX-License-Identifier: BSD-3-Clause
// Deliberately broken losses, to prove that the oracle catches what it claims to catch. For tests
// only. Includes torch headers.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "harness/losses/loss/loss.h"

namespace shapefuzz {

struct Mutant {
  Loss loss;
  std::string example;  ///< a case that shows the fault
  std::string verdict;  ///< what the oracle must say of it
  std::string name;
};

/// GoogleTest names a failing mutant with this.
inline void PrintTo(const Mutant& mutant, std::ostream* out) { *out << mutant.name; }

/// Named faults of an element-wise squared error, each with the case that shows it.
std::vector<Mutant> all_mutants();

/// `loss` with one fault in its formula, in every entry: an option's value, an optional operand,
/// the class of an index, two operands, the divisor, a gradient. `example` and `verdict` are empty.
std::vector<Mutant> formula_mutants(const Loss& loss);

/// `loss` with a divisor that is wrong on two elements: its mean is their sum.
Loss with_doubled_mean(const Loss& loss);
/// `loss` with twice the result, whatever the reduction.
Loss with_doubled_result(const Loss& loss);
/// `loss` with every loss less by 0.2, and so is their mean.
Loss with_less(const Loss& loss);
/// `loss` with the right mean, and the gradient of that sum.
Loss with_doubled_gradient(const Loss& loss);

/// The same loss without a fault; the oracle must not find anything in it.
Loss healthy_loss();

/// `(reward + 0.9 next_q - q)^2` with one reward a sample and columns of predictions: every reward
/// meets every prediction, in the very shapes that its contract demands.
Loss td_loss();

/// Squared errors over a variance for each row, where the contract has one for each number too.
/// `per_number_first` is the order of its alternatives.
Loss gaussian_loss(bool per_number_first);

/// Squared errors times a weight for each row; the contract has one for each column before that.
Loss loss_weighted_by_rows();

/// One that has another shape on the device meta only.
Loss loss_of_another_shape_on_meta();
/// One that checks its shapes on the other devices only.
Loss loss_that_meta_does_not_check();

}  // namespace shapefuzz
