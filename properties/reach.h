// SPDX-License-Identifier: BSD-3-Clause
// What a property has reached: how many cases, which zones, which mistakes. A property that never
// saw a zone it is about proves nothing, and fails.
#pragma once

#include <array>
#include <map>
#include <string>

#include "harness/language/case/mistake.h"
#include "harness/language/contract/unify.h"

namespace shapefuzz {

class PropertyReach {
 public:
  void add(Zone zone, Mistake mistake) {
    ++zones_[static_cast<std::size_t>(zone)];
    ++mistakes_[mistake];
  }
  std::size_t cases(Zone zone) const { return zones_[static_cast<std::size_t>(zone)]; }
  /// `200 cases: expandable 41, incompatible 159; forgot_unsqueeze 12, transposed 30`.
  std::string to_string() const;

 private:
  std::array<std::size_t, 3> zones_{};
  std::map<Mistake, std::size_t> mistakes_;
};

}  // namespace shapefuzz
