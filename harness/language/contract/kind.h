// SPDX-License-Identifier: BSD-3-Clause
// Kinds: which values an operand may hold. A kind is the word before the bracket in a contract.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace shapefuzz {

enum class Kind {
  kReal,       ///< any real number
  kPositive,   ///< > 0
  kWeight,     ///< >= 0, a rescaling factor
  kProb,       ///< in [0, 1]
  kLogProb,    ///< <= 0, the logarithm of a probability
  kProbOrLog,  ///< prob_or_log(o): prob, or logprob where the option o is set (kl_div's log_target)
  kRate,       ///< rate(o): real where the option o is set (it is a logarithm), else positive
  kSign,       ///< -1 or 1
  kBinary,     ///< 0 or 1
  kIndex,      ///< index(C): a whole number in [0, C); index(C, o): or the value of the option o;
               ///< index: any from 0 on, as the identities of metric learning
  kLabel,      ///< label(C, b): an index into C classes that is not the blank, the option b
  kClasses,    ///< classes(C): rows of distinct indices below C, closed by -1 (multilabel_margin)
  kLength,     ///< length(T): a whole number in [0, T]
  kSplit,      ///< split(L): whole numbers >= 0 that sum to L
  kBox,        ///< rows of four, two corners of a box: x1, y1, x2, y2 with x1 <= x2 and y1 <= y2
};

inline constexpr std::int64_t kCornersOfBox = 4;

/// What a kind needs of its arguments and of the numbers that hold it.
struct KindInfo {
  Kind value;
  std::string_view name;
  std::size_t least_arguments;  ///< how many names stand in its parentheses
  std::size_t most_arguments;
  bool integral;  ///< must be stored as integers: an index is never a floating number
  bool floating;  ///< must be stored as floating numbers
};

const KindInfo& info(Kind kind);
/// All kinds, in the order of the enumeration.
const std::vector<KindInfo>& all_kinds();

}  // namespace shapefuzz
