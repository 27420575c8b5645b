// SPDX-License-Identifier: BSD-3-Clause
// Forms: everything of a case but its shapes and its seed. The plainer forms of a case have some of
// its options, optional operands, dtypes, layouts and values, and for the rest what is plain.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/language/case/case.h"
#include "harness/language/case/mistake.h"
#include "harness/search/shrink/shapes.h"

namespace shapefuzz {

/// A case whose shapes and seed do not count, and how its listed values are made for other shapes.
struct Form {
  Case c;
  /// The operand that holds an illegal value, and which of illegal_samples() that is.
  struct Illegal {
    std::string operand;
    std::size_t sample;
  };
  std::optional<Illegal> illegal;
};

/// The plainer forms of a case, the plainest first, at most `most`. What the mistake is about also
/// takes every other dtype, layout or illegal value, so that one finding has one smallest case.
std::vector<Form> plainer_forms(const Case& c, const LossSpec& spec, const LocatedMistake& mistake,
                                std::size_t most);

/// The case of that form with these shapes; none where the form has no values for them.
std::optional<Case> fill(const Form& form, const ShapeTuple& shapes, const LossSpec& spec);

/// The first `elements` of some values, again and again if there are too few.
std::vector<double> cycled(const std::vector<double>& values, std::int64_t elements);

}  // namespace shapefuzz
