// SPDX-License-Identifier: BSD-3-Clause
// Why operands are refused, as `run` says it, where no loss has been called.
#pragma once

#include <string>

#include "harness/language/case/case.h"

namespace shapefuzz {

/// What the repairs of a refusal may change.
enum class Repairs {
  kShapes,  ///< the dtypes are not known
  kOfData   ///< dtypes too, and nothing that would invent data: no sample is another one again
};

/// What was found and demanded, the sizes by the contract's names, and what to write instead; the
/// first line begins with the loss's name. The case must not be valid.
std::string refusal_of(const Case& c, const LossSpec& spec, Repairs allowed = Repairs::kShapes);

}  // namespace shapefuzz
