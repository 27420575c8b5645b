// SPDX-License-Identifier: BSD-3-Clause
// A judged case for people: what `shapefuzz run` prints, as text and as data.
#pragma once

#include <string>

#include "harness/oracle/judge/exhibit.h"

namespace shapefuzz {

/// The whole explanation, a part a line with its label, and a picture of it if one `draws`; ends
/// with a line break.
std::string narrative(const Exhibit& exhibit, bool colour, bool draws = false);

/// The result record (design: section 7) with `explanation` and `numbers`; without a line break.
std::string record_with_numbers(const Exhibit& exhibit);

/// What a report shows of a finding: the explanation, the numbers of a small case, the lines that a
/// program prints, and the programs in their parts.
std::string record_for_report(const Exhibit& exhibit);

/// Whether standard output shows colours: a terminal, and nobody set NO_COLOR.
bool wants_colour();

}  // namespace shapefuzz
