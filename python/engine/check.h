// SPDX-License-Identifier: BSD-3-Clause
// What `shapefuzz.check` and the pytest plugin ask of the engine. No LibTorch and no Python in
// here.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/oracle/judgement/judging.h"

namespace shapefuzz {

/// The policy of that name; throws InputError.
Policy policy_named(const std::string& name);

/// How far a check goes.
struct CheckBounds {
  std::size_t max_rank = 3;
  std::int64_t max_size = 3;
  std::string baseline;  ///< a file of what somebody lives with; empty: none
  std::uint64_t seed = 0;
  std::size_t jobs = 1;
};

/// What a check has found.
struct Checked {
  std::uint64_t cases = 0;            ///< that were judged
  std::vector<std::string> problems;  ///< each as `run` prints its smallest case
  std::string not_judged;             ///< what the harness could not judge; empty: nothing
};

/// Sweeps all losses of the process, and explains what is found and is not known. Throws InputError
/// and HarnessError.
Checked check_losses(const CheckBounds& bounds, const Judging& judging);

/// How a property is drawn.
struct PropertyDraws {
  std::string entry;     ///< of the loss
  std::string property;  ///< its name
  int cases = 200;
  std::uint64_t seed = 1;
  std::string baseline;  ///< a file of what somebody lives with; empty: none
};

/// The names of the properties, as tests have them.
std::vector<std::string> property_names();

/// Draws the cases of a property of the only loss of the process; without RapidCheck, which Debian
/// builds for programs only. The problem is told by the smallest case, as `run` prints it.
Checked check_property(const PropertyDraws& draws, const Judging& judging);

}  // namespace shapefuzz
