// The property suites: one TEST for each (loss, property), so that sharding and filters work.
//
//   SHAPEFUZZ_PROFILE=nightly build/release/bin/shapefuzz_properties --gtest_filter='mse_loss.*'
#include <fmt/core.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <iostream>
#include <map>
#include <set>

#include "harness/case/zone.h"
#include "harness/oracle/judge.h"
#include "harness/shrink/apart.h"
#include "harness/sweep/baseline.h"
#include "harness/sweep/isolated_judge.h"
#include "properties/generator.h"
#include "properties/profile.h"
#include "properties/reach.h"

namespace shapefuzz {
namespace {

// What is known of this LibTorch; a property fails on what is new.
const Baseline& known_findings() {
  static const Baseline baseline = [] {
    const auto file = find_baseline(libtorch_version());
    return file ? read_baseline(file->path, all_specs()) : Baseline();
  }();
  return baseline;
}

bool is_about_shapes(const std::string& relation) {
  for (const char* other : {"illegal_value", "illegal_option", "other_dtype", "boundary_value",
                            "other_option", "other_layout", "none"}) {
    if (relation.size() >= std::strlen(other) &&
        relation.compare(relation.size() - std::strlen(other), std::string::npos, other) == 0) {
      return false;
    }
  }
  return true;
}

// Whether the baseline has this finding, or one that is as bad or worse for something that is
// unusual about the case: several things are at once, and any of them may be the cause. Values may
// also coincide by accident (a cosine of single numbers is 1 or -1), but that is no news. And a
// miscalculation that the sweep knows of some shapes is the same one for others, which come
// together with more than one operand out of shape; the sweep is exhaustive about those that come
// alone.
bool is_known(const Signature& signature, const Case& c, const LossSpec& spec) {
  const auto severity = [](const Signature& s) { return severity_of(*find_verdict(s.verdict)); };
  std::set<std::string> relations;
  bool shapes = false;
  for (const Misfit& misfit : find_misfits(c, spec)) {
    relations.insert(to_string(misfit));
    shapes = shapes || is_about_shapes(to_string(misfit));
  }
  return std::any_of(known_findings().begin(), known_findings().end(), [&](const auto& known) {
    const Signature& s = known.first;
    if (s.loss != signature.loss || s.entry != signature.entry) return false;
    if (relations.count(s.relation) > 0 && severity(s) <= severity(signature)) return true;
    return shapes && is_about_shapes(s.relation) && s.verdict == signature.verdict &&
           severity(signature) == Severity::kMiscalculation;
  });
}

// Fails the property with the case line and the command that replays it.
void demand(bool holds, const Case& c, const std::string& what) {
  if (holds) return;
  RC_FAIL(fmt::format("{}\n  case:   {}\n  replay: shapefuzz run '{}'", what, to_string(c),
                      to_string(c)));
}

// How closely memory is watched: SHAPEFUZZ_MEMORY=off|guard|full.
std::optional<MemoryMode> memory_mode() {
  const char* const text = std::getenv("SHAPEFUZZ_MEMORY");
  return parse_memory_mode(text == nullptr ? "guard" : text);
}

Judgement judge_anything(const Loss& loss, const Case& c) {
  static IsolatedJudge oracle(Policy::kExpand, *memory_mode());
  return oracle.judge(loss, c);
}

// RapidCheck comes back with many cases of one signature while it shrinks by its own draws.
const Case& smallest_of(const Signature& signature, const Case& c) {
  static std::map<Signature, Case> smallest;
  const auto known = smallest.find(signature);
  if (known != smallest.end()) return known->second;
  return smallest[signature] = shrink_apart(c, Policy::kExpand).shrunk.smallest;
}

Judgement judge(const Loss& loss, const Case& c) {
  const Judgement judgement = judge_anything(loss, c);
  const Signature signature = signature_of(c, judgement);
  if (judgement.verdict == Verdict::kPass || is_known(signature, c, loss.spec)) return judgement;
  demand(false, smallest_of(signature, c),
         fmt::format("{}: {} {}", to_string(signature), judgement.message, judgement.detail));
  return judgement;
}

using Property = std::function<void(const Loss&, const std::string& entry, Reach&)>;

void valid_shapes_are_accepted(const Loss& loss, const std::string& entry, Reach& reach) {
  const Case c = (*valid_case(loss, entry)).c;
  const Judgement judgement = judge(loss, c);
  demand(judgement.zone == Zone::kValid, c, "drawn as valid, judged as something else");
  reach.add(judgement.zone, Mistake::kNone);
}

void mistakes_are_refused_or_harmless(const Loss& loss, const std::string& entry, Reach& reach) {
  const DrawnCase mistaken = *mistaken_case(loss, entry);
  const Judgement judgement = judge(loss, mistaken.c);
  reach.add(judgement.zone, mistaken.mistake);
}

void two_runs_agree(const Loss& loss, const std::string& entry, Reach& reach) {
  const DrawnCase mistaken = *mistaken_case(loss, entry);
  const Judgement first = judge_anything(loss, mistaken.c);
  const Judgement second = judge_anything(loss, mistaken.c);
  demand(first.outcome == second.outcome && first.result_shape == second.result_shape &&
             first.message == second.message,
         mistaken.c, "two runs of one case differ");
  reach.add(first.zone, mistaken.mistake);
}

void lines_read_back(const Loss& loss, const std::string& entry, Reach& reach) {
  const DrawnCase mistaken = *mistaken_case(loss, entry);
  demand(parse_case(to_string(mistaken.c), {&loss.spec}) == mistaken.c, mistaken.c,
         "the case line reads back as another case");
  reach.add(zone_of(mistaken.c, loss.spec), mistaken.mistake);
}

struct NamedProperty {
  const char* name;
  Property property;
  std::vector<Zone> zones;  // that it must reach
};

const std::vector<NamedProperty>& properties() {
  static const std::vector<NamedProperty> all = {
      {"ValidShapesAreAcceptedAndComputedRight", valid_shapes_are_accepted, {Zone::kValid}},
      {"AMistakenShapeIsRefusedOrEqualsTheExpandedCall",
       mistakes_are_refused_or_harmless,
       {Zone::kExpandable, Zone::kIncompatible}},
      {"TwoRunsOfOneCaseAgree", two_runs_agree, {Zone::kIncompatible}},
      {"ACaseLineReadsBackAsItself", lines_read_back, {Zone::kIncompatible}},
  };
  return all;
}

class LossProperty : public ::testing::Test {
 public:
  LossProperty(const Loss& loss, std::string entry, const NamedProperty& property)
      : loss_(loss), entry_(std::move(entry)), property_(property) {}

  void TestBody() override {
    Reach reach;
    rc::detail::checkGTest([&] { property_.property(loss_, entry_, reach); });
    std::cout << loss_.spec.name << ": " << reach.to_string() << "\n";
    for (const Zone zone : property_.zones) {
      EXPECT_GT(reach.cases(zone), 0U) << "the zone " << to_string(zone) << " was never reached";
    }
  }

 private:
  const Loss& loss_;
  std::string entry_;
  const NamedProperty& property_;
};

// How many random valid cases the search for false findings judges: SHAPEFUZZ_VALID_CASES.
std::uint64_t valid_cases_wanted() {
  constexpr std::uint64_t kInEveryTestRun = 5000;
  const char* const wanted = std::getenv("SHAPEFUZZ_VALID_CASES");
  return wanted == nullptr ? kInEveryTestRun : std::strtoull(wanted, nullptr, 10);
}

// Where it begins: SHAPEFUZZ_VALID_SEED, so that several processes can share the work.
std::uint64_t first_seed() {
  const char* const seed = std::getenv("SHAPEFUZZ_VALID_SEED");
  return seed == nullptr ? 0 : std::strtoull(seed, nullptr, 10);
}

// Valid cases of all losses and entries in turn. Whatever is found in them that the baseline does
// not know is a false finding, or a bug that the sweep has missed.
class ValidCases : public ::testing::Test {
 public:
  void TestBody() override {
    constexpr int kMostShown = 20;
    std::vector<std::pair<const Loss*, std::string>> ways;
    for (const Loss& loss : all_losses()) {
      for (const std::string& entry : loss.spec.entries) ways.emplace_back(&loss, entry);
    }
    // A worker each, or it would be forked anew for every other case.
    std::map<const Loss*, IsolatedJudge> judges;
    for (const Loss& loss : all_losses())
      judges.try_emplace(&loss, Policy::kExpand, *memory_mode());
    std::vector<rc::Gen<DrawnCase>> generators;
    for (const auto& [loss, entry] : ways) generators.push_back(valid_case(*loss, entry));
    const std::uint64_t wanted = valid_cases_wanted();
    std::uint64_t known = 0;
    std::uint64_t fresh = 0;
    std::uint64_t judged = 0;
    for (std::uint64_t seed = first_seed(); judged < wanted; ++seed) {
      const std::size_t way = seed % ways.size();
      const auto drawn = draw(generators[way], seed);
      if (!drawn) continue;
      const Case& c = drawn->c;
      const Judgement judgement = judges.at(ways[way].first).judge(*ways[way].first, c);
      ++judged;
      if (judgement.verdict == Verdict::kPass) continue;
      const bool is_old = is_known(signature_of(c, judgement), c, ways[way].first->spec);
      ++(is_old ? known : fresh);
      if (is_old || fresh > kMostShown) continue;
      ADD_FAILURE() << to_string(judgement.verdict) << ": " << judgement.detail << judgement.message
                    << "\n  replay: shapefuzz run '" << to_string(c) << "'";
    }
    std::cout << fmt::format("{} valid cases: {} findings of the baseline, {} others\n", judged,
                             known, fresh);
    EXPECT_EQ(fresh, 0U);
    EXPECT_EQ(judged, wanted);
  }

 private:
  // None where the sizes that were drawn break a constraint.
  static std::optional<DrawnCase> draw(const rc::Gen<DrawnCase>& generator, std::uint64_t seed) {
    try {
      return generator(rc::Random(seed), rc::kNominalSize).value();
    } catch (const rc::detail::CaseResult& discarded) {
      return std::nullopt;
    }
  }
};

void register_tests() {
  ::testing::RegisterTest("AllLosses", "HaveNoFalseFinding", nullptr, nullptr, __FILE__, __LINE__,
                          []() -> ::testing::Test* { return new ValidCases(); });
  for (const Loss& loss : all_losses()) {
    for (const std::string& entry : loss.spec.entries) {
      const std::string suite =
          entry == "functional" ? loss.spec.name : loss.spec.name + "@" + entry;
      for (const NamedProperty& property : properties()) {
        ::testing::RegisterTest(suite.c_str(), property.name, nullptr, nullptr, __FILE__, __LINE__,
                                [&loss, entry, &property]() -> ::testing::Test* {
                                  return new LossProperty(loss, entry, property);
                                });
      }
    }
  }
}

}  // namespace
}  // namespace shapefuzz

int main(int argc, char** argv) {
  if (!shapefuzz::apply_profile()) return 2;
  if (!shapefuzz::memory_mode()) {
    std::cerr << "SHAPEFUZZ_MEMORY: expected off, guard or full\n";
    return 2;
  }
  ::testing::InitGoogleTest(&argc, argv);
  shapefuzz::register_tests();
  return RUN_ALL_TESTS();
}
