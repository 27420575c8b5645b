// SPDX-License-Identifier: BSD-3-Clause
// What goes wrong, by whose fault it is.
#pragma once

#include <stdexcept>

namespace shapefuzz {

/// What the user gave is wrong; the message is ready for them. Exit status 2.
class InputError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The harness itself failed, not a loss. Exit status 3.
class HarnessError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace shapefuzz
