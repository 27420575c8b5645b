// SPDX-License-Identifier: BSD-3-Clause
// The order of cases: which of two is the better example. The sweep picks the smallest case of a
// signature by it, and the shrinker walks down it.
#pragma once

#include "harness/language/case/case.h"

namespace shapefuzz {

/// Whether `a` is the better example: fewer dimensions in all, then fewer empty ones (an empty
/// tensor shows nothing), smaller sizes, fewer options, fewer operands, plainer layouts and dtypes,
/// fewer and rounder listed values, a smaller seed; then the text's order, so that no two different
/// cases are equal.
bool is_smaller(const Case& a, const Case& b);

/// How far a number is from one that a person would write, by its digits; 0 and 1 are the roundest.
std::size_t unroundness(double value);

}  // namespace shapefuzz
