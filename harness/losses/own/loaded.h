// SPDX-License-Identifier: BSD-3-Clause
// An operator of a loaded library as somebody's own loss. Includes no torch headers.
#pragma once

#include <string>

#include "harness/losses/loss/loss.h"

namespace shapefuzz {

/// Loads a library, whose operators the dispatcher knows then. The extension of a Python package
/// finds libpython and LibTorch's bindings, where they are installed. Throws InputError.
void load_library(const std::string& path);

/// The operator `ns::name` or `ns::name.overload`: its tensors are the operands, under the schema's
/// names, its other arguments the options. Without a contract nothing is promised. Throws
/// InputError: no such operator (with the names that come near), another contract than the
/// schema's.
Loss loaded_operator(const std::string& name, const std::string& contract);

}  // namespace shapefuzz
