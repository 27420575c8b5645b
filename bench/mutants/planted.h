// SPDX-License-Identifier: BSD-3-Clause
// Where a faulty loss is faulty: `fault(condition)` in its code. With the fault planted it says
// whether to go wrong here; without it the same code is the loss's correct twin. It counts how
// often the place was reached and how often the condition held, as Magma does for planted bugs
// (Hazimeh, Herrera, Payer: Magma, a ground-truth fuzzing benchmark, 2020).
#pragma once

#include <cstdint>

namespace shapefuzz {

/// Shared by a process and those that it forks from then on.
struct Planted {
  bool on = true;               ///< whether losses are faulty
  std::uint64_t reached = 0;    ///< how often a faulty place was run
  std::uint64_t triggered = 0;  ///< how often its condition held
};

/// The one of this process and its children.
Planted& planted();

/// Whether to go wrong, at a place where a loss is faulty if `condition` holds.
bool fault(bool condition = true);

/// The fault is planted, or is not, as long as this lives.
class Planting {
 public:
  explicit Planting(bool on) : before_(planted().on) { planted().on = on; }
  ~Planting() { planted().on = before_; }
  Planting(const Planting&) = delete;
  Planting& operator=(const Planting&) = delete;

 private:
  bool before_;
};

}  // namespace shapefuzz
