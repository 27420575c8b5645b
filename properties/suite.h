// SPDX-License-Identifier: BSD-3-Clause
// A property with RapidCheck's draws.
#pragma once

#include "properties/property.h"

namespace shapefuzz {

/// One draw, inside of a property of RapidCheck, which it fails if the property does not hold.
void check_drawn(const Property& property, Trial& trial);

}  // namespace shapefuzz
