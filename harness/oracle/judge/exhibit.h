// SPDX-License-Identifier: BSD-3-Clause
// A judged case with the numbers behind its judgement: what people are told. No LibTorch in here.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "harness/language/case/twin.h"
#include "harness/losses/loss/loss.h"
#include "harness/oracle/judge/evidence.h"
#include "harness/oracle/judge/inner_pairing.h"
#include "harness/oracle/judge/tried_repairs.h"
#include "harness/oracle/judgement/judging.h"
#include "harness/oracle/judgement/verdict.h"

namespace shapefuzz {

/// A judged case with its numbers.
struct Exhibit {
  const Loss* loss = nullptr;
  Case c;
  /// What was judged in its place, if the case is too large; the judgement is in the sizes of the
  /// case, the evidence in those of the twin.
  std::optional<Twin> twin;
  Judgement judgement;
  Evidence evidence;
  InnerPairing pairing;  ///< of a valid call whose value is wrong
  TriedRepairs tried;
  bool has_numbers = true;  ///< false: there was no memory for the evidence, which is empty
  std::string libtorch;     ///< the version that did this

  /// The case that LibTorch was called with.
  const Case& computed() const { return twin ? twin->c : c; }
};

/// Judges `c` in this process, or its twin if it is too large and not to be computed `exact`ly.
Exhibit exhibit(const Case& c, Judging judging, bool exact);

/// What can be said of a case that has ended its process; `judge` is asked with the case that was
/// computed.
Exhibit exhibit_death(const Case& c, bool exact,
                      const std::function<Judgement(const Case&, const LossSpec&)>& judge);

}  // namespace shapefuzz
