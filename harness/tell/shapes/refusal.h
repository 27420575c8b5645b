// SPDX-License-Identifier: BSD-3-Clause
// Why shapes are refused, as `run` says it, where nothing but the shapes is known.
#pragma once

#include <string>

#include "harness/language/case/case.h"

namespace shapefuzz {

/// What was found and demanded, the sizes by the contract's names, and what to write instead; the
/// first line begins with the loss's name. The case must not be valid.
std::string refusal_of(const Case& c, const LossSpec& spec);

}  // namespace shapefuzz
