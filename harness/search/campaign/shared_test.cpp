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

}  // namespace
}  // namespace shapefuzz
