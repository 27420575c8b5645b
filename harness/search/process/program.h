// SPDX-License-Identifier: BSD-3-Clause
// Running another program.
#pragma once

#include <string>
#include <vector>

namespace shapefuzz {

/// Runs a program of the PATH to its end, without input and with its output thrown away; its exit
/// status does not matter. Throws HarnessError where no process can be had.
void run_program_quietly(const std::vector<std::string>& command);

/// What a program printed, and how it ended.
struct ProgramOutput {
  int status = 0;  ///< as waitpid has it
  std::string out;
  std::string errors;
};

/// Runs a program of the PATH with that standard input to its end, or until `seconds` have passed:
/// then SIGALRM ends it. Exit status 127 where there is no such program. Throws HarnessError.
ProgramOutput run_program(const std::vector<std::string>& command, const std::string& input,
                          unsigned seconds);

}  // namespace shapefuzz
