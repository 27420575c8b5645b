// SPDX-License-Identifier: BSD-3-Clause
// Judging one case after the other and noting what each has reached: the step that the fuzz target
// and the campaign's workers share. Includes no torch headers.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "harness/oracle/judge/judge.h"
#include "harness/search/generate/mutate.h"

namespace shapefuzz {

/// Every loss of LibTorch as the mutator needs it; the operators, which have contracts of their
/// own, are left to sweeps and seeds.
std::vector<Subject> loss_subjects();

/// Whether a case with these mistakes has an illegal value that LibTorch uses as an address,
/// unchecked: it may end the process.
bool is_unchecked(const Loss& loss, const std::vector<LocatedMistake>& mistakes);

class Observer {
 public:
  /// Turns tracing on for this process (see trace_operators).
  explicit Observer(const Judging& judging);

  /// Judges the case; `features()` and `reached()` are about it then.
  const Judgement& observe(const Loss& loss, const Case& c, const LocatedMistake& mistake);

  const std::vector<std::uint64_t>& features() const { return features_; }
  /// One number for (loss, entry, zone, outcome, error site, operator trace).
  std::uint64_t reached() const { return reached_; }

 private:
  Judge judge_;
  Judgement judgement_;
  std::vector<std::uint64_t> features_;
  std::uint64_t reached_ = 0;
};

}  // namespace shapefuzz
