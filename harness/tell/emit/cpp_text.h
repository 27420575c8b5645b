// SPDX-License-Identifier: BSD-3-Clause
// What C++ programs and tests have in common as texts.
#pragma once

#include <string>

#include "harness/tell/emit/program.h"

namespace shapefuzz {

/// Every line behind `// `.
std::string cpp_comment(const std::string& text);

/// The includes that the statements of a body need beyond torch.h, and behind them what it calls.
std::string cpp_includes(const std::string& body);
std::string cpp_helpers(const std::string& body);
/// The declaration of the function that the exhibit's case calls, if it is somebody's own.
std::string own_declaration(const Dialect& dialect, const Exhibit& exhibit);

}  // namespace shapefuzz
