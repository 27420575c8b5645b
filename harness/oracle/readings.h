// What a call could have meant that the contract refuses. No LibTorch in here.
#pragma once

#include <vector>

#include "harness/case/case.h"
#include "harness/contract/unify.h"

namespace shapefuzz {

/// Every reading that a tolerant library could have of a call that should have been refused:
/// tolerant_readings(), or those of the shapes alone where the numbers do not fit, or the common
/// shape of all operands where they have one pattern.
std::vector<Reading> readings_of(const LossSpec& spec, const Call& call);

}  // namespace shapefuzz
