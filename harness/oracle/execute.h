// Running a loss once, forward and backward, and keeping what happened. Includes torch headers.
#pragma once

#include <ATen/ATen.h>

#include <array>
#include <cstdint>
#include <string>

#include "harness/contract/unify.h"
#include "harness/losses/loss.h"

namespace shapefuzz {

using Tensors = std::array<at::Tensor, kMaxOperands>;

/// What one run left. Without `accepted`, only `message` and `clean` mean something.
struct Execution {
  bool accepted = false;
  bool backward_accepted = true;
  bool clean = true;    ///< refused by a c10::Error that is no internal assert
  std::string message;  ///< of the refusal, forward or backward
  at::Tensor value;
  Tensors gradients;    ///< by operand; undefined stands for zero
};

/// The operands of the case as leaves: those that can carry a gradient require one.
Tensors make_operands(const Loss& loss, const Case& c, const Reading& reading);

/// Calls the entry as the case says.
Execution execute(const Loss& loss, const Case& c, const Tensors& operands);

/// The reference for `reading`: every operand without leading ones and expanded to the reading's
/// shape, the loss called with `reduction=none`, the result reduced as documented.
Execution execute_reference(const Loss& loss, const Case& c, const Tensors& operands,
                            const Reading& reading);

/// Warnings that LibTorch has issued so far; they are counted, not printed.
std::uint64_t warnings_so_far();

}  // namespace shapefuzz
