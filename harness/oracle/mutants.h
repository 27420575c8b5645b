// Deliberately broken losses, to prove that the oracle catches what it claims to catch. For tests
// only. Includes torch headers.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "harness/losses/loss.h"

namespace shapefuzz {

struct Mutant {
  Loss loss;
  std::string example;  ///< a case that shows the fault
  std::string verdict;  ///< what the oracle must say of it
};

/// GoogleTest names a failing mutant with this.
inline void PrintTo(const Mutant& mutant, std::ostream* out) { *out << mutant.loss.spec.name; }

/// Named faults of an element-wise squared error, each with the case that shows it.
std::vector<Mutant> all_mutants();

/// The same loss without a fault; the oracle must not find anything in it.
Loss healthy_loss();

}  // namespace shapefuzz
