// SPDX-License-Identifier: BSD-3-Clause
// What the processes of a campaign share.
#include "harness/search/campaign/shared.h"

#include <gtest/gtest.h>

#include <string>

namespace shapefuzz {
namespace {

TEST(SharedSet, says_once_that_a_number_is_new) {
  const auto shared = make_shared_state();
  EXPECT_TRUE(shared->features.add(42));
  EXPECT_FALSE(shared->features.add(42));
  EXPECT_TRUE(shared->features.add(43));
  EXPECT_TRUE(shared->features.contains(42));
  EXPECT_FALSE(shared->features.contains(44));
  EXPECT_EQ(shared->features.count(), 2U);
}

TEST(WorkerSlot, holds_the_case_that_runs) {
  WorkerSlot slot;
  EXPECT_EQ(slot.read(), "");
  EXPECT_TRUE(slot.write("a case"));
  EXPECT_EQ(slot.read(), "a case");
  slot.clear();
  EXPECT_EQ(slot.read(), "");
  EXPECT_FALSE(slot.write(std::string(1 << 20, 'x')));
}

TEST(WorkerSlot, remembers_the_cases_before) {
  WorkerSlot slot;
  EXPECT_TRUE(slot.history().empty());
  for (const char* text : {"one", "two"}) {
    slot.write(text);
    slot.clear();
  }
  slot.write("three");
  EXPECT_EQ(slot.history(), (std::vector<std::string>{"one", "two", "three"}));
  EXPECT_EQ(slot.read(), "three");
  slot.forget_history();
  EXPECT_TRUE(slot.history().empty());
}

TEST(WorkerSlot, remembers_whole_cases_only) {
  WorkerSlot slot;
  for (int i = 0; i < 100000; ++i) slot.write("case " + std::to_string(i));
  const std::vector<std::string> history = slot.history();
  ASSERT_GT(history.size(), 1000U);
  EXPECT_EQ(history.back(), "case 99999");
  EXPECT_EQ(history.front(), "case " + std::to_string(100000 - history.size()));
}

}  // namespace
}  // namespace shapefuzz
