// The proof that a twin behaves like its original: every pair of small shapes of every loss, and
// samples of large ones. What differs is counted, so that a twin that is always the case itself
// proves nothing.
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <cmath>
#include <iostream>
#include <map>
#include <set>

#include "harness/case/twin.h"
#include "harness/case/values.h"
#include "harness/losses/loss.h"
#include "harness/sweep/isolated_judge.h"
#include "harness/sweep/plan.h"

namespace shapefuzz {
namespace {

// What must be the same of a case and its twin.
std::string behaviour(const Judgement& judgement) {
  return fmt::format("{}, {}, {}, {}", to_string(judgement.zone), to_string(judgement.misfit),
                     to_string(judgement.outcome), to_string(judgement.verdict));
}

class TwinProof : public ::testing::Test {
 public:
  explicit TwinProof(const Loss& loss) : loss_(loss), judge_(judging()) { judge_.limit_seconds(20); }

  void TestBody() override {
    for (const Variation& v : variations_of(loss_, {loss_.spec.entries.front()})) {
      prove_small(v);
      prove_large(v);
    }
    std::cout << fmt::format("{}: {} small and {} large cases are like their twins, {} of them\n",
                             loss_.spec.name, small_, large_, twins_.size());
    EXPECT_GT(small_, 0U);
    EXPECT_GT(large_, 0U);
  }

 private:
  // As `run` judges a twin.
  static Judging judging() {
    Judging judging(Policy::kExpand, MemoryMode::kGuard);
    judging.slopes = false;
    return judging;
  }

  void prove_small(const Variation& v) {
    constexpr std::size_t kRank = 3;
    constexpr std::int64_t kSize = 5;
    const std::vector<Shape> shapes = all_shapes(kRank, kSize);
    for (const Shape& output : shapes) {
      for (const Shape& varied : shapes) {
        small_ += prove(v.make_case(output, varied, v.ways.front(), 0)) ? 1 : 0;
      }
    }
  }

  // Random pairs would hardly ever fit each other; so the sizes of small ones are made large.
  void prove_large(const Variation& v) {
    constexpr int kSamples = 100;
    constexpr std::int64_t kMostElements = 1 << 20;
    const std::vector<Shape> shapes = all_shapes(3, 4);
    std::uint64_t counter = 0;
    for (int i = 0; i < kSamples;) {
      const auto pick = [&](std::uint64_t count) { return mix(++counter) % count; };
      // From a few to 10,000, every order of magnitude alike.
      std::set<std::int64_t> sizes;
      while (sizes.size() < 3) {
        const double exponent = static_cast<double>(pick(1000)) / 1000 * 3.4;
        sizes.insert(static_cast<std::int64_t>(4 * std::pow(10, exponent)));
      }
      const std::vector<std::int64_t> large(sizes.begin(), sizes.end());
      const auto grown = [&](Shape shape) {
        for (std::size_t dim = 0; dim < shape.rank(); ++dim) {
          if (shape[dim] >= 2) shape[dim] = large[static_cast<std::size_t>(shape[dim] - 2)];
        }
        return shape;
      };
      const Shape output = grown(shapes[pick(shapes.size())]);
      const Shape varied = grown(shapes[pick(shapes.size())]);
      const Case c = v.make_case(output, varied, v.ways[pick(v.ways.size())], counter);
      if (elements_of(c, loss_.spec) > kMostElements) continue;
      large_ += prove(c) ? 1 : 0;
      ++i;
    }
  }

  // Whether the case is another one than its twin.
  bool prove(const Case& c) {
    const Twin twin = twin_of(c, loss_.spec);
    if (twin.c == c) return false;
    const std::string line = to_string(twin.c);
    auto known = twins_.find(line);
    if (known == twins_.end()) {
      known = twins_.emplace(line, behaviour(judge_.judge(loss_, twin.c))).first;
    }
    const std::string own = behaviour(judge_.judge(loss_, c));
    constexpr int kMostShown = 20;
    if (own != known->second && ++failures_ <= kMostShown) {
      ADD_FAILURE() << to_string(c) << "\n  is " << own << "\n"
                    << line << "\n  is " << known->second;
    }
    return true;
  }

  const Loss& loss_;
  IsolatedJudge judge_;
  std::map<std::string, std::string> twins_;  // what was judged of them, by their lines
  std::uint64_t small_ = 0;
  std::uint64_t large_ = 0;
  int failures_ = 0;
};

}  // namespace

void register_twin_proofs() {
  for (const Loss& loss : all_losses()) {
    ::testing::RegisterTest("TwinProof", loss.spec.name.c_str(), nullptr, nullptr, __FILE__,
                            __LINE__,
                            [&loss]() -> ::testing::Test* { return new TwinProof(loss); });
  }
}

}  // namespace shapefuzz

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  shapefuzz::register_twin_proofs();
  return RUN_ALL_TESTS();
}
