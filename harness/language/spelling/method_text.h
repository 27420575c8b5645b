// SPDX-License-Identifier: BSD-3-Clause
// The methods behind a tensor that people write: `.unsqueeze(1)`, `.view(-1, 1).to(torch.long)`. No
// LibTorch in here.
#pragma once

#include "harness/language/case/case.h"
#include "harness/language/text/cursor.h"

namespace shapefuzz {

/// Reads the methods that stand at the cursor and does to the operand what they do; the cursor
/// fails on one that cannot be read here. The values are dropped where a method changes them.
void parse_methods(Cursor& cursor, Operand& operand);

}  // namespace shapefuzz
