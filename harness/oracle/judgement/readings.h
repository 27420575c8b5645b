// SPDX-License-Identifier: BSD-3-Clause
// What a call could have meant that the contract refuses. No LibTorch in here.
#pragma once

#include <vector>

#include "harness/language/case/case.h"
#include "harness/language/contract/unify.h"
#include "harness/oracle/judgement/verdict.h"

namespace shapefuzz {

/// Every reading that a tolerant library could have of a call that should have been refused:
/// tolerant_readings(), or those of the shapes alone where the numbers do not fit, or the common
/// shape of all operands where they have one pattern.
std::vector<Reading> readings_of(const LossSpec& spec, const Call& call);

/// The meanings that an accepted case is held against, the likeliest first: the one of a valid
/// case, all that expand, or readings_of() where the contract has none.
std::vector<Reading> meanings_of(const Case& c, const LossSpec& spec);

/// Whether `result` of a reading is the contract's word: not where the shapes are those of no
/// alternative.
bool has_documented_result(const Reading& reading);

/// What a case is explained by: the meaning that decided, where the contract has one, or else the
/// nearest alternative.
Reading meaning_to_explain(const Case& c, const LossSpec& spec, const Basis& basis = {});

}  // namespace shapefuzz
