// SPDX-License-Identifier: BSD-3-Clause
// Edits: the method calls that a person appends to an operand, as in `target.unsqueeze(-1)`.
// No LibTorch in here; `edit_libtorch_test.cpp` proves each method equal to LibTorch's own.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/language/case/case.h"

namespace shapefuzz {

/// The methods of torch::Tensor that undo what people get wrong.
enum class Method { kTo, kSqueeze, kUnsqueeze, kTranspose, kPermute, kReshape, kExpand, kArgmax };

/// One call of a method.
struct EditStep {
  Method method = Method::kTo;
  std::vector<std::int64_t> numbers = {};  ///< dimensions; of reshape and expand the sizes
  DType dtype = DType::kF64;               ///< of kTo
};

/// The calls on one operand, in their order.
struct Edit {
  std::string operand;
  std::vector<EditStep> steps;
};

/// The operand behind the step, contiguous, with its listed values moved or converted as LibTorch
/// does it. The step must be legal for the operand's shape.
Operand applied(const EditStep& step, Operand operand);

/// `target.to(torch::kLong).squeeze(1)`.
std::string to_cpp(const Edit& edit);
/// `target.long().squeeze(1)`.
std::string to_python(const Edit& edit);

}  // namespace shapefuzz
