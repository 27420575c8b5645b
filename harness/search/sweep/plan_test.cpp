// SPDX-License-Identifier: BSD-3-Clause
// What a sweep tries: the shapes that go together, the bounds that grow, the values that deviate.
#include "harness/search/sweep/plan.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <set>

#include "harness/language/case/values.h"
#include "harness/language/case/zone.h"
#include "harness/losses/loss/loss.h"
#include "harness/losses/registry/registry.h"
#include "harness/search/sweep/deviations.h"
#include "harness/search/sweep/reach.h"
#include "harness/search/sweep/sweep.h"

namespace shapefuzz {
namespace {

const Reach kDefault;

std::vector<Variation> variations_of(const char* name) {
  const Loss& loss = *find_loss(name);
  return variations_of(loss, loss.spec.entries);
}

// The operand that is derived where the output and the operand `varied` have these shapes.
Shape derived(const char* name, const char* varied, const Shape& output, const Shape& shape,
              const char* operand) {
  for (const Variation& v : variations_of(name)) {
    if (v.operand_name(v.varied) != varied) continue;
    return v.make_case(output, shape, v.ways.front(), 0).find_operand(operand)->shape;
  }
  return {};
}

TEST(Plan, DerivedOperandsFollowAnOutputThatFitsNoAlternative) {
  EXPECT_EQ(derived("triplet_margin_loss", "positive", {0, 0, 1}, {2}, "negative"),
            (Shape{0, 0, 1}));
  EXPECT_EQ(derived("triplet_margin_loss", "positive", {}, {2}, "negative"), Shape());
  // The batch is what stands before the features, the classes stand behind it.
  EXPECT_EQ(derived("cosine_embedding_loss", "input2", {2, 3, 1}, {3}, "target"), (Shape{2, 3}));
  EXPECT_EQ(derived("aten::nll_loss", "weight", {2, 3, 1}, {}, "target"), (Shape{2, 3}));
  // Without a dimension for a name there is none of it in the other operands.
  EXPECT_EQ(derived("aten::nll_loss", "weight", {3}, {}, "target"), Shape());
  // A name that the output does not carry is taken from the operand that varies.
  EXPECT_EQ(derived("ctc_loss", "input_lengths", {1, 2, 3, 3}, {3}, "target_lengths"), (Shape{3}));
}

TEST(Plan, DerivedOperandsAreThoseOfTheContractWhereTheOutputFits) {
  EXPECT_EQ(derived("triplet_margin_loss", "positive", {3, 2}, {2}, "negative"), (Shape{3, 2}));
  EXPECT_EQ(derived("cosine_embedding_loss", "input2", {3, 2}, {3}, "target"), (Shape{3}));
}

// By the contract alone; whether LibTorch agrees is for the sweep to say.
TEST(Reach, EveryLossAndOperatorHasAValidCaseOrIsToldToHaveNone) {
  std::vector<const Loss*> all;
  for (const Loss& loss : all_losses()) all.push_back(&loss);
  for (const Loss& loss : all_operators()) all.push_back(&loss);
  const std::vector<Shape> within = all_shapes(kDefault.max_rank, kDefault.max_size);
  for (const Loss* loss : all) {
    const auto variations = variations_of(*loss, loss->spec.entries);
    if (variations.empty()) continue;
    bool valid = false;
    for (const Variation& v : variations) {
      const Grid grid(v, within);
      for (std::size_t i = 0; i < grid.outputs() && !valid; ++i) {
        for (const Shape& other : grid.others(i)) {
          for (const Way& way : v.ways) {
            const Case c = v.make_case(grid.output(i), other, way, 0);
            valid = valid || (!loss->spec.open && zone_of(c, loss->spec) == Zone::kValid);
          }
          if (valid) break;
        }
      }
    }
    const auto told = unreached(variations, kDefault);
    EXPECT_TRUE(valid || !told.empty()) << loss->spec.name;
    EXPECT_TRUE(valid || loss->spec.open) << loss->spec.name;
  }
}

TEST(Reach, BoundsGrowWhereTheContractNeedsMoreAndNowhereElse) {
  const std::vector<Shape> within = all_shapes(kDefault.max_rank, kDefault.max_size);
  for (const Loss& loss : all_losses()) {
    for (const Variation& v : variations_of(loss, loss.spec.entries)) {
      EXPECT_EQ(Grid(v, within).pairs(), within.size() * within.size()) << loss.spec.name;
    }
    EXPECT_EQ(unreached(variations_of(loss, loss.spec.entries), kDefault),
              std::vector<std::string>());
  }
  for (const Variation& v : variations_of("aten::nll_loss2d_backward")) {
    const auto further = beyond(v, within);
    ASSERT_TRUE(further);
    EXPECT_EQ(further->max_rank, 4U);
    // 81 outputs of rank 4, each with the 121 shapes up to rank 4.
    EXPECT_EQ(Grid(v, within).pairs(), within.size() * within.size() + std::size_t{81} * 121);
  }
  EXPECT_EQ(unreached(variations_of("aten::nll_loss2d_backward"), kDefault).front(),
            "aten::nll_loss2d_backward: no valid case within rank <= 3 and sizes 0..3; swept at "
            "rank 4, sizes 0..2 too");
}

TEST(Reach, TellsTheAlternativesThatTheBoundsLeaveOut) {
  const auto told = unreached(variations_of("nll_loss"), {1, 3});
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told.front().find("nll_loss: no valid case within rank <= 1 and sizes 0..3 of "
                              "(input: logprob[N,C,*d]"),
            0U)
      << told.front();
}

TEST(Reach, GrowsNoPairTwice) {
  const std::vector<Shape> within = all_shapes(1, 3);
  for (const Variation& v : variations_of("aten::nll_loss_backward")) {
    const Grid grid(v, within);
    std::set<std::string> pairs;
    for (std::size_t i = 0; i < grid.outputs(); ++i) {
      for (const Shape& other : grid.others(i)) {
        EXPECT_TRUE(pairs.insert(to_string(grid.output(i)) + to_string(other)).second);
      }
    }
    EXPECT_EQ(pairs.size(), grid.pairs());
    EXPECT_GT(pairs.size(), within.size() * within.size());
  }
}

TEST(Sweep, GoesBeyondItsBoundsAndCountsWhatItDoes) {
  const auto variations = variations_of("aten::nll_loss2d_forward");
  SweepOptions options;
  options.max_rank = 1;
  options.max_size = 1;
  options.deviations = false;
  const Tally one = sweep(variations, options, {});
  EXPECT_EQ(one.cases(), count_cases(variations, options));
  const Counts& counts = one.counts().at({"aten::nll_loss2d_forward", "op"});
  EXPECT_GT(counts.of(Zone::kValid, Outcome::kAccepted), 0U);
  options.jobs = 3;
  EXPECT_EQ(sweep(variations, options, {}).to_text(), one.to_text());
}

// Calls `visit` with each deviation that lists the sample for the operand, and with its reduction.
void for_each_listed(const Loss& loss, bool unchecked,
                     const std::function<void(const Case&, const Operand&, double)>& visit) {
  Bounds bounds;
  bounds.unchecked = unchecked;
  for (const Case& c : deviations_of(loss, loss.spec.entries, bounds, 0)) {
    for (const Operand& operand : c.operands) {
      if (!operand.values.empty()) visit(c, operand, operand.values.back());
    }
  }
}

TEST(Deviations, EachIllegalValueMeetsEachReduction) {
  std::vector<const Loss*> all;
  for (const Loss& loss : all_losses()) all.push_back(&loss);
  for (const Loss& loss : all_operators()) all.push_back(&loss);
  for (const Loss* loss : all) {
    if (loss->spec.open) continue;
    std::set<std::string> seen;
    for_each_listed(*loss, true, [&](const Case& c, const Operand& operand, double) {
      // The shapes fit, so it is the value that is illegal.
      if (classify(loss->spec.contract, to_call(c, loss->spec)) == Zone::kIncompatible) return;
      if (zone_of(c, loss->spec) != Zone::kIncompatible) return;
      const bool reduced = loss->spec.find_option("reduction") != nullptr;
      seen.insert(operand.name + " " +
                  (reduced ? c.get<std::string>(loss->spec, "reduction") : std::string()));
    });
    for (const OperandPattern& pattern : loss->spec.contract.operands()) {
      const BoundKind kind{pattern.kind, 2};
      if (illegal_samples(kind).empty()) continue;
      for (const Way& way : ways_of(*loss, {loss->spec.entries.front()})) {
        EXPECT_EQ(seen.count(pattern.name + " " + way.reduction), 1U)
            << loss->spec.name << " " << pattern.name << " " << way.reduction;
      }
    }
  }
}

TEST(Deviations, UncheckedOperandsOfBackwardOperatorsKeepTheirValues) {
  for (const char* name : {"aten::nll_loss_backward", "aten::nll_loss2d_backward"}) {
    std::size_t targets = 0;
    for_each_listed(*find_loss(name), true, [&](const Case&, const Operand& operand, double) {
      targets += operand.name == "target" ? 1 : 0;
    });
    EXPECT_GT(targets, 0U) << name;
    for_each_listed(*find_loss(name), false, [&](const Case& c, const Operand& operand, double) {
      EXPECT_NE(operand.name, "target") << to_string(c);
    });
  }
}

TEST(Deviations, DrawInfinitiesAndTheSmallestNumbers) {
  const auto has = [](const char* name, const char* operand, double wanted) {
    bool found = false;
    for_each_listed(*find_loss(name), true, [&](const Case&, const Operand& o, double value) {
      found = found || (o.name == operand && value == wanted);
    });
    return found;
  };
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  EXPECT_TRUE(has("mse_loss", "input", kInfinity));
  EXPECT_TRUE(has("mse_loss", "target", -kInfinity));
  EXPECT_TRUE(has("kl_div", "input", -kInfinity));
  EXPECT_TRUE(has("binary_cross_entropy", "input", 1e-20));
  EXPECT_TRUE(has("binary_cross_entropy", "target", 1e-20));
  EXPECT_TRUE(has("poisson_nll_loss", "target", kInfinity));
}

}  // namespace
}  // namespace shapefuzz
