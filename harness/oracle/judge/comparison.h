// SPDX-License-Identifier: BSD-3-Clause
// Comparing what LibTorch did with a reference: an execution on expanded operands, the gold
// formula, its finite differences. Includes torch headers.
#pragma once

#include <string>

#include "harness/oracle/judge/execute.h"
#include "harness/oracle/judgement/verdict.h"

namespace shapefuzz {

/// How far an execution agrees with a reference, the nearest first.
enum class Agreement { kEqual, kGradient, kValue, kShape, kNoReference };

struct Comparison {
  Agreement agreement = Agreement::kEqual;
  std::string detail;    ///< what differs, in a sentence
  Shape expected_shape;  ///< of the reference's result
  /// The reference has another unreduced shape than the contract, so it is none; `detail` says it.
  bool contradiction = false;
  Basis::Reference reference = Basis::Reference::kNone;
};

/// "for q [4,1] and reward [4] the unreduced loss is [4,4], where the contract says [4,1]": the
/// sentence about a call whose unreduced result has another shape than its contract. `shapes` are
/// those of the operands, in the contract's order.
std::string contradiction_text(const Loss& loss, const Case& c,
                               const std::array<Shape, kMaxOperands>& shapes,
                               const Shape& unreduced, const Shape& documented);

/// What two calls are called in the sentence about their difference.
struct Wording {
  std::string actual = "the result";  ///< "... is 2, expected 1"
  std::string verb = "is";
  std::string expected = "expected";
};

/// Shape and value.
Comparison compare_values(const Loss& loss, const Tensors& operands, const Execution& actual,
                          const Execution& expected, const Wording& wording = {});

/// Shape, value and the gradient of every operand.
Comparison compare_executions(const Loss& loss, const Case& c, const Tensors& operands,
                              const Execution& actual, const Execution& expected,
                              const Wording& wording = {});

/// The same with the reference for `reading`. A gradient that lies between those of operands a
/// rounding away is no difference: 0-dimensional operands are rounded to the other ones' dtype,
/// expanded they are not, and next to a kink that decides which side it is.
Comparison compare_with_expanded(const Loss& loss, const Case& c, const Tensors& operands,
                                 const Execution& actual, const Reading& reading);
/// The same where the reference is executed already.
Comparison compare_with_expanded(const Loss& loss, const Case& c, const Tensors& operands,
                                 const Execution& actual, const Reading& reading,
                                 const Execution& expected);

/// The value against the gold formula; the shapes must be those of the reading.
Comparison compare_with_gold(const Loss& loss, const Case& c, const Execution& actual,
                             const OperandSet& operands, const Reading& reading);

/// The gradients against finite differences of the gold formula, wherever those are certain.
Comparison compare_with_slopes(const Loss& loss, const Case& c, const Execution& actual,
                               const OperandSet& operands, const Reading& reading);

/// The result of a backward operator against finite differences of the formula of its loss.
Comparison compare_with_derivative(const Loss& loss, const Case& c, const Execution& actual,
                                   const OperandSet& operands);

/// The gradients of somebody's own loss against the slopes of the loss itself, by finite
/// differences of calls in f64. Equal where it computes in less inside, where an operand gets no
/// gradient, and where its gradient is its own on purpose.
Comparison compare_with_own_slopes(const Loss& loss, const Case& c, const Execution& actual,
                                   const OperandSet& operands);

}  // namespace shapefuzz
