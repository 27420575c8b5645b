// SPDX-License-Identifier: BSD-3-Clause
// The mutations of shapes. No LibTorch in here.
#pragma once

#include "harness/search/generate/mutations.h"

namespace shapefuzz {

void change_size(Case& c, const MutationContext& context);
/// A batch of another length, another number of classes: wherever the size stands.
void change_size_everywhere(Case& c, const MutationContext& context);
void change_rank(Case& c, const MutationContext& context);
/// One more dimension, or one less, for every operand that has one at that place from the left.
void change_rank_everywhere(Case& c, const MutationContext& context);
void swap_dims(Case& c, const MutationContext& context);
/// What a call with its arguments in the wrong order passes.
void swap_operands(Case& c, const MutationContext& context);
void copy_shape(Case& c, const MutationContext& context);
/// One operand's shape as a mistake of the catalogue leaves it; now and then two operands that
/// broadcast to a shape that neither has.
void make_mistake(Case& c, const MutationContext& context);

}  // namespace shapefuzz
