// SPDX-License-Identifier: BSD-3-Clause
// Running another program.
#pragma once

#include <string>
#include <vector>

namespace shapefuzz {

/// Runs a program of the PATH to its end, without input and with its output thrown away; its exit
/// status does not matter. Throws HarnessError where no process can be had.
void run_program_quietly(const std::vector<std::string>& command);

}  // namespace shapefuzz
