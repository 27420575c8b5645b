// SPDX-License-Identifier: BSD-3-Clause
// Sizes as broadcasting reads them: under each other, from the right. No LibTorch in here.
#pragma once

#include <string>
#include <vector>

#include "harness/language/case/case.h"
#include "harness/language/case/mistake.h"

namespace shapefuzz {

/// `*S = [64, 1], N = 4`: what the names of an alternative stand for; empty if they stand for
/// nothing.
std::string bindings_text(const Reading& reading);

/// One line an operand, the sizes in columns by the names of the contract, a mark under the size
/// that does not fit and, where the operands broadcast, the common shape:
///
///   input     64   1              input   64  10
///   target        64              target  32
///                  ^ 64 where 1 is demanded   ^ 32 where 64 is demanded
///   together  64  64
std::vector<std::string> aligned_sizes(const Case& c, const Reading& reading,
                                       const std::vector<LocatedMistake>& mistakes);

}  // namespace shapefuzz
