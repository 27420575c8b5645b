// SPDX-License-Identifier: BSD-3-Clause
// A library that throws while it is loaded.
#include <stdexcept>

namespace {
const int kThrown = [] { return throw std::runtime_error("a static initialiser"), 0; }();
}  // namespace
