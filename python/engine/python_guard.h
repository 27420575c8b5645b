// SPDX-License-Identifier: BSD-3-Clause
// The guard for Python. Includes Python headers.
#pragma once

#include <pybind11/pybind11.h>

namespace shapefuzz {

/// The class `Guard(contract, name, policy)` with `demand(operands, count)`, which takes a tuple of
/// tensors and None, and throws ShapeError for the first `count` of them.
void add_guard(pybind11::module_& module);

}  // namespace shapefuzz
