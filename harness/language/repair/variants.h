// SPDX-License-Identifier: BSD-3-Clause
// Variants: what one operand may have been before somebody got it wrong. Each takes one or two
// steps, and the effort says how rarely people have to write them. No LibTorch in here.
#pragma once

#include <optional>
#include <vector>

#include "harness/language/case/edit.h"

namespace shapefuzz {

/// One way to write an operand instead.
struct Variant {
  std::vector<EditStep> steps;
  Shape shape;
  double effort = 0;
  bool to_index = false;  ///< by argmax: whole numbers whatever they were
};

/// What an operand may become, beyond what its own sizes say.
struct Wanted {
  std::optional<Shape> demanded;        ///< the only shape that fits the other operands
  std::optional<std::int64_t> classes;  ///< of an index: as many columns has a one-hot row
  std::size_t class_dim = 0;            ///< where they stand
  bool may_repeat = false;              ///< of a weight or a sign: one for a whole row
  bool is_label = false;                ///< some alternative has class indices here
  bool expands = false;                 ///< the contract allows to expand this operand
};

/// The variants of a shape, each shape once, by its least effort. With `two_steps` false only those
/// of one step.
std::vector<Variant> variants_of(const Shape& shape, const Wanted& wanted, bool two_steps);

}  // namespace shapefuzz
