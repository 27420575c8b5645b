// SPDX-License-Identifier: BSD-3-Clause
// How many cases of a faulty loss it takes until somebody finds the fault: by the sweep, by the
// property suite, by a campaign, each as its command runs it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "bench/mutants/planted.h"
#include "harness/losses/loss/loss.h"
#include "harness/oracle/judgement/judging.h"
#include "harness/oracle/judgement/verdict.h"

namespace shapefuzz {

/// What a hunt has seen. Cases are counted from 1; 0: never.
struct Hunted {
  std::uint64_t cases = 0;      ///< judged, until the first finding or the hunt's own end
  std::uint64_t reached = 0;    ///< the case that first ran the faulty place
  std::uint64_t triggered = 0;  ///< the case for which its condition first held
  double seconds = 0;
  std::optional<Case> found;  ///< none: censored
  Verdict verdict = Verdict::kPass;
};

/// What counts as found: the planted fault, or, of a correct twin, any finding at all.
enum class Quarry { kFault, kAnything };

/// Who judges: as `sweep`, `fuzz` and the suite do by themselves, and thoroughly. One-sided
/// broadcasts are forgiven by default, so that those faults are hunted with the policy strict.
struct Hunter {
  Quarry quarry = Quarry::kFault;
  Judging judging;
};
Hunter hunter_of(const std::string& loss, Quarry quarry);

/// One hunt. Whoever draws the cases brings each here before and behind its judgement.
class Hunt {
 public:
  explicit Hunt(Quarry quarry);

  void begin_case();
  /// Returns whether to go on. A finding in a case that has not triggered the fault is not of it.
  bool end_case(const Case& c, const Judgement& judgement);
  /// The same where somebody else has counted and judged.
  void skip_to(std::uint64_t cases) { hunted_.cases = cases; }

  bool is_over() const { return hunted_.found.has_value(); }
  /// At the end; how long it took too.
  Hunted result();

 private:
  Quarry quarry_;
  Planted before_;
  std::uint64_t triggered_before_ = 0;  // the case
  double begun_;
  double found_at_ = 0;
  Hunted hunted_;
};

/// Visits the cases of the default sweep, in its order, until `visit` returns false.
void for_each_sweep_case(const Loss& loss, std::uint64_t seed,
                         const std::function<bool(const Case&)>& visit);

/// The default sweep, in its order, until its end.
Hunted hunt_by_sweep(const Loss& loss, const Hunter& hunter, std::uint64_t seed);
/// The property suite with the draws of the profile ci, property by property, until its end.
Hunted hunt_by_properties(const Loss& loss, const Hunter& hunter, std::uint64_t seed);
/// A campaign from nothing, for so many cases.
Hunted hunt_by_campaign(const Loss& loss, const Hunter& hunter, std::uint64_t seed,
                        std::uint64_t most_cases);

}  // namespace shapefuzz
