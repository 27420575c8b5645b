// SPDX-License-Identifier: BSD-3-Clause
// Judging cases in worker processes, with the numbers behind each judgement.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "harness/oracle/judge/exhibit.h"
#include "harness/oracle/judgement/judging.h"

namespace shapefuzz {

/// Whether each case has a process of its own, so that none depends on the ones before it, or many
/// share one on each processor, which is faster.
enum class Workers { kFresh, kShared };

struct Exhibiting {
  Judging judging = {Policy::kExpand, MemoryMode::kFull};
  Workers workers = Workers::kFresh;
  double seconds_per_case = 20;  ///< of the processor's
  bool exact = false;            ///< a case is computed however large it is, not judged on its twin
};

/// Judges each case in a worker, so that a case that takes LibTorch down is a verdict too. `text`
/// is made in the worker (of a case that died: in the parent), `take` gets it in the parent, in the
/// order of the cases. Throws HarnessError.
void exhibit_all(const std::vector<Case>& cases, const Exhibiting& how,
                 const std::function<std::string(const Exhibit&)>& text,
                 const std::function<void(const std::string&)>& take);

}  // namespace shapefuzz
