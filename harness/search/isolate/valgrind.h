// SPDX-License-Identifier: BSD-3-Clause
// A second opinion on a memory error: the case runs again under valgrind's memcheck, without our
// allocator.
#pragma once

#include <string>

#include "harness/language/case/case.h"

namespace shapefuzz {

/// Throws InputError if there is no valgrind.
void require_valgrind();

/// `agrees: ...` or `disagrees: ...` with our verdict, and what memcheck found during the call.
std::string opinion_of_valgrind(const Case& c, bool is_memory_error);

}  // namespace shapefuzz
