// SPDX-License-Identifier: BSD-3-Clause
// What the dispatch target does with a case, apart from libFuzzer: the oracle's word on its
// operands and options through each entry of its loss. Includes no torch headers.
#pragma once

#include <cstdlib>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "harness/findings/baseline/baseline.h"
#include "harness/losses/loss/loss.h"
#include "harness/oracle/memory/fault.h"
#include "harness/search/campaign/observer.h"

namespace shapefuzz {

/// Judges in its own process, as libFuzzer wants it; one of them at a time.
class Dispatch {
 public:
  /// Told of every finding that no cause explains and the baseline does not have.
  using OnNew = std::function<void(const Case&, const Judgement&)>;

  Dispatch(std::vector<const Loss*> losses, MemoryMode memory, const Baseline& known, OnNew on_new);

  /// False for a case that is left out: of no loss here, too large, or deadly.
  bool operator()(const Case& c);

  /// How many calls of each loss were judged; every loss is in it.
  const std::map<std::string, std::uint64_t>& judged() const { return judged_; }
  /// About the call that was judged last.
  const Observer& observer() const { return observer_; }
  /// Called after each judged call.
  std::function<void()> after_call;

 private:
  static bool is_deadly(const Loss& loss, const Case& c,
                        const std::vector<LocatedMistake>& mistakes);

  // SHAPEFUZZ_THOROUGH: cases of own losses that are not ordinary too.
  bool thorough_ = std::getenv("SHAPEFUZZ_THOROUGH") != nullptr;
  std::vector<const Loss*> losses_;
  const Baseline& known_;
  OnNew on_new_;
  Fault fault_;  // of an access out of bounds, which is a finding and not the end
  Observer observer_;
  Mutator mutator_;
  std::map<std::string, std::uint64_t> judged_;
};

}  // namespace shapefuzz
