// SPDX-License-Identifier: BSD-3-Clause
// `--load lib.so --op ns::loss --contract '...'`: an operator of a loaded library as the loss that
// the command is about.
#pragma once

#include <string>
#include <vector>

namespace CLI {  // NOLINT(readability-identifier-naming): CLI11 says so
class App;
}

namespace shapefuzz {

/// Takes these options out of the arguments, loads the libraries and makes the operator the loss of
/// this process. A loaded library runs its code. Throws InputError: a library that cannot be
/// loaded, an operator that there is not, a contract that does not fit it.
std::vector<std::string> without_load(const std::vector<std::string>& arguments);

/// Says of these options what they do, for --help.
void describe_load(CLI::App& app);

}  // namespace shapefuzz
