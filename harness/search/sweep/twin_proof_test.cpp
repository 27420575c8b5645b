// SPDX-License-Identifier: BSD-3-Clause
// The proof that a twin behaves like its original: every pair of small shapes of every loss, and
// samples of large ones. What differs is counted, so that a twin that is always the case itself
// proves nothing.
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <iostream>
#include <map>
#include <optional>
#include <set>

#include "harness/language/case/twin.h"
#include "harness/language/case/values.h"
#include "harness/losses/loss/loss.h"
#include "harness/losses/registry/registry.h"
#include "harness/oracle/judge/judge.h"
#include "harness/oracle/libtorch/setup.h"
#include "harness/search/process/pool.h"
#include "harness/search/sweep/plan.h"

namespace shapefuzz {
namespace {

constexpr std::size_t kMaxRankProven = 3;
constexpr std::int64_t kMaxSizeProven = 5;

// As `run` judges a twin.
Judging judging() {
  Judging judging(Policy::kExpand, MemoryMode::kGuard);
  judging.slopes = false;
  return judging;
}

// Judges cases beside their twins, in a worker.
class Comparing {
 public:
  explicit Comparing(const Loss& loss) : loss_(loss), judge_(judging()) {}

  // Whether the case is another one than its twin.
  bool compare(const Case& c) {
    const Twin twin = twin_of(c, loss_.spec);
    if (twin.c == c) return false;
    const std::string line = to_string(twin.c);
    auto known = twins_.find(line);
    if (known == twins_.end()) known = twins_.emplace(line, behaviour(twin.c)).first;
    const std::string own = behaviour(c);
    if (own != known->second && !differ_by_values(c, twin.c)) {
      failures_ +=
          fmt::format("{}\n  is {}\n{}\n  is {}\n", to_string(c), own, line, known->second);
    }
    return true;
  }

  const std::string& failures() const { return failures_; }

 private:
  // What must be the same of a case and its twin.
  std::string behaviour(const Case& c) {
    const Judgement judgement = judge_.judge(loss_, c);
    return fmt::format("{}, {}, {}, {}", to_string(judgement.zone),
                       to_string(find_mistake(c, loss_.spec)), to_string(judgement.outcome),
                       to_string(judgement.verdict));
  }

  // Whether a class is beyond a weight that is too short depends on the class that was drawn. Then
  // other seeds show of both what this one shows of each.
  bool differ_by_values(Case c, Case twin) {
    constexpr std::uint64_t kSeeds = 64;
    std::set<std::string> of_case;
    std::set<std::string> of_twin;
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
      c.seed = twin.seed = seed;
      of_case.insert(behaviour(c));
      of_twin.insert(behaviour(twin));
    }
    return of_case == of_twin;
  }

  const Loss& loss_;
  Judge judge_;
  std::map<std::string, std::string> twins_;  // what was seen of them, by their lines
  std::string failures_;
};

// From four to 10,000, every order of magnitude alike, three different ones that grow.
std::vector<std::int64_t> large_sizes(const std::function<std::uint64_t(std::uint64_t)>& pick) {
  constexpr double kOrders = 3.4;
  std::set<std::int64_t> sizes;
  while (sizes.size() < 3) {
    const double exponent = static_cast<double>(pick(1000)) / 1000 * kOrders;
    sizes.insert(static_cast<std::int64_t>(4 * std::pow(10, exponent)));
  }
  return {sizes.begin(), sizes.end()};
}

Shape grown(Shape shape, const std::vector<std::int64_t>& sizes) {
  for (std::size_t dim = 0; dim < shape.rank(); ++dim) {
    if (shape[dim] >= 2) shape[dim] = sizes[static_cast<std::size_t>(shape[dim] - 2)];
  }
  return shape;
}

// A unit is one variation with one output shape, or all large cases of a variation.
class TwinProof : public ::testing::Test {
 public:
  explicit TwinProof(const Loss& loss)
      : loss_(loss),
        variations_(variations_of(loss, {loss.spec.entries.front()})),
        shapes_(all_shapes(kMaxRankProven, kMaxSizeProven)) {}

  void TestBody() override {
    warm_up_libtorch(judging().memory);
    std::uint64_t different = 0;
    std::string failures;
    Pool pool;
    pool.units = variations_.size() * (shapes_.size() + 1);
    pool.work = [this](std::size_t unit, const auto& skipped, Position& position) {
      return skipped.empty() ? work(unit, position) : std::string("0\na case died\n");
    };
    pool.on_result = [&](std::size_t, const std::string& result) {
      const std::size_t end = result.find('\n');
      different += std::stoull(result.substr(0, end));
      failures += result.substr(end + 1);
    };
    pool.run();
    std::cout << fmt::format("{}: {} cases that differ from their twins\n", loss_.spec.name,
                             different);
    EXPECT_GT(different, 10000U);
    constexpr std::size_t kMostShown = 4000;
    EXPECT_EQ(failures.substr(0, kMostShown), "");
  }

 private:
  // How many cases were another one than their twin, and which of them did something else.
  std::string work(std::size_t unit, Position& position) {
    if (!comparing_) comparing_.emplace(loss_);
    const Variation& v = variations_[unit / (shapes_.size() + 1)];
    const std::size_t shape = unit % (shapes_.size() + 1);
    const std::size_t failures_before = comparing_->failures().size();
    std::uint64_t different = 0;
    const auto compare = [&](const Case& c) {
      different += comparing_->compare(c) ? 1 : 0;
      position.cases.fetch_add(1);
    };
    if (shape < shapes_.size()) {
      for (const Shape& varied : shapes_) {
        compare(v.make_case(shapes_[shape], varied, v.ways.front(), 0));
      }
    } else {
      for (const Case& c : large_cases(v)) compare(c);
    }
    return fmt::format("{}\n{}", different, comparing_->failures().substr(failures_before));
  }

  // Random pairs would hardly ever fit each other; so the sizes of small ones are made large.
  std::vector<Case> large_cases(const Variation& v) const {
    constexpr std::size_t kSamples = 100;
    constexpr std::int64_t kMostElements = 1 << 20;
    std::uint64_t counter = 0;
    const auto pick = [&](std::uint64_t count) { return mix(++counter) % count; };
    const std::vector<Shape> small = all_shapes(kMaxRankProven, 4);
    std::vector<Case> cases;
    while (cases.size() < kSamples) {
      const std::vector<std::int64_t> sizes = large_sizes(pick);
      const Shape output = grown(small[pick(small.size())], sizes);
      const Shape varied = grown(small[pick(small.size())], sizes);
      Case c = v.make_case(output, varied, v.ways[pick(v.ways.size())], counter);
      if (elements_of(c, loss_.spec) <= kMostElements) cases.push_back(std::move(c));
    }
    return cases;
  }

  const Loss& loss_;
  std::vector<Variation> variations_;
  std::vector<Shape> shapes_;
  std::optional<Comparing> comparing_;  // of a worker
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
