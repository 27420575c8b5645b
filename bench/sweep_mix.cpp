// SPDX-License-Identifier: BSD-3-Clause
#include "bench/sweep_mix.h"

#include <algorithm>
#include <utility>

#include "harness/search/sweep/deviations.h"
#include "harness/search/sweep/plan.h"
#include "harness/search/sweep/reach.h"

namespace shapefuzz {
namespace {

constexpr std::size_t kRank = 3;
constexpr std::int64_t kSize = 3;

class EveryNth {
 public:
  explicit EveryNth(std::size_t n) : n_(n) {}
  bool takes() { return next_++ % n_ == 0; }

 private:
  std::size_t n_;
  std::size_t next_ = 0;
};

void add_deviations(const Loss& loss, EveryNth& chosen, std::vector<Block>& blocks) {
  const Bounds bounds = {kRank, kSize, true, true};
  const std::vector<Case> cases = deviations_of(loss, loss.spec.entries, bounds, 0);
  const std::size_t length = ways_of(loss, loss.spec.entries).size();
  for (std::size_t i = 0; i < cases.size(); i += length) {
    if (!chosen.takes()) continue;
    const auto begin = cases.begin() + static_cast<std::ptrdiff_t>(i);
    const std::size_t end = std::min(cases.size() - i, length);
    blocks.push_back({&loss, {begin, begin + static_cast<std::ptrdiff_t>(end)}});
  }
}

}  // namespace

std::vector<Block> sweep_mix(const Loss& loss, std::size_t every) {
  std::vector<Block> blocks;
  EveryNth chosen(every);
  add_deviations(loss, chosen, blocks);
  const std::vector<Shape> shapes = all_shapes(kRank, kSize);
  for (const Variation& v : variations_of(loss, loss.spec.entries)) {
    const Grid grid(v, shapes);
    for (std::size_t i = 0; i < grid.outputs(); ++i) {
      for (const Shape& other : grid.others(i)) {
        if (!chosen.takes()) continue;
        Block block = {&loss, {}};
        for (const Way& way : v.ways) {
          block.cases.push_back(v.make_case(grid.output(i), other, way, 0));
        }
        blocks.push_back(std::move(block));
      }
    }
  }
  return blocks;
}

}  // namespace shapefuzz
