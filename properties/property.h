// SPDX-License-Identifier: BSD-3-Clause
// The properties that every entry of every loss must have, apart from who draws the cases and who
// checks them: the property suites do so with RapidCheck on LibTorch as it is, the mutation test on
// losses with planted faults, pytest on functions of Python.
#pragma once

#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "harness/findings/baseline/baseline.h"
#include "harness/losses/loss/loss.h"
#include "harness/search/isolate/isolated_judge.h"
#include "properties/drawn_case.h"
#include "properties/reach.h"

namespace shapefuzz {

/// One (loss, entry) that properties are checked on.
class Trial {
 public:
  /// Told of every finding that is not known; throws PropertyFailed, or lets it pass.
  using OnNew = std::function<void(const Case&, const Judgement&)>;

  Trial(const Loss& loss, std::string entry, const Baseline& known, const Judging& judging,
        OnNew on_new)
      : loss_(loss),
        entry_(std::move(entry)),
        known_(known),
        oracle_(judging),
        on_new_(std::move(on_new)) {}

  const Loss& loss() const { return loss_; }
  const std::string& entry() const { return entry_; }
  PropertyReach& reach() { return reach_; }
  std::size_t judged() const { return judged_; }

  /// The oracle's word, whatever it is.
  Judgement judge_anything(const Case& c) {
    ++judged_;
    return oracle_.judge(loss_, c);
  }
  /// The same; what is found must be known.
  Judgement judge(const Case& c);

 private:
  const Loss& loss_;
  std::string entry_;
  const Baseline& known_;
  IsolatedJudge oracle_;
  OnNew on_new_;
  PropertyReach reach_;
  std::size_t judged_ = 0;
};

/// A property does not hold.
class PropertyFailed : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Throws PropertyFailed unless `holds`, with the case and the command that replays it.
void demand(bool holds, const Case& c, const std::string& what);

struct Property {
  const char* name;
  bool of_mistakes;                               ///< of cases with a mistake, or of valid ones
  void (*check)(Trial&, const DrawnCase& drawn);  ///< throws PropertyFailed
  std::vector<Zone> zones;                        ///< that it must reach
  bool judges = false;                            ///< it fails on what the oracle finds
};

const std::vector<Property>& all_properties();

}  // namespace shapefuzz
