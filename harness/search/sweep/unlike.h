// SPDX-License-Identifier: BSD-3-Clause
// Where cases of LibTorch's losses do not stand for others, and why: what `sweep_proof_test.cpp`
// finds to differ. No LibTorch in here.
#pragma once

#include <string_view>

namespace shapefuzz {

/// Whether what such a loss does depends on its sizes, and not only on which of them are equal, as
/// the operand `varied` varies. Then no pair of shapes stands for another (stand_in.h).
bool knows_sizes(std::string_view loss, std::string_view varied);

/// Whether a reduction may do something else with what is refused unreduced, so that it is run all
/// the same (refusals.h). `empty_classes`: the second operand, of classes for the first, has no
/// elements.
bool reduces_otherwise(std::string_view loss, std::string_view reduction, bool empty_classes);

/// Whether the functional refuses what at:: does not, so that this is run all the same.
bool refuses_more(std::string_view loss);

}  // namespace shapefuzz
