// SPDX-License-Identifier: BSD-3-Clause
// The cases around a few valid calls of each loss.
#include <gtest/gtest.h>
#include <algorithm>
#include <set>

#include "harness/language/case/zone.h"
#include "harness/losses/registry/registry.h"
#include "harness/search/sweep/deviations.h"
#include "harness/search/sweep/plan.h"

namespace shapefuzz {
namespace {

bool is_far(const Case& c) {
  return std::any_of(c.operands.begin(), c.operands.end(), [](const Operand& operand) {
    const Shape& shape = operand.shape;
    return shape.rank() > 3 ||
           std::any_of(shape.begin(), shape.end(), [](std::int64_t size) { return size > 3; });
  });
}

TEST(Deviations, StayWithinBoundsAndTryEveryOption) {
  for (const Loss& loss : all_losses()) {
    std::set<std::string> seen;
    for (const Case& c : deviations_of(loss, {loss.spec.entries.front()}, {3, 3}, 0)) {
      for (const Option& option : c.options) seen.insert(option.name + to_string(option.value));
      for (const Operand& operand : c.operands) {
        seen.insert(std::string(to_string(operand.dtype)));
        seen.insert(std::string(to_string(operand.layout)));
      }
      // Beyond them are valid calls alone.
      if (is_far(c)) {
        ASSERT_EQ(zone_of(c, loss.spec), Zone::kValid) << to_string(c);
      }
    }
    for (const OptionSpec& option : loss.spec.options) {
      for (const OptionValue& value : option.samples) {
        EXPECT_EQ(seen.count(option.name + to_string(value)), 1U) << loss.spec.name << option.name;
      }
    }
    for (const DType dtype : all_dtypes()) EXPECT_EQ(seen.count(std::string(to_string(dtype))), 1U);
    for (const Layout layout : all_layouts()) {
      EXPECT_EQ(seen.count(std::string(to_string(layout))), 1U) << loss.spec.name;
    }
  }
}

TEST(Deviations, HaveAFewCallsFarBeyondTheBounds) {
  constexpr std::int64_t kMoreThanAKernelTakesAtOnce = 32768;
  const Loss& loss = *find_loss("mse_loss");
  std::size_t most_rank = 0;
  std::int64_t most_elements = 0;
  for (const Case& c : deviations_of(loss, loss.spec.entries, {3, 3}, 0)) {
    most_rank = std::max(most_rank, c.operands[0].shape.rank());
    most_elements = std::max(most_elements, c.operands[0].shape.elements());
  }
  EXPECT_GE(most_rank, 4U);
  EXPECT_GT(most_elements, 181);  // of [*S]; of [N,C] it is all of them
  for (const Case& c : deviations_of(*find_loss("cross_entropy"), {"functional"}, {3, 3}, 0)) {
    most_elements = std::max(most_elements, c.operands[0].shape.elements());
  }
  EXPECT_GT(most_elements, kMoreThanAKernelTakesAtOnce);
  for (const Case& c : deviations_of(loss, loss.spec.entries, {2, 3}, 0)) {
    EXPECT_FALSE(is_far(c)) << "nobody wants as much: " << to_string(c);
  }
}

}  // namespace
}  // namespace shapefuzz
