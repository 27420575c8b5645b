// SPDX-License-Identifier: BSD-3-Clause
// Repairs: what to write instead of a call that the contract refuses or has to expand. They are
// found by undoing what people get wrong, one or two steps on an operand, on one operand or two,
// and come in the order of how likely each is. No LibTorch in here: whoever prints one tries it
// first (oracle/judge/tried_repairs.h).
#pragma once

#include <vector>

#include "harness/language/case/edit.h"
#include "harness/language/case/mistake.h"

namespace shapefuzz {

struct Repair {
  std::vector<Edit> edits;  ///< in the contract's order
  Case c;                   ///< the case behind them
  double effort = 0;        ///< the smaller, the likelier (variants.h)
  /// Every operand is expanded to what all broadcast to: for somebody who means just that.
  bool broadcasts = false;

  /// Whether it is so much less likely than another one that it would only confuse beside it.
  bool is_far_from(const Repair& likelier) const;
  bool edits_operand(std::string_view name) const;
};

/// The repairs of a case, the likeliest first; none of a valid one, and none where nothing simple
/// helps. Each makes the case valid, or expandable where a weight or a sign for a whole row is
/// expanded, or where only a dtype was wrong.
std::vector<Repair> repairs_of(const Case& c, const LossSpec& spec);

/// What a repair puts right, an operand and a fault each: its shape, its dtype.
std::vector<LocatedMistake> mistakes_undone(const Case& c, const LossSpec& spec,
                                            const Repair& repair);

}  // namespace shapefuzz
