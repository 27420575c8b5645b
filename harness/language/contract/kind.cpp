// SPDX-License-Identifier: BSD-3-Clause
#include "harness/language/contract/kind.h"

#include "harness/language/text/table.h"

namespace shapefuzz {
namespace {

// A kind that is neither integral nor floating is a number that LibTorch may convert: a real target
// of integers is no error in itself (see `zone` in contract.h).
constexpr std::array<KindInfo, 15> kKinds = {{
    {Kind::kReal, "real", 0, 0, false, false},
    {Kind::kPositive, "positive", 0, 0, false, false},
    {Kind::kWeight, "weight", 0, 0, false, false},
    {Kind::kProb, "prob", 0, 0, false, true},
    {Kind::kLogProb, "logprob", 0, 0, false, true},
    {Kind::kProbOrLog, "prob_or_log", 1, 1, false, true},
    {Kind::kRate, "rate", 1, 1, false, false},
    {Kind::kSign, "sign", 0, 0, false, false},
    {Kind::kBinary, "binary", 0, 0, false, false},
    {Kind::kIndex, "index", 0, 2, true, false},
    {Kind::kLabel, "label", 2, 2, true, false},
    {Kind::kClasses, "classes", 1, 1, true, false},
    {Kind::kLength, "length", 1, 1, true, false},
    {Kind::kSplit, "split", 1, 1, true, false},
    {Kind::kBox, "box", 0, 0, false, true},
}};
static_assert(is_table_of<Kind>(kKinds));

}  // namespace

const std::vector<KindInfo>& all_kinds() {
  static const std::vector<KindInfo> kinds(kKinds.begin(), kKinds.end());
  return kinds;
}

const KindInfo& info(Kind kind) { return row_of(kKinds, kind); }

}  // namespace shapefuzz
