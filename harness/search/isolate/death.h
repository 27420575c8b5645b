// SPDX-License-Identifier: BSD-3-Clause
// What the death of a worker process says of the case that it was at. No LibTorch in here.
#pragma once

#include "harness/oracle/judgement/judging.h"
#include "harness/oracle/judgement/verdict.h"
#include "harness/search/process/pool.h"

namespace shapefuzz {

/// The judgement of the case that the worker was at, with its cause if one is known: what a process
/// does that was refused memory, or was ended by somebody, is no finding.
Judgement judgement_of(const Death& death, const Case& c, const LossSpec& spec,
                       const Judging& judging);

}  // namespace shapefuzz
