// SPDX-License-Identifier: BSD-3-Clause
// What a person types to run this program, for the commands that are shown to them.
#pragma once

#include <string>

namespace shapefuzz {

/// `shapefuzz`, or what set_program_name was given.
const std::string& program_name();
/// One of its commands, up to its own arguments: `shapefuzz run`, or, of a program that reads its
/// losses from a file, `python3 -m shapefuzz run losses.py`.
std::string typed(const std::string& command);
/// The file of Python that its losses are from; empty if they are not from one.
std::string source_file();
/// `file` is what stands behind each command.
void set_program_name(std::string name, std::string file = "");

}  // namespace shapefuzz
