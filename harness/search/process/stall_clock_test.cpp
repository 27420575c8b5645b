// SPDX-License-Identifier: BSD-3-Clause
// When a case hangs, by clocks that the test sets.
#include <gtest/gtest.h>

#include "harness/search/process/worker.h"

namespace shapefuzz {
namespace {

constexpr double kLimit = 5;
constexpr StallClock::Time kStart = {7, 1000, 20, 3};

TEST(StallClock, EndsACaseThatUsesTheProcessorForTooLong) {
  StallClock clock(kStart);
  EXPECT_FALSE(clock.lasts({7, 1004.9, 24.9, 3}, kLimit));
  EXPECT_TRUE(clock.lasts({7, 1005.1, 25.1, 3}, kLimit));
  EXPECT_FALSE(clock.is_idle());
}

TEST(StallClock, GivesACaseThatWaitsFourTimesAsLong) {
  StallClock clock(kStart);
  EXPECT_FALSE(clock.lasts({7, 1019, 24, 3}, kLimit));
  EXPECT_TRUE(clock.lasts({7, 1020, 24, 3}, kLimit));
  EXPECT_TRUE(clock.is_idle());
}

// On a loaded machine, and for a worker with the lowest priority, five seconds of the processor
// take as long as others please.
TEST(StallClock, DoesNotCountTheQueue) {
  StallClock clock(kStart);
  EXPECT_FALSE(clock.lasts({7, 1100, 24, 99}, kLimit));
  EXPECT_FALSE(clock.lasts({7, 1103.9, 24.9, 102}, kLimit));
  EXPECT_TRUE(clock.lasts({7, 1104.2, 25.1, 102}, kLimit));
  EXPECT_FALSE(clock.is_idle());
}

TEST(StallClock, StartsAnewWithEachCase) {
  StallClock clock(kStart);
  EXPECT_FALSE(clock.lasts({8, 1100, 120, 3}, kLimit));
  EXPECT_FALSE(clock.lasts({8, 1104, 124, 3}, kLimit));
  EXPECT_TRUE(clock.lasts({8, 1105, 125, 3}, kLimit));
}

// The machine sleeps, and the clock on the wall goes on: the worker has had no chance.
TEST(StallClock, DoesNotBlameACaseForASuspendedMachineAtOnce) {
  StallClock clock(kStart);
  EXPECT_TRUE(clock.lasts({7, 9000, 20, 3}, kLimit));
  EXPECT_TRUE(clock.is_idle()) << "an idle end deserves a second chance";
}

}  // namespace
}  // namespace shapefuzz
