// SPDX-License-Identifier: BSD-3-Clause
// Shrinking a case of a loss in a worker process, so that cases may take LibTorch down.
#pragma once

#include "harness/losses/loss/loss.h"
#include "harness/oracle/judgement/judging.h"
#include "harness/search/shrink/shrink.h"

namespace shapefuzz {

/// What a case shows: its verdict and, of a pass too, what is unusual about it.
struct Shown {
  Verdict verdict = Verdict::kPass;
  Signature signature;
  std::string detail;
};

/// Judges a case in a worker of its own, whatever that does to the worker. Throws HarnessError.
Shown judge_apart(const Case& c, const Judging& judging);

struct ShrunkApart {
  Shown shown;  ///< by the case that was given, and by the smallest one
  Shrunk shrunk;
};

/// The smallest case that shows what `c` shows, or `c` itself where that is no finding. Of
/// somebody's own loss that is what `c` shows with contiguous operands, where the verdict is the
/// same. Throws HarnessError.
ShrunkApart shrink_apart(const Case& c, const Judging& judging, const ShrinkLimits& limits = {});

/// The same signature for a pass as for a finding: a pass is named after its mistake too.
Signature signature_of_any(const Case& c, const LossSpec& spec, const Judgement& judgement);

}  // namespace shapefuzz
