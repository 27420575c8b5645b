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

TEST(Deviations, StayWithinBoundsAndTryEveryOption) {
  for (const Loss& loss : all_losses()) {
    std::set<std::string> seen;
    for (const Case& c : deviations_of(loss, {loss.spec.entries.front()}, {3, 3}, 0)) {
      for (const Option& option : c.options) seen.insert(option.name + to_string(option.value));
      for (const Operand& operand : c.operands) {
        seen.insert(std::string(to_string(operand.dtype)));
        seen.insert(std::string(to_string(operand.layout)));
        ASSERT_LE(operand.shape.rank(), 3U) << to_string(c);
        for (const std::int64_t size : operand.shape) ASSERT_LE(size, 3) << to_string(c);
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

}  // namespace
}  // namespace shapefuzz
