// SPDX-License-Identifier: BSD-3-Clause
// For tests: calls of a contract, written as short texts.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "harness/language/contract/unify.h"

namespace shapefuzz {

inline void PrintTo(Zone zone, std::ostream* out) { *out << to_string(zone); }

/// The operands of a call in the contract's order: `f[4,3]` of floating numbers, `i[4]` of whole
/// ones, `-` for one that is missing.
inline Call call_of(const std::vector<std::string>& operands,
                    const std::vector<std::int64_t>& options = {}) {
  Call call;
  for (std::size_t i = 0; i < operands.size(); ++i) {
    if (operands[i] == "-") continue;
    const bool integral = operands[i].front() == 'i';
    call.operands[i] = {true, parse_shape(operands[i].substr(1)),
                        integral ? NumberClass::kIntegral : NumberClass::kFloating};
  }
  for (std::size_t i = 0; i < options.size(); ++i) call.options[i] = options[i];
  return call;
}

}  // namespace shapefuzz
