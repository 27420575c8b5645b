// SPDX-License-Identifier: BSD-3-Clause
// The command over the losses that shapefuzz::losses() returns: what a user's program is linked
// with.
#include <exception>
#include <string>

#include <unistd.h>
#include <cstdio>

#include "harness/cli/command.h"
#include "harness/language/text/parse_error.h"
#include "harness/language/text/program_name.h"
#include "harness/losses/own/declared.h"
#include "shapefuzz/loss.h"

namespace {

// A static initialiser of the user's that throws has nobody to tell.
[[noreturn]] void tell_of_initialiser() {
  std::string what = "an exception of another type";
  try {
    if (const std::exception_ptr thrown = std::current_exception()) std::rethrow_exception(thrown);
  } catch (const std::exception& error) {
    what = error.what();
  } catch (...) {
  }
  std::fprintf(stderr, "shapefuzz: a static initialiser of the losses' program threw: %s\n",
               shapefuzz::printable_lines(what).c_str());
  ::_exit(2);
}

std::terminate_handler before_main = nullptr;

// Before the initialisers of files without a priority.
[[gnu::constructor(101)]] void watch_initialisers() {
  before_main = std::set_terminate(tell_of_initialiser);
}

}  // namespace

int main(int argc, char** argv) {
  std::set_terminate(before_main);
  shapefuzz::set_program_name(argv[0]);
  return shapefuzz::run_command(argc, argv, [] { shapefuzz::declare(shapefuzz::losses); });
}
