// SPDX-License-Identifier: BSD-3-Clause
// The structure-aware mutator of the fuzz targets and the campaign: acts on the parsed case, so
// that every mutant is a case again, and most are near what a person would write by mistake.
//
//   const Mutator mutator(subjects);
//   Case mutant = mutator.mutate(c, seed);   // the same case and seed, the same mutant
//
// No LibTorch in here.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/language/case/case.h"
#include "harness/search/generate/draw.h"

namespace shapefuzz {

/// A loss that cases are made of.
struct Subject {
  const LossSpec* spec = nullptr;
  std::vector<Option> fixed = {};  ///< options of its plainest case
  /// Operands and options whose illegal values end the process more often than not.
  std::vector<std::string> unchecked = {};
};

/// What every mutant stays within, so that one costs no more than a hundred others.
struct MutationCaps {
  std::size_t rank = 7;
  std::int64_t elements = 512;    ///< of an operand
  std::int64_t broadcast = 4096;  ///< of what all operands broadcast to
};

class Mutator {
 public:
  explicit Mutator(std::vector<Subject> subjects, MutationCaps caps = {});

  /// A case near `c`: one to four changes, or now and then one that is drawn anew. The case itself
  /// where nothing fits the caps.
  Case mutate(const Case& c, std::uint64_t seed) const;
  /// A case of `a`'s loss with operands and options of `b`, as far as it has them too.
  Case cross(const Case& a, const Case& b, std::uint64_t seed) const;
  /// A case near the contract of some loss.
  Case draw(std::uint64_t seed) const;
  /// The plainest case of the first loss.
  Case plainest() const;

  /// Whether a case stays within the caps.
  bool fits(const Case& c) const;
  const std::vector<Subject>& subjects() const { return subjects_; }

 private:
  std::vector<Subject> subjects_;
  MutationCaps caps_;
};

}  // namespace shapefuzz
