// SPDX-License-Identifier: BSD-3-Clause
// The property suites over the losses that shapefuzz::losses() returns.
#include <cstdio>
#include <string>

#include "harness/language/text/errors.h"
#include "harness/language/text/program_name.h"
#include "harness/losses/own/declared.h"
#include "properties/loss_properties.h"
#include "shapefuzz/loss.h"

namespace {

// Of `build/my_losses_properties`: the command beside it.
std::string command_beside(const std::string& suite) {
  const std::string ending = "_properties";
  const bool has_it = suite.size() > ending.size() &&
                      suite.compare(suite.size() - ending.size(), ending.size(), ending) == 0;
  return has_it ? suite.substr(0, suite.size() - ending.size()) : "shapefuzz";
}

}  // namespace

int main(int argc, char** argv) {
  shapefuzz::set_program_name(command_beside(argv[0]));
  try {
    shapefuzz::declare(shapefuzz::losses);
    return shapefuzz::run_properties(argc, argv);
  } catch (const shapefuzz::InputError& error) {
    std::fprintf(stderr, "shapefuzz: %s\n", error.what());
    return 2;
  }
}
