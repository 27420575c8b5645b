// SPDX-License-Identifier: BSD-3-Clause
// The proof that a sweep need not judge what another case stands for: every pair of small shapes of
// every loss, by every entry and reduction, is judged itself and held against what the reduced
// sweep counts for it. `scripts/test` has rank <= 2 and sizes 0..3, by each policy,
// `scripts/nightly` with SHAPEFUZZ_PROOF=3,5 in the environment rank <= 3 and sizes 0..5, as a
// sweep is run by default.
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <optional>
#include <sstream>
#include <utility>

#include "harness/findings/records/tally.h"
#include "harness/losses/registry/registry.h"
#include "harness/oracle/judge/judge.h"
#include "harness/oracle/libtorch/setup.h"
#include "harness/search/process/pool.h"
#include "harness/search/sweep/refusals.h"
#include "harness/search/sweep/stand_in.h"
#include "harness/search/sweep/sweep.h"

namespace shapefuzz {
namespace {

Reach bounds() {
  Reach reach;
  reach.max_rank = 2;
  const char* const wanted = std::getenv("SHAPEFUZZ_PROOF");
  if (wanted == nullptr) return reach;
  std::istringstream in(wanted);
  char comma = 0;
  if (!(in >> reach.max_rank >> comma >> reach.max_size) || comma != ',') {
    throw std::runtime_error(
        fmt::format("SHAPEFUZZ_PROOF: found '{}', expected a rank and a size: 3,5", wanted));
  }
  return reach;
}

// All that a sweep counts of a case, and by what it tells findings apart.
std::string counted(const Case& c, const Judgement& judgement) {
  std::string text =
      fmt::format("{}, {}, {}{}{}", to_string(judgement.zone), to_string(judgement.outcome),
                  to_string(judgement.verdict), judgement.warned ? ", warned" : "",
                  judgement.kept_bytes > 0 ? ", keeping" : "");
  if (!is_finding(judgement.verdict)) return text;
  Tally tally;
  tally.add(c, judgement);
  const auto& [signature, finding] = *tally.findings().begin();
  return fmt::format("{}; {}; {}{}", text, to_string(signature), signature.cause,
                     finding.harmless > 0 ? "; harmless" : "");
}

// What the cases of a pair of shapes count as, by way.
class Counting {
 public:
  Counting(const Variation& variation, const Judging& judging) : v_(variation), judge_(judging) {}

  // Where `reduces`, as a reduced sweep counts: what is refused unreduced is not run again.
  std::vector<std::string> count(const StandIns::Pair& pair, bool reduces, Position& position) {
    std::vector<std::string> counts;
    Refusals refusals;
    for (const Way& way : v_.ways) {
      const Judgement* const inherited = reduces ? refusals.inherited_by(way) : nullptr;
      const Case c = v_.make_case(pair.output, pair.other, way, 0);
      const Judgement judgement = inherited != nullptr ? *inherited : judge_.judge(*v_.loss, c);
      refusals.note(way, c, judgement);
      counts.push_back(counted(c, judgement));
      position.cases.fetch_add(1);
    }
    return counts;
  }

 private:
  const Variation& v_;
  Judge judge_;
};

// A unit is one variation with one output shape: the pairs that are judged, each with all that it
// stands for.
class SweepProof : public ::testing::Test {
 public:
  SweepProof(const Loss& loss, const Judging& judging)
      : loss_(loss),
        judging_(judging),
        variations_(variations_of(loss, loss.spec.entries)),
        shapes_(all_shapes(bounds().max_rank, bounds().max_size)) {}

  void TestBody() override {
    warm_up_libtorch(judging_.memory);
    Pool pool;
    pool.units = variations_.size() * shapes_.size();
    pool.jobs = 1;
    pool.work = [this](std::size_t unit, const auto& skipped, Position& position) {
      return skipped.empty() ? work(unit, position) : std::string("0 0\na case died\n");
    };
    std::uint64_t represented = 0;
    std::uint64_t pairs = 0;
    std::string failures;
    pool.on_result = [&](std::size_t, const std::string& result) {
      std::istringstream in(result);
      std::uint64_t more = 0;
      std::uint64_t judged = 0;
      in >> more >> judged;
      represented += more;
      pairs += judged;
      failures += result.substr(result.find('\n') + 1);
    };
    pool.run();
    std::cout << fmt::format("{}: {} pairs of shapes, {} judged for all\n", loss_.spec.name,
                             represented, pairs);
    // Each pair is represented, and by one.
    EXPECT_EQ(represented, variations_.size() * shapes_.size() * shapes_.size());
    EXPECT_LE(pairs, represented);
    // As text and not as an escaped value, since a person reads it.
    const std::size_t most_shown = std::getenv("SHAPEFUZZ_PROOF") != nullptr ? 100'000'000 : 4000;
    EXPECT_TRUE(failures.empty()) << failures.substr(0, most_shown);
  }

 private:
  std::string work(std::size_t unit, Position& position) const {
    const Variation& v = variations_[unit / shapes_.size()];
    const StandIns stand_ins(v, bounds());
    Counting full(v, judging_);
    Counting reduced(v, judging_);
    std::uint64_t represented = 0;
    std::uint64_t judged = 0;
    std::string failures;
    for (const Shape& other : shapes_) {
      const StandIns::Pair pair{shapes_[unit % shapes_.size()], other};
      const std::vector<StandIns::Pair> all = stand_ins.represented_by(pair);
      if (stand_ins.stands_for(pair) != all.size()) failures += "counts differ\n";
      if (all.empty()) continue;
      represented += all.size();
      judged += 1;
      const std::vector<std::string> expected = reduced.count(pair, true, position);
      for (const StandIns::Pair& one : all) {
        const std::vector<std::string> actual = full.count(one, false, position);
        for (std::size_t way = 0; way < actual.size(); ++way) {
          if (actual[way] == expected[way]) continue;
          const auto line = [&](const StandIns::Pair& p) {
            return to_string(v.make_case(p.output, p.other, v.ways[way], 0));
          };
          failures += fmt::format("{}\n  is {}\n{}\n  counts as {}\n", line(one), actual[way],
                                  line(pair), expected[way]);
        }
      }
    }
    return fmt::format("{} {}\n{}", represented, judged, failures);
  }

  const Loss& loss_;
  Judging judging_;
  std::vector<Variation> variations_;
  std::vector<Shape> shapes_;
};

}  // namespace

void register_sweep_proofs() {
  const std::pair<const char*, Judging> suites[] = {
      {"SweepProof", {Policy::kExpand, MemoryMode::kFull}},
      {"SweepProofStrict", {Policy::kStrict, MemoryMode::kFull}},
      {"SweepProofBroadcast", {Policy::kBroadcast, MemoryMode::kFull}},
      {"SweepProofGuard", {Policy::kExpand, MemoryMode::kGuard}},
  };
  for (const auto& [suite, judging] : suites) {
    for (const Loss& loss : all_losses()) {
      ::testing::RegisterTest(suite, loss.spec.name.c_str(), nullptr, nullptr, __FILE__, __LINE__,
                              [&loss, judging = judging]() -> ::testing::Test* {
                                return new SweepProof(loss, judging);
                              });
    }
  }
}

}  // namespace shapefuzz

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  shapefuzz::register_sweep_proofs();
  return RUN_ALL_TESTS();
}
