// SPDX-License-Identifier: BSD-3-Clause
// Forms: the ways in which contracts name the dimensions of an output, and what an operand has of
// them. No LibTorch in here.
#pragma once

#include <string>
#include <vector>

#include "harness/oracle/infer/observe.h"

namespace shapefuzz {

/// The output's pattern: names, one of them a pack perhaps, as in `N,C,*d`.
struct PatternForm {
  std::vector<std::string> names;

  std::size_t least_rank() const;
  bool has_pack() const;
  /// The dimensions, in an output of that rank, of the names that are set in `kept`.
  Dimensions dimensions(std::uint32_t kept, std::size_t rank) const;
  /// `[N,*d]`.
  std::string pattern(std::uint32_t kept) const;
};

/// The simplest first: `*S`; `*S,C`; `N,*d`; `N,C,*d`; then one of each rank.
const std::vector<PatternForm>& all_forms();

/// Of a form: which names each required operand has, and which the result.
struct Choice {
  PatternForm form;
  std::vector<std::uint32_t> operands;
  std::uint32_t result = 0;

  Observed at_rank(std::size_t rank) const;
};

/// The fewest choices that are what was observed, each in every rank that its form has. The
/// observations are of one assignment of numbers, and all different.
std::vector<Choice> choices_for(std::vector<Observed> observed, std::size_t operands);

}  // namespace shapefuzz
