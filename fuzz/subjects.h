// SPDX-License-Identifier: BSD-3-Clause
// The losses that a target's cases are made of; each target with case_mutator.cpp says its own.
#pragma once

#include <vector>

#include "harness/search/generate/mutate.h"

namespace shapefuzz {

std::vector<Subject> fuzz_subjects();
/// Whether half of the mutations act on bytes: a parser has to meet what is no case.
bool mutates_bytes();

}  // namespace shapefuzz
