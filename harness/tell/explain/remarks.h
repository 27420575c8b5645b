// SPDX-License-Identifier: BSD-3-Clause
// Remarks: what people trip over though no shape is wrong. No LibTorch in here.
#pragma once

#include <string>
#include <vector>

#include "harness/oracle/judge/exhibit.h"

namespace shapefuzz {

/// Why a result is no finite number, as in "all 10 targets are ignored"; empty of a finite one, and
/// where nobody can say.
std::string why_not_finite(const Exhibit& exhibit);

/// Whether a call passes with numbers that anybody can see are not the formula's, since the
/// arithmetic of their dtype loses that much with such operands.
bool is_far_from_formula(const Exhibit& exhibit);

/// Why the gradient of a call that passes was held against nothing; empty if it was not so.
std::string unheld_gradient(const Exhibit& exhibit);

/// Sentences on what the call does that its caller may not expect: what a mean divides by, along
/// which dimension a weight goes.
std::vector<std::string> notes_on(const Exhibit& exhibit);

}  // namespace shapefuzz
