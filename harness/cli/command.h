// SPDX-License-Identifier: BSD-3-Clause
// The command: options in, exit status out. Results go to standard output, everything else to
// standard error.
#pragma once

#include <functional>

namespace shapefuzz {

/// Runs the command. `prepare` comes before everything else, and may say whose losses it is about;
/// what it throws is told like what the command itself throws.
int run_command(int argc, char** argv, const std::function<void()>& prepare = nullptr);

}  // namespace shapefuzz
