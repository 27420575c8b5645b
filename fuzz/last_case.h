// SPDX-License-Identifier: BSD-3-Clause
// The case that was read or written last, with its text: libFuzzer mutates most often what has just
// run, and runs what has just been mutated.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "harness/language/case/case.h"

namespace shapefuzz {

class LastCase {
 public:
  /// The case of this very text, if it was the last.
  const Case* of(std::string_view text) const { return case_ && text_ == text ? &*case_ : nullptr; }
  const Case& set(std::string_view text, Case c) {
    text_ = text;
    return case_.emplace(std::move(c));
  }

 private:
  std::string text_;
  std::optional<Case> case_;
};

/// The one that a target shares with its mutator.
inline LastCase& last_case() {
  static LastCase last;
  return last;
}

}  // namespace shapefuzz
