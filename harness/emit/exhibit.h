// Judging cases in worker processes, with the numbers behind each judgement.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "harness/emit/program.h"
#include "harness/oracle/judging.h"

namespace shapefuzz {

/// More than any case of a person takes.
constexpr double kSecondsPerCase = 20;

/// Judges each case in a worker of its own, so that none depends on the ones before it and a case
/// that takes LibTorch down is a verdict too. `text` is made in the worker (of a case that died: in
/// the parent), `take` gets it in the parent, in the order of the cases. Throws HarnessError.
/// A case may use the processor for `seconds`.
void exhibit_all(const std::vector<Case>& cases, const Judging& judging, double seconds,
                 const std::function<std::string(const Exhibit&)>& text,
                 const std::function<void(const std::string&)>& take);

}  // namespace shapefuzz
