// SPDX-License-Identifier: BSD-3-Clause
// Ordinary cases: those in which nothing but a shape, a layout or an option is out of the ordinary.
#pragma once

#include "harness/language/case/case.h"

namespace shapefuzz {

/// Whether no operand is empty, has a dtype that the contract does not ask for (single precision is
/// as good as double), or lists values. What else there is somebody's own loss is asked only by
/// who wants to be thorough: few losses are written for it, and most refuse it by no word at all.
bool is_ordinary(const Case& c, const LossSpec& spec);

/// Whether somebody's own loss may refuse an option of the case: a number other than its default,
/// and no size of the contract. Which numbers are legal, nobody says but the loss itself.
bool may_refuse_option(const Case& c, const LossSpec& spec);

/// The same case without what is out of the ordinary: its empty dimensions are of size 1.
Case made_ordinary(Case c, const LossSpec& spec);

}  // namespace shapefuzz
