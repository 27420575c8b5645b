// SPDX-License-Identifier: BSD-3-Clause
// Running a loss once, forward and backward, and keeping what happened. Includes torch headers.
#pragma once

#include <ATen/ATen.h>

#include <array>
#include <string>

#include "harness/language/contract/unify.h"
#include "harness/losses/loss/loss.h"
#include "harness/oracle/judge/gold_reference.h"

namespace shapefuzz {

using Tensors = std::array<at::Tensor, kMaxOperands>;

/// The operands of a case: as leaves, those that can carry a gradient requiring one, and as the
/// numbers that LibTorch sees in them.
struct OperandSet {
  Tensors tensors;
  OperandValues values;
  /// By operand, of the formula at these values; empty until somebody asks (compare_with_slopes).
  mutable std::array<std::vector<Slope>, kMaxOperands> slopes;
};

/// What one run left. Without `accepted`, only `message` and `clean` mean something.
struct Execution {
  bool accepted = false;
  bool backward_accepted = true;
  bool warned = false;  ///< the forward call issued a warning
  bool clean = true;    ///< refused by a c10::Error, and no internal assert
  std::string message;  ///< of the refusal, forward or backward
  std::string site;     ///< where in LibTorch it was refused
  at::Tensor value;
  Tensors gradients;  ///< by operand; undefined stands for zero
  Shape unreduced;    ///< of a reference: the result's shape before the reduction
};

/// Whether two runs left the same, to the bit.
bool same_bits(const Execution& a, const Execution& b);

/// Draws what the case does not list, with the names of `reading` for the kinds.
OperandSet make_operands(const Loss& loss, const Case& c, const Reading& reading);

/// Calls the entry as the case says.
Execution execute(const Loss& loss, const Case& c, const Tensors& operands);

/// The same without the backward.
Execution execute_forward(const Loss& loss, const Case& c, const Tensors& operands);

/// Forward with `reduction=none`, without a gradient; `unreduced` is the shape of the result.
Execution execute_unreduced(const Loss& loss, const Case& c, const Tensors& operands);

/// For tests: from now on `execute` returns this many times the value that it should, and no other
/// function of this file does.
void plant_factor_in_execute(double factor);

/// Every operand without leading ones, expanded to the shape that `reading` gives it.
Tensors expanded_operands(const Tensors& operands, const Reading& reading);

/// The reference for `reading`: every operand without leading ones and expanded to the reading's
/// shape, the loss called with `reduction=none`, the result reduced as documented.
Execution execute_reference(const Loss& loss, const Case& c, const Tensors& operands,
                            const Reading& reading);

/// The call itself on operands that are expanded as for the reference: what a loss that folds its
/// losses makes of a broadcast, which nobody who asks its samples alone can tell.
Execution execute_expanded(const Loss& loss, const Case& c, const Tensors& operands,
                           const Reading& reading);

/// What the documented reduction makes of the result of an unreduced call, without a backward.
Execution reduce_as_documented(const Loss& loss, const Case& c, const at::Tensor& unreduced,
                               const Tensors& operands, const Reading& reading);

/// The weights of a result's elements in the scalar that is differentiated: all different, so that
/// a gradient that reached the wrong element shows; 1 for a scalar.
std::vector<double> cotangent_of(const Shape& result);

}  // namespace shapefuzz
