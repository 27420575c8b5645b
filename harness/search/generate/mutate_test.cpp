// SPDX-License-Identifier: BSD-3-Clause
// Every mutant is a case: it prints, reads back, stays within the caps; and it comes again.
#include "harness/search/generate/mutate.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>

#include "harness/language/case/mistake.h"
#include "harness/language/case/zone.h"
#include "harness/testing/test_specs.h"

namespace shapefuzz {
namespace {

const Mutator& mutator() {
  static const Mutator m = [] {
    std::vector<Subject> subjects;
    for (const LossSpec* spec : test_specs()) subjects.push_back({spec});
    return Mutator(std::move(subjects));
  }();
  return m;
}

void expect_case(const Case& c) {
  RC_ASSERT(mutator().fits(c));
  RC_ASSERT(parse_case(to_string(c), test_specs()) == c);
}

// A walk of some mutations from a drawn case.
Case drawn_walk() {
  Case c = mutator().draw(*rc::gen::arbitrary<std::uint64_t>());
  const int steps = *rc::gen::inRange(0, 12);
  for (int i = 0; i < steps; ++i) c = mutator().mutate(c, *rc::gen::arbitrary<std::uint64_t>());
  return c;
}

RC_GTEST_PROP(Mutator, a_drawn_case_is_a_case, ()) {
  const auto seed = *rc::gen::arbitrary<std::uint64_t>();
  for (std::uint64_t i = 0; i < 100; ++i) expect_case(mutator().draw(seed + i));
}

RC_GTEST_PROP(Mutator, every_mutant_prints_and_reads_back_and_stays_within_the_caps, ()) {
  const Case c = drawn_walk();
  RC_LOG() << to_string(c);
  const auto seed = *rc::gen::arbitrary<std::uint64_t>();
  for (std::uint64_t i = 0; i < 100; ++i) expect_case(mutator().mutate(c, seed + i));
}

RC_GTEST_PROP(Mutator, a_child_of_two_cases_is_a_case, ()) {
  const Case a = drawn_walk();
  const Case b = drawn_walk();
  RC_LOG() << to_string(a) << " x " << to_string(b);
  const auto seed = *rc::gen::arbitrary<std::uint64_t>();
  for (std::uint64_t i = 0; i < 100; ++i) expect_case(mutator().cross(a, b, seed + i));
}

RC_GTEST_PROP(Mutator, the_same_seed_makes_the_same_mutant, ()) {
  const Case c = drawn_walk();
  const auto seed = *rc::gen::arbitrary<std::uint64_t>();
  RC_ASSERT(mutator().mutate(c, seed) == mutator().mutate(c, seed));
  RC_ASSERT(mutator().draw(seed) == mutator().draw(seed));
}

TEST(Mutator, reaches_every_loss_entry_dtype_layout_zone_and_mistake_from_the_plainest_case) {
  std::set<std::string> seen;
  Case c = mutator().plainest();
  for (std::uint64_t seed = 0; seed < 60000; ++seed) {
    c = mutator().mutate(c, seed);
    seen.insert(c.loss + "@" + c.entry);
    for (const LossSpec* spec : test_specs()) {
      if (spec->name != c.loss) continue;
      seen.emplace(to_string(zone_of(c, *spec)));
      seen.emplace(to_string(find_mistake(c, *spec).kind));
    }
    for (const Operand& operand : c.operands) {
      seen.emplace(to_string(operand.dtype));
      seen.emplace(to_string(operand.layout));
      seen.insert("rank " + std::to_string(operand.shape.rank()));
    }
    for (const Option& option : c.options) seen.insert(option.name);
  }
  std::set<std::string> all = {"rank 0", "rank 5", "valid", "expandable", "incompatible"};
  for (const LossSpec* spec : test_specs()) {
    for (const std::string& entry : spec->entries) all.insert(spec->name + "@" + entry);
    for (const OptionSpec& option : spec->options) all.insert(option.name);
  }
  for (const DType dtype : all_dtypes()) all.emplace(to_string(dtype));
  for (const Layout layout : all_layouts()) all.emplace(to_string(layout));
  for (const Mistake mistake : all_mistakes()) {
    // The losses of the tests document no range for their options.
    if (mistake != Mistake::kIllegalOption) all.emplace(to_string(mistake));
  }
  for (const std::string& one : all) EXPECT_EQ(seen.count(one), 1U) << one;
}

TEST(Mutator, the_plainest_case_is_valid_and_short) {
  EXPECT_EQ(to_string(mutator().plainest()), "mse_loss(input=f64[], target=f64[])");
  for (const LossSpec* spec : test_specs()) {
    const Case c = plainest_case(*spec);
    EXPECT_EQ(parse_case(to_string(c), test_specs()), c);
    EXPECT_EQ(zone_of(c, *spec), Zone::kValid) << to_string(c);
  }
}

TEST(Mutator, a_case_of_a_loss_that_it_does_not_know_gives_way_to_a_drawn_one) {
  Case c = mutator().plainest();
  c.loss = "unknown_loss";
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    EXPECT_NE(mutator().mutate(c, seed).loss, "unknown_loss");
  }
}

}  // namespace
}  // namespace shapefuzz
