// SPDX-License-Identifier: BSD-3-Clause
// Tensors as people write them in Python and C++: `torch.randn(64, 1)`, `torch::randint(0, 5,
// {3})`, `torch.tensor([1, 0, 4])`, with the methods behind them. No LibTorch in here.
#pragma once

#include <cstddef>
#include <string_view>

#include "harness/language/case/case.h"
#include "harness/language/text/cursor.h"

namespace shapefuzz {

/// Reads an expression whose shape and dtype its text tells; the cursor fails on any other. The
/// elements are kept of a list that is written out, and where no method changes them.
Operand parse_tensor(Cursor& cursor);

/// How many calls may stand in one another, as in `torch.exp(torch.abs(...))`.
constexpr std::size_t kMostNested = 64;

/// Whether such an expression begins at the cursor.
bool sees_tensor(Cursor cursor);

}  // namespace shapefuzz
