// SPDX-License-Identifier: BSD-3-Clause
// What is said of a case that the harness's own limits kept from being judged. No LibTorch in here.
#pragma once

#include "harness/oracle/judgement/verdict.h"

namespace shapefuzz {

/// Memory was refused: makes it `not_judged`, with which limit was reached and what lifts it as the
/// detail. What LibTorch did stays.
void leave_unjudged(Judgement& judgement);

/// Why a case is `not_judged`, without what is particular to it: what is counted together.
std::string reason_of(const Judgement& judgement);

}  // namespace shapefuzz
