// SPDX-License-Identifier: BSD-3-Clause
// Mistakes: the human errors that turn a valid call into a suspicious one, by name.
//
// One list serves both ways: the generators apply a mistake to the shape that the contract demands,
// and a finding is named after the mistake that its shapes look like.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/language/case/case.h"

namespace shapefuzz {

/// How the shape of an operand relates to the shape that the contract demands of it. The examples
/// have [4,3] where they name no other shape that was demanded.
enum class Mistake {
  kNone,              ///< as demanded
  kEmpty,             ///< a size of 0 on one side only
  kOnlyOnes,          ///< leading ones differ: [1] for []; every element still meets its partner
  kReducedToScalar,   ///< [] or [1]: a mean was taken too early
  kOneHotForIndex,    ///< [4,3] for the index [4]: one-hot rows instead of class indices
  kForgotUnsqueeze,   ///< [4,1] was demanded, [4] came: `operand.unsqueeze(-1)` is missing
  kMissingLast,       ///< [4]: the last dimension was reduced or indexed away
  kForgotSqueeze,     ///< [4] was demanded, [4,1] came: `operand.squeeze(-1)` is missing
  kExtraLast,         ///< [4,3,2]
  kMissingBatch,      ///< [3]: a single sample
  kExtraBatch,        ///< [2,4,3]
  kTransposed,        ///< [3,4]: two dimensions exchanged
  kOneSample,         ///< [1,3]: a batch of one
  kSizeOne,           ///< [4,1]: a dimension of 1 inside
  kSizeOneDemanded,   ///< [4,3] for [4,1]
  kShorterBatch,      ///< [2,3]: the last batch of an epoch
  kLongerBatch,       ///< [5,3]
  kOtherSize,         ///< [4,2]
  kOtherRank,         ///< any other number of dimensions
  kOutputDoesNotFit,  ///< no alternative of the contract has an output of this rank
  kOtherDtype,        ///< the shapes fit, the dtype needs a conversion
  kIllegalValue,      ///< the shapes fit, a listed value is outside the operand's kind
  kIllegalOption,     ///< the shapes fit, an option is outside its documented range
  kOtherOption,       ///< all is legal, and an option is not at its default
  kBoundaryValue,     ///< all is legal, a listed value is at the edge of the operand's kind
  kOtherLayout,       ///< all is legal, and an operand is not contiguous
};

std::string_view to_string(Mistake mistake);
/// What is wrong, with {operand}, {actual}, {demanded} (shapes) and {name} to be filled in; empty
/// for kNone.
std::string_view words_of(Mistake mistake);
/// Whether it is the shape of an operand that is wrong.
inline bool is_about_shapes(Mistake mistake) {
  return mistake >= Mistake::kEmpty && mistake <= Mistake::kOutputDoesNotFit;
}
/// Whether a call with the mistake of that name is one that the contract promises, with something
/// out of the ordinary or nothing.
bool is_of_valid_call(std::string_view mistake);
const std::vector<Mistake>& all_mistakes();
/// Those that `apply` can make.
const std::vector<Mistake>& applicable_mistakes();

/// The relation of `actual` to `demanded`; the first of the list above that is true (an index
/// operand may also be kOneHotForIndex, where `classes` is the size of the class dimension).
Mistake relate(const Shape& demanded, const Shape& actual,
               std::optional<std::int64_t> classes = std::nullopt);

/// The shape that results when a person makes the mistake, none where it is not possible for this
/// shape or has no single result (kOtherSize adds `change`, 1 or 2, to the last dimension).
std::optional<Shape> apply(Mistake mistake, const Shape& demanded, std::int64_t change,
                           std::optional<std::int64_t> classes = std::nullopt);

/// The mistake of a whole case and the operand that it is about, as in `target:forgot_unsqueeze`;
/// `none` for a case that is valid.
struct LocatedMistake {
  Mistake kind = Mistake::kNone;
  std::string operand;
  Shape demanded;
};
LocatedMistake find_mistake(const Case& c, const LossSpec& spec);
/// Everything that is unusual about a case, the likeliest cause first; nothing of an ordinary one.
std::vector<LocatedMistake> find_mistakes(const Case& c, const LossSpec& spec);
std::string to_string(const LocatedMistake& mistake);

}  // namespace shapefuzz
