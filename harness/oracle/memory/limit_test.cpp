// SPDX-License-Identifier: BSD-3-Clause
#include "harness/oracle/memory/limit.h"

#include <gtest/gtest.h>

#include "harness/oracle/memory/shortage.h"

namespace shapefuzz {
namespace {

TEST(MemoryLimit, ReadsSizesAsPeopleWriteThem) {
  EXPECT_EQ(parse_size("2G"), std::uint64_t{2} << 30);
  EXPECT_EQ(parse_size("512M"), std::uint64_t{512} << 20);
  EXPECT_EQ(parse_size("64K"), std::uint64_t{64} << 10);
  EXPECT_EQ(parse_size("1T"), std::uint64_t{1} << 40);
  EXPECT_EQ(parse_size("1234567"), 1234567U);
  for (const char* nonsense : {"", "0", "0G", "G", "-1", "+1", " 1", "1 G", "1.5G", "2GB", "2g",
                               "0x10", "99999999999999999999", "99999999999T"}) {
    EXPECT_EQ(parse_size(nonsense), std::nullopt) << nonsense;
  }
}

TEST(MemoryLimit, PrintsThem) {
  EXPECT_EQ(size_text(12), "12 bytes");
  EXPECT_EQ(size_text(std::uint64_t{2} << 30), "2.0 GB");
  EXPECT_EQ(size_text(std::uint64_t{1200} << 20), "1.2 GB");
  EXPECT_EQ(size_text(std::uint64_t{64} << 20), "64.0 MB");
}

TEST(MemoryLimit, SaysWhatLiftsIt) {
  MemoryLimit limit;
  EXPECT_EQ(limit.reason(), "there was not enough memory");
  limit.set_total(std::uint64_t{2} << 30);
  limit.divide(1);
  EXPECT_EQ(limit.reason(),
            "the harness's memory limit of 2.0 GB was reached; --max-memory lifts it");
  limit.divide(2);
  EXPECT_EQ(limit.reason(),
            "the harness's memory limit of 1.0 GB for each of 2 workers was reached; --max-memory "
            "lifts it");
}

TEST(Shortage, IsWhatTheseMessagesTellOf) {
  EXPECT_TRUE(tells_of_shortage(
      "[enforce fail at alloc_cpu.cpp:66] . DefaultCPUAllocator: can't allocate memory: you tried "
      "to allocate 800000000000 bytes. Error code 12 (Cannot allocate memory)"));
  EXPECT_TRUE(tells_of_shortage("DefaultCPUAllocator: not enough memory: you tried to allocate 8"));
  EXPECT_TRUE(tells_of_shortage("std::bad_alloc"));
  EXPECT_TRUE(tells_of_shortage("CUDA out of memory. Tried to allocate 2.00 GiB"));
  EXPECT_TRUE(
      tells_of_shortage("pool INTERNAL ASSERT FAILED at ParallelOpenMP.cpp: Invalid thread pool!"));
  EXPECT_FALSE(tells_of_shortage("Target 3 is out of bounds."));
}

TEST(Shortage, IsTakenOnce) {
  take_shortage();
  note_shortage();
  EXPECT_TRUE(take_shortage());
  EXPECT_FALSE(take_shortage());
}

}  // namespace
}  // namespace shapefuzz
