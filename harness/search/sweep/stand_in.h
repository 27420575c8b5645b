// SPDX-License-Identifier: BSD-3-Clause
// Which pairs of shapes stand for which in a sweep.
//
//   [2,1] against [2]     stands for
//   [3,1] against [3]     too: only the size has another name
//
// Hardly a loss of LibTorch knows a size but 0 and 1, so two calls that differ only by a renaming
// of the sizes from 2 on are refused or accepted, and judged, alike; `sweep_proof_test.cpp` proves
// it, and unlike.h has the exceptions. The smallest of them is judged, and counts as many times as
// there are of them. A renaming keeps which operands have as many elements as another, or as a
// single size, since some kernels compare those; and sizes that the contract or an option names. No
// LibTorch in here.
#pragma once

#include <cstdint>
#include <set>
#include <vector>

#include "harness/search/sweep/plan.h"
#include "harness/search/sweep/reach.h"

namespace shapefuzz {

class StandIns {
 public:
  struct Pair {
    Shape output;
    Shape other;  ///< a scalar where nothing varies with the output
  };

  /// For the pairs of all shapes within `bounds`. Refers to `variation`.
  StandIns(const Variation& variation, const Reach& bounds);

  /// How many pairs this one is judged for, itself among them; 0 if a smaller one is judged for it.
  std::uint64_t stands_for(const Pair& pair) const;

  /// Those pairs, if it is the smallest of them; none if it is not.
  std::vector<Pair> represented_by(const Pair& pair) const;

 private:
  class Renamings;
  template <class Visit>
  void each_represented(const Pair& pair, Visit visit) const;
  /// What a renamed pair is to a pair: not alike, or alike and the smaller or the larger one.
  enum class Likeness { kOther, kSmaller, kLarger };
  static Likeness compare(const Pair& pair, const Pair& renamed);
  /// The same of their cases, derived operands included.
  Likeness compare(const Renamings& renamings, const Case& c, const Case& renamed) const;
  Case case_of(const Pair& pair) const;

  const Variation* variation_;
  std::set<std::int64_t> kept_;        ///< what the contract and the options name
  std::vector<std::int64_t> renamed_;  ///< every other size from 2 on, growing
  bool renames_ = true;
  bool derives_ = false;  ///< operands that do not vary, from the shapes of those two
};

}  // namespace shapefuzz
