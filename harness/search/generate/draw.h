// SPDX-License-Identifier: BSD-3-Clause
// Drawing a case from its contract: what RapidCheck's generators and the campaign's mutator share.
//
// Whoever draws brings the choices: RapidCheck its own, which shrink, a campaign those of a seed.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "harness/language/case/case.h"

namespace shapefuzz {

/// A number in [low, high).
using Pick = std::function<std::int64_t(std::int64_t low, std::int64_t high)>;

/// The choices of a seed: the same seed, the same numbers. (splitmix64)
class SeededPick {
 public:
  explicit SeededPick(std::uint64_t seed) : state_(seed) {}
  std::int64_t operator()(std::int64_t low, std::int64_t high);
  std::uint64_t bits();

 private:
  std::uint64_t state_;
};

/// How far drawn shapes go.
struct DrawBounds {
  std::int64_t max_size = 6;
  std::int64_t max_pack_rank = 2;
  std::int64_t zero_one_in = 12;  ///< an empty dimension is worth a try now and then
};

/// A case of the loss whose sizes, options, dtypes and layouts are drawn, on top of the options
/// `fixed`. Its shapes are those of an alternative; a constraint or an illegal option may still
/// make it less than valid.
Case draw_case(const LossSpec& spec, const std::string& entry, const std::vector<Option>& fixed,
               const Pick& pick, const DrawBounds& bounds = {});

/// The simplest case there is of a loss: the first alternative, every size 1 (or 2, where 1 is not
/// valid), no pack, no optional
/// operand, defaults everywhere but for the options `fixed`.
Case plainest_case(const LossSpec& spec, const std::vector<Option>& fixed = {});

}  // namespace shapefuzz
