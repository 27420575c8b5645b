// SPDX-License-Identifier: BSD-3-Clause
// The dispatch target over the losses that shapefuzz::losses() returns.
#include <cstdio>
#include <cstdlib>

#include "harness/language/text/errors.h"
#include "harness/losses/own/declared.h"
#include "shapefuzz/loss.h"

extern "C" int LLVMFuzzerInitialize(int* /*argc*/, char*** /*argv*/) {
  try {
    shapefuzz::declare(shapefuzz::losses);
  } catch (const shapefuzz::InputError& error) {
    std::fprintf(stderr, "shapefuzz: %s\n", error.what());
    std::exit(2);
  }
  return 0;
}
