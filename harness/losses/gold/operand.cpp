// SPDX-License-Identifier: BSD-3-Clause
// What a formula is told that reads what its operands do not have.
#include <fmt/core.h>

#include "harness/losses/gold/gold.h"

namespace shapefuzz {

void GoldOperand::fail_at(std::size_t i) const {
  throw FormulaError(fmt::format("reads element {} of {}, which has {} elements", i, name, size()));
}

void GoldOperand::fail_with_class(double named, std::size_t classes) const {
  throw FormulaError(fmt::format("takes {} in {} for one of {} classes", named, name, classes));
}

}  // namespace shapefuzz
