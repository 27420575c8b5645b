// SPDX-License-Identifier: BSD-3-Clause
// The property suites: one TEST for each (loss, property), so that sharding and filters work.
//
//   SHAPEFUZZ_PROFILE=nightly build/release/bin/shapefuzz_properties --gtest_filter='mse_loss.*'
#include <fmt/core.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>

#include "harness/findings/records/tally.h"
#include "harness/language/text/program_name.h"
#include "harness/losses/registry/registry.h"
#include "harness/oracle/judge/judge.h"
#include "harness/oracle/libtorch/setup.h"
#include "harness/search/shrink/apart.h"
#include "properties/generator.h"
#include "properties/loss_properties.h"
#include "properties/profile.h"
#include "properties/suite.h"

namespace shapefuzz {
namespace {

// How closely memory is watched: SHAPEFUZZ_MEMORY=off|guard|full. The baseline is for full: less
// shows an uninitialised result under another name.
std::optional<MemoryMode> memory_mode() {
  const char* const text = std::getenv("SHAPEFUZZ_MEMORY");
  return parse_memory_mode(text == nullptr ? "full" : text);
}

Judging judging() { return {Policy::kExpand, *memory_mode()}; }

// What is known of this LibTorch, or stands in the file SHAPEFUZZ_BASELINE; a property fails on
// what is new.
const Baseline& known_findings() {
  static const Baseline known = [] {
    const char* const file = std::getenv("SHAPEFUZZ_BASELINE");
    if (file != nullptr && *file != '\0') return read_baseline(file, all_specs());
    return has_own_losses() ? Baseline() : read_known(libtorch_version(), all_specs());
  }();
  return known;
}

// RapidCheck comes back with many cases of one signature while it shrinks by its own draws.
const Case& smallest_of(const Signature& signature, const Case& c) {
  static std::map<Signature, Case> smallest;
  const auto known = smallest.find(signature);
  if (known != smallest.end()) return known->second;
  return smallest[signature] = shrink_apart(c, judging()).shrunk.smallest;
}

void on_new(const Case& c, const Judgement& judgement) {
  const Signature signature = signature_of(c, judgement);
  demand(false, smallest_of(signature, c),
         fmt::format("{}: {} {}", to_string(signature), judgement.message, judgement.detail));
}

class LossProperty : public ::testing::Test {
 public:
  LossProperty(const Loss& loss, std::string entry, const Property& property)
      : loss_(loss), entry_(std::move(entry)), property_(property) {}

  void TestBody() override {
    Trial trial(loss_, entry_, known_findings(), judging(), on_new);
    rc::detail::checkGTest([&] { check_drawn(property_, trial); });
    const PropertyReach& reach = trial.reach();
    std::cout << loss_.spec.name << ": " << reach.to_string() << "\n";
    for (const Zone zone : property_.zones) {
      EXPECT_GT(reach.cases(zone), 0U) << "the zone " << to_string(zone) << " was never reached";
    }
  }

 private:
  const Loss& loss_;
  std::string entry_;
  const Property& property_;
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

// Valid cases of all losses and entries in turn. Whatever is found in them that is not known is a
// false finding, or a bug that the sweep has missed.
class ValidCases : public ::testing::Test {
 public:
  void TestBody() override {
    std::vector<std::pair<const Loss*, std::string>> ways;
    for (const Loss& loss : all_losses()) {
      for (const std::string& entry : loss.spec.entries) ways.emplace_back(&loss, entry);
    }
    // A worker each, or it would be forked anew for every other case.
    std::map<const Loss*, IsolatedJudge> judges;
    for (const Loss& loss : all_losses()) judges.try_emplace(&loss, judging());
    std::vector<rc::Gen<DrawnCase>> generators;
    for (const auto& [loss, entry] : ways) generators.push_back(valid_case(*loss, entry));
    const std::uint64_t wanted = valid_cases_wanted();
    std::uint64_t known = 0;
    std::uint64_t judged = 0;
    Tally fresh;
    for (std::uint64_t seed = first_seed(); judged < wanted; ++seed) {
      const std::size_t way = seed % ways.size();
      const auto drawn = draw(generators[way], seed);
      if (!drawn) continue;
      const Case& c = drawn->c;
      const Judgement judgement = judges.at(ways[way].first).judge(*ways[way].first, c);
      ++judged;
      if (!is_finding(judgement.verdict)) continue;
      if (known_findings().knows(signature_of(c, judgement))) {
        ++known;
      } else {
        fresh.add(c, judgement);
      }
    }
    std::cout << fmt::format("{} valid cases: {} are known findings\n", judged, known);
    EXPECT_EQ(judged, wanted);
    for (const auto& [signature, finding] : fresh.findings()) {
      ADD_FAILURE() << to_string(signature) << ": " << finding.detail << ", in " << finding.cases
                    << " cases\n  replay: " << typed("run") << " '" << to_string(finding.smallest)
                    << "'";
    }
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
      for (const Property& property : all_properties()) {
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

namespace shapefuzz {

int run_properties(int argc, char** argv) {
  if (!apply_profile()) return 2;
  if (!memory_mode()) {
    std::cerr << "SHAPEFUZZ_MEMORY: expected off, guard or full\n";
    return 2;
  }
  ::testing::InitGoogleTest(&argc, argv);
  register_tests();
  return RUN_ALL_TESTS();
}

}  // namespace shapefuzz
