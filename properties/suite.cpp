// SPDX-License-Identifier: BSD-3-Clause
#include "properties/suite.h"

#include <rapidcheck.h>

#include "properties/generator.h"

namespace shapefuzz {

void check_drawn(const Property& property, Trial& trial) {
  const auto generator = property.of_mistakes ? mistaken_case : valid_case;
  const DrawnCase drawn = *generator(trial.loss(), trial.entry());
  try {
    property.check(trial, drawn);
  } catch (const PropertyFailed& failed) {
    RC_FAIL(failed.what());
  }
}

}  // namespace shapefuzz
