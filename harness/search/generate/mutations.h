// SPDX-License-Identifier: BSD-3-Clause
// The single changes that the mutator makes, one function each. No LibTorch in here.
#pragma once

#include <vector>

#include "harness/search/generate/mutate.h"

namespace shapefuzz {

/// What a change may look at.
struct MutationContext {
  const std::vector<Subject>& subjects;
  const Subject& subject;  ///< the case's own
  SeededPick& pick;
};

/// Changes the case or leaves it as it is; what it leaves need not fit the caps.
using Mutation = void (*)(Case& c, const MutationContext& context);

/// Each as often as it shall be made.
const std::vector<Mutation>& all_mutations();

/// Those of them that leave shapes alone: what a plain case may have out of the ordinary.
const std::vector<Mutation>& all_deviations();

/// Whether the operand or the option is one that rather stays as it is, this time.
bool leave_alone(const Subject& subject, const std::string& name, SeededPick& pick);

/// No option, dtype, layout or value out of the ordinary.
void make_plain(Case& c, const Subject& subject);

/// Makes a case one again: listed values that no longer fit their shape or dtype are dropped, a
/// reduction that the entry does not have is the default, options are in order.
void repair(Case& c, const LossSpec& spec);

}  // namespace shapefuzz
