// SPDX-License-Identifier: BSD-3-Clause
#include "harness/search/sweep/unlike.h"

#include <algorithm>
#include <array>

namespace shapefuzz {
namespace {

constexpr std::string_view kAny;

struct Sized {
  std::string_view loss;
  std::string_view varied;  ///< kAny: whatever varies
};

constexpr std::array<Sized, 3> kSized = {{
    // A weight that is too short is read past its end only for a class beyond it, and which class
    // was drawn depends on how many there are.
    {"multi_margin_loss", "weight"},
    // Whether an alignment exists depends on how many labels there are for how many steps, and on
    // whether the drawn labels repeat.
    {"ctc_loss", kAny},
    // More targets than samples are read as far as the drawn classes lie in the head.
    {"adaptive_log_softmax_with_loss", kAny},
}};

struct Reduced {
  std::string_view loss;
  std::string_view reduction;  ///< kAny: each
  bool only_empty;
};

constexpr std::array<Reduced, 2> kReduced = {{
    // It warns that this mean is another one than people think, and then refuses.
    {"kl_div", "mean", false},
    // With probabilities for classes and an empty batch the kernel returns its mean before it looks
    // at the dtype.
    {"cross_entropy", kAny, true},
}};

bool is(std::string_view one, std::string_view other) { return one == kAny || one == other; }

}  // namespace

bool knows_sizes(std::string_view loss, std::string_view varied) {
  return std::any_of(kSized.begin(), kSized.end(),
                     [&](const Sized& row) { return row.loss == loss && is(row.varied, varied); });
}

bool reduces_otherwise(std::string_view loss, std::string_view reduction, bool has_empty) {
  return std::any_of(kReduced.begin(), kReduced.end(), [&](const Reduced& row) {
    return row.loss == loss && is(row.reduction, reduction) && (has_empty || !row.only_empty);
  });
}

}  // namespace shapefuzz
