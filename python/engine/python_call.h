// SPDX-License-Identifier: BSD-3-Clause
// A function of Python as the call of a loss. Includes torch and Python headers.
#pragma once

#include <pybind11/pybind11.h>

#include <string>
#include <vector>

#include "shapefuzz/call.h"

namespace shapefuzz {

/// Where an operand or an option goes in a call.
struct ArgumentSlot {
  bool is_operand = true;
  std::size_t index = 0;  ///< among the operands of the contract, or among the options
  std::string keyword;    ///< empty: by place
  /// An operand that a case leaves out is left out here too, or is None.
  bool may_be_left_out = false;
  bool is_tuple = false;  ///< a list that the function has as a tuple
};

/// Calls `function`, which must hold the GIL for nobody: it is taken in each call. What the
/// function raises is thrown: as std::runtime_error what refuses, as BadResult what is a fault of
/// the loss (NameError, TypeError, AttributeError, ImportError, RecursionError, and what is no
/// Exception). SystemExit ends the process. A result is a tensor, a tuple or a list whose first is
/// one, or a number; of anything else BadResult tells.
OwnCall python_call(pybind11::object function, std::vector<ArgumentSlot> slots);

/// While one lives, each call in this thread is that of the function under torch.compile.
class CompiledCalls {
 public:
  CompiledCalls();
  ~CompiledCalls();
  CompiledCalls(const CompiledCalls&) = delete;
  CompiledCalls& operator=(const CompiledCalls&) = delete;
};

}  // namespace shapefuzz
