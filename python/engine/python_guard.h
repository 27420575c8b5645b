// SPDX-License-Identifier: BSD-3-Clause
// The guard for Python. Includes Python headers.
#pragma once

#include <pybind11/pybind11.h>

namespace shapefuzz {

/// The class `Guard(contract, name, policy)` with `demand(operands)`, which takes a tuple or a list
/// of tensors and None, and raises the package's ShapeError.
void add_guard(pybind11::module_& module);

}  // namespace shapefuzz
