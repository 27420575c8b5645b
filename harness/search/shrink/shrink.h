// SPDX-License-Identifier: BSD-3-Clause
// The shrinker: the smallest case that shows the same finding. No LibTorch in here; who calls it
// says how a case is judged.
//
//   Shrunk shrunk = shrink(c, spec, signature, [&](const Case& smaller) { ... judge it ... });
//
// "Smaller" is the order of harness/language/case/order.h. Shapes are tried from the bottom up: all
// tuples of shapes with no dimension, with one, ... and sizes up to 3, each in every plainer form
// of the case (fewer options, default dtypes, contiguous, no listed values, seed 0). The first one
// with the signature is the smallest there is, wherever the search began. What needs more
// dimensions or larger sizes is walked down to, one step after the other.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>

#include "harness/language/case/case.h"
#include "harness/oracle/judgement/verdict.h"

namespace shapefuzz {

/// Judges a case: the signature of what it shows, none if that is nothing.
using SignatureOracle = std::function<std::optional<Signature>(const Case&)>;

struct ShrinkLimits {
  /// A small case is judged in 20 to 50 microseconds, so this is a second. Most findings need
  /// fewer than 100.
  std::size_t tries = 20000;
  /// For cases that take long, or a process each.
  double seconds = 10;
  /// Without, a case is only walked down, in a hundredth of the time: no single step leads to a
  /// smaller one then, but several at once may.
  bool climb = true;
};

struct Shrunk {
  Case smallest;
  std::size_t tries = 0;       ///< cases that were judged
  bool stopped_early = false;  ///< a limit ended the search: a smaller case may exist
  /// Every smaller case with sizes up to 3 and a plainer form of the options, dtypes, layouts and
  /// values was looked at, and none has the signature.
  bool proven = false;
};

/// The smallest case of `signature`, which `c` has. Deterministic and, unless a limit stops it,
/// idempotent.
Shrunk shrink(const Case& c, const LossSpec& spec, const Signature& signature,
              const SignatureOracle& oracle, const ShrinkLimits& limits = {});

}  // namespace shapefuzz
