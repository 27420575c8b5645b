// SPDX-License-Identifier: BSD-3-Clause
#include "bench/survived_mix.h"

#include <algorithm>

#include "harness/search/isolate/isolated_judge.h"

namespace shapefuzz {

SurvivedMix survived_mix(const Loss& loss, std::size_t every) {
  SurvivedMix mix;
  IsolatedJudge judge(Policy::kExpand, MemoryMode::kFull);
  for (Block& block : sweep_mix(loss, every)) {
    const auto crashes = [&](const Case& c) {
      return judge.judge(loss, c).verdict == Verdict::kCrash;
    };
    const auto end = std::remove_if(block.cases.begin(), block.cases.end(), crashes);
    mix.left_out += static_cast<std::size_t>(block.cases.end() - end);
    block.cases.erase(end, block.cases.end());
    mix.blocks.push_back(std::move(block));
  }
  return mix;
}

}  // namespace shapefuzz
