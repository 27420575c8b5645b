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
  bool only_empty;             ///< where there is no class to look at
};

constexpr std::array<Reduced, 2> kReduced = {{
    // It warns that this mean is another one than people think, and then refuses.
    {"kl_div", "mean", false},
    // Where no class is given, and reduces, the kernel returns before it looks at their dtype.
    {"cross_entropy", kAny, true},
}};

// Their functionals compare shapes, or ask for more dimensions, before they call the kernel.
constexpr std::array<std::string_view, 5> kStricter = {
    {"binary_cross_entropy", "binary_cross_entropy_with_logits", "nll_loss", "multi_margin_loss",
     "margin_ranking_loss"}};

bool is(std::string_view one, std::string_view other) { return one == kAny || one == other; }

}  // namespace

bool knows_sizes(std::string_view loss, std::string_view varied) {
  return std::any_of(kSized.begin(), kSized.end(),
                     [&](const Sized& row) { return row.loss == loss && is(row.varied, varied); });
}

bool reduces_otherwise(std::string_view loss, std::string_view reduction, bool empty_classes) {
  return std::any_of(kReduced.begin(), kReduced.end(), [&](const Reduced& row) {
    return row.loss == loss && is(row.reduction, reduction) && (empty_classes || !row.only_empty);
  });
}

bool refuses_more(std::string_view loss) {
  return std::find(kStricter.begin(), kStricter.end(), loss) != kStricter.end();
}

}  // namespace shapefuzz
