// SPDX-License-Identifier: BSD-3-Clause
// The property suites as a program. No LibTorch in here.
#pragma once

namespace shapefuzz {

/// Registers a test for each property of each entry of all losses, and runs them as GoogleTest's
/// options say. Returns the exit status.
int run_properties(int argc, char** argv);

}  // namespace shapefuzz
