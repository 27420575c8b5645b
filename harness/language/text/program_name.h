// SPDX-License-Identifier: BSD-3-Clause
// What a person types to run this program, for the commands that are shown to them.
#pragma once

#include <string>

namespace shapefuzz {

/// `shapefuzz`, or what set_program_name was given.
const std::string& program_name();
void set_program_name(std::string text);

}  // namespace shapefuzz
