// SPDX-License-Identifier: BSD-3-Clause
// The interpreter's torch.compile for the device `compile`.
#pragma once

namespace shapefuzz {

/// Makes the package's `_compiled` the compiler of this process: of PyTorch's losses it compiles
/// the expression that `emit --as python` writes, of somebody's own the function itself.
void use_compiler_of_python();

}  // namespace shapefuzz
