// SPDX-License-Identifier: BSD-3-Clause
// Which pairs of shapes stand for which, and what a reduction inherits; that a loss which knows a
// size is found out.
#include "harness/search/sweep/stand_in.h"

#include <ATen/core/Tensor.h>
#include <c10/util/Exception.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <utility>

#include "harness/losses/registry/registry.h"
#include "harness/search/sweep/refusals.h"
#include "harness/search/sweep/sweep.h"

namespace shapefuzz {
namespace {

using Pair = StandIns::Pair;

const Variation& variation(const char* name, const char* varied) {
  static std::map<std::string, std::vector<Variation>> kept;
  std::vector<Variation>& all = kept[name];
  const Loss& loss = *find_loss(name);
  if (all.empty()) all = variations_of(loss, loss.spec.entries);
  for (const Variation& v : all) {
    if (v.operand_name(v.varied) == varied) return v;
  }
  ADD_FAILURE() << name << " has no " << varied;
  return all.front();
}

Reach up_to(std::size_t rank, std::int64_t size) { return {rank, size, 0}; }

TEST(StandIns, ThoseThatDifferByTheNamesOfSizesStandForEachOther) {
  const StandIns mse(variation("mse_loss", "target"), up_to(2, 3));
  EXPECT_EQ(mse.stands_for({{2, 1}, {2}}), 2U);  // [3,1] against [3]
  EXPECT_EQ(mse.stands_for({{3, 1}, {3}}), 0U);
  EXPECT_EQ(mse.stands_for({{2, 3}, {3}}), 0U);  // the sum of [3,2] against [2] is smaller
  EXPECT_EQ(mse.stands_for({{3, 2}, {2}}), 2U);
  EXPECT_EQ(mse.stands_for({{2}, {3}}), 2U);
  EXPECT_EQ(mse.stands_for({{0, 1}, {1}}), 1U);  // 0 and 1 have one name
  const StandIns larger(variation("mse_loss", "target"), up_to(2, 5));
  EXPECT_EQ(larger.stands_for({{2, 1}, {2}}), 4U);
  EXPECT_EQ(larger.stands_for({{2, 1}, {3}}), 12U);
}

TEST(StandIns, CountsOfElementsThatAreEqualStaySo) {
  const StandIns mse(variation("mse_loss", "target"), up_to(2, 5));
  // Only 4 is 2 times 2; the others have another count than that of the single dimension.
  EXPECT_EQ(mse.stands_for({{4}, {2, 2}}), 1U);
  EXPECT_EQ(mse.stands_for({{3}, {2, 2}}), 11U);
}

TEST(StandIns, EachPairIsRepresentedOnce) {
  const std::vector<Shape> shapes = all_shapes(2, 4);
  for (const char* const varied : {"positive", "negative"}) {
    const StandIns stand_ins(variation("triplet_margin_loss", varied), up_to(2, 4));
    std::map<std::string, int> times;
    for (const Shape& output : shapes) {
      for (const Shape& other : shapes) {
        const std::vector<Pair> all = stand_ins.represented_by({output, other});
        EXPECT_EQ(stand_ins.stands_for({output, other}), all.size());
        for (const Pair& pair : all) ++times[to_string(pair.output) + to_string(pair.other)];
      }
    }
    EXPECT_EQ(times.size(), shapes.size() * shapes.size());
    for (const auto& [pair, count] : times) EXPECT_EQ(count, 1) << pair;
  }
}

TEST(StandIns, NumbersOfTheContractAndOfOptionsKeepTheirNames) {
  const Loss boxes = make_loss("boxes", "(output: real[N,4], target: real[N,4]) -> [N]",
                               {{"classes", std::int64_t{3}, {}}}, {{"functional", nullptr}});
  const Variation v = variations_of(boxes, {"functional"}).front();
  const StandIns stand_ins(v, up_to(2, 5));
  EXPECT_EQ(stand_ins.stands_for({{2, 4}, {2, 4}}), 2U);  // [5,4] against [5,4]
  EXPECT_EQ(stand_ins.stands_for({{3, 4}, {3, 4}}), 1U);
  EXPECT_EQ(stand_ins.stands_for({{2, 4}, {3, 4}}), 2U);
}

TEST(StandIns, OfALossThatKnowsSizesEachPairStandsForItself) {
  EXPECT_EQ(StandIns(variation("ctc_loss", "targets"), up_to(2, 5)).stands_for({{2, 3}, {3}}), 1U);
  EXPECT_EQ(StandIns(variation("nll_loss", "weight"), up_to(2, 5)).stands_for({{2, 3}, {3}}), 12U);
}

Judgement refused() {
  Judgement judgement;
  judgement.outcome = Outcome::kRejected;
  return judgement;
}

TEST(Refusals, AReductionInheritsWhatItsEntryRefusesUnreduced) {
  Case c;
  c.loss = "mse_loss";
  Refusals refusals;
  refusals.note({"functional", "none"}, c, refused());
  EXPECT_NE(refusals.inherited_by({"functional", "mean"}), nullptr);
  EXPECT_EQ(refusals.inherited_by({"functional", "none"}), nullptr);
  refusals.forget();
  EXPECT_EQ(refusals.inherited_by({"functional", "mean"}), nullptr);
}

TEST(Refusals, AnEntryInheritsFromTheOneThatItCalls) {
  Case c;
  c.loss = "mse_loss";
  Refusals refusals;
  refusals.note({"functional", "none"}, c, refused());
  EXPECT_NE(refusals.inherited_by({"module", "none"}), nullptr);
  EXPECT_NE(refusals.inherited_by({"module", "sum"}), nullptr);
  EXPECT_NE(refusals.inherited_by({"aten", "none"}), nullptr);
  EXPECT_NE(refusals.inherited_by({"op", "mean"}), nullptr);
  refusals.forget();
  refusals.note({"aten", "none"}, c, refused());
  EXPECT_NE(refusals.inherited_by({"op", "none"}), nullptr);
  EXPECT_EQ(refusals.inherited_by({"module", "none"}), nullptr);
  refusals.forget();
  refusals.note({"op", "none"}, c, refused());
  EXPECT_EQ(refusals.inherited_by({"aten", "none"}), nullptr);
}

TEST(Refusals, OfTheFunctionalAloneGoNoFurtherThanItsModule) {
  Case c;
  c.loss = "mse_loss";
  Judgement with_warning = refused();
  with_warning.warned = true;
  Refusals refusals;
  const auto expect_no_further = [&] {
    EXPECT_NE(refusals.inherited_by({"module", "mean"}), nullptr) << c.loss;
    for (const char* const entry : {"aten", "op"}) {
      EXPECT_EQ(refusals.inherited_by({entry, "none"}), nullptr) << c.loss;
      EXPECT_EQ(refusals.inherited_by({entry, "mean"}), nullptr) << c.loss;
    }
  };
  refusals.note({"functional", "none"}, c, with_warning);
  expect_no_further();
  refusals.forget();
  c.loss = "nll_loss";  // asks for two dimensions before it calls the kernel
  refusals.note({"functional", "none"}, c, refused());
  expect_no_further();
}

TEST(Refusals, NothingElseIsInherited) {
  Case c;
  c.loss = "mse_loss";
  Refusals refusals;
  refusals.note({"functional", "none"}, c, Judgement());  // accepted
  refusals.note({"module", "mean"}, c, refused());
  Judgement finding = refused();
  finding.verdict = Verdict::kRejectedValid;
  refusals.note({"aten", "none"}, c, finding);
  for (const char* const entry : {"functional", "module", "aten"}) {
    EXPECT_EQ(refusals.inherited_by({entry, "sum"}), nullptr) << entry;
  }
}

TEST(Refusals, AReductionThatIsKnownToDoOtherwiseInheritsNothing) {
  Case c;
  c.loss = "kl_div";
  Refusals refusals;
  refusals.note({"functional", "none"}, c, refused());
  EXPECT_EQ(refusals.inherited_by({"functional", "mean"}), nullptr);
  EXPECT_NE(refusals.inherited_by({"functional", "sum"}), nullptr);
  refusals.forget();
  c.loss = "cross_entropy";
  c.operands.resize(2);
  const auto inherits = [&](const Shape& input, const Shape& target) {
    c.operands[0].shape = input;
    c.operands[1].shape = target;
    refusals.forget();
    refusals.note({"functional", "none"}, c, refused());
    return refusals.inherited_by({"functional", "mean"}) != nullptr;
  };
  EXPECT_FALSE(inherits({0, 2}, {0}));
  EXPECT_TRUE(inherits({0, 2}, {0, 2}));
  EXPECT_TRUE(inherits({3, 2}, {3}));
}

SweepOptions watched(bool full) {
  SweepOptions options;
  options.max_rank = 2;
  options.judging.memory = MemoryMode::kFull;
  options.deviations = false;
  options.full = full;
  return options;
}

// By some half of the calls or fewer, on however many machines.
TEST(ReducedSweep, CountsWhatTheFullOneDoes) {
  for (const char* const name : {"mse_loss", "cosine_embedding_loss", "kl_div"}) {
    const Loss& loss = *find_loss(name);
    const auto variations = variations_of(loss, loss.spec.entries);
    const Tally full = sweep(variations, watched(true), {});
    const Tally reduced = sweep(variations, watched(false), {});
    EXPECT_EQ(reduced.to_text(), full.to_text()) << name;
    SweepOptions options = watched(false);
    Tally parts;
    for (options.shard = {1, 3}; options.shard.index <= 3; ++options.shard.index) {
      options.jobs = static_cast<std::size_t>(options.shard.index);
      parts.add(sweep(variations, options, {}));
    }
    EXPECT_EQ(parts.to_text(), full.to_text()) << name;
  }
}

// A record is of a case that was judged; two sizes halve those.
TEST(ReducedSweep, CallsFewer) {
  std::uint64_t records = 0;
  SweepSinks sinks;
  sinks.records = [&](const std::string& lines) {
    records += static_cast<std::uint64_t>(std::count(lines.begin(), lines.end(), '\n'));
  };
  const auto& loss = *find_loss("mse_loss");
  const auto variations = variations_of(loss, loss.spec.entries);
  sweep(variations, watched(true), sinks);
  const std::uint64_t full = std::exchange(records, 0);
  sweep(variations, watched(false), sinks);
  EXPECT_LT(records, full * 6 / 10);
  EXPECT_GT(records, full * 4 / 10);
}

// A kernel that knows the size 3 is what the reduction does not see: the two sweeps differ, as
// sweep_proof_test.cpp would find.
TEST(ReducedSweep, OverlooksALossThatKnowsASize) {
  Loss loss = *find_loss("mse_loss");
  const EntryCall honest = loss.entries.front().call;
  loss.entries.front().call = [honest](const Arguments& arguments) {
    for (const std::int64_t size : arguments.operands[0].sizes())
      TORCH_CHECK(size != 3, "not of three");
    return honest(arguments);
  };
  const auto variations = variations_of(loss, {loss.spec.entries.front()});
  const Tally full = sweep(variations, watched(true), {});
  const Tally reduced = sweep(variations, watched(false), {});
  EXPECT_NE(reduced.to_text(), full.to_text());
  EXPECT_EQ(reduced.cases(), full.cases());
  // Of somebody's own nothing is left out.
  loss.spec.own = true;
  EXPECT_FALSE(may_reduce(watched(false), loss));
  loss.spec.own = false;
  EXPECT_TRUE(may_reduce(watched(false), loss));
}

}  // namespace
}  // namespace shapefuzz
