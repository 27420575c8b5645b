// SPDX-License-Identifier: BSD-3-Clause
#include "harness/oracle/memory/arena.h"

#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <vector>

#include "harness/oracle/memory/trap.h"

namespace shapefuzz {
namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20;

// Pages that are in memory, and pages that may be written: both cost somebody something.
struct Pages {
  std::size_t resident = 0;
  std::size_t data = 0;
};

Pages pages() {
  std::size_t skipped = 0;
  Pages pages;
  std::ifstream("/proc/self/statm") >> skipped >> pages.resident >> skipped >> skipped >> skipped >>
      pages.data;
  return pages;
}

char read(const volatile char* address) { return *address; }

// What is touched outside of the blocks, as a case would: it goes on, and leaves a report.
class Watched {
 public:
  Watched() {
    static Fault fault;
    report_faults_to(fault);
    set_runs_case(true);
  }
  Watched(const Watched&) = delete;
  Watched& operator=(const Watched&) = delete;
  ~Watched() {
    set_runs_case(false);
    take_fault();
  }
};

class ArenaBlocks : public ::testing::Test {
 protected:
  void SetUp() override {
    arena.place(Placement::kEnd);
    arena.fill_with(0xFF);
  }
  Arena& arena = Arena::instance();
};

TEST_F(ArenaBlocks, OfEverySizeAreFullOfTheFillAndTouchTheZone) {
  for (const std::size_t size :
       {std::size_t{1}, std::size_t{4096}, 4 * kMiB, 4 * kMiB + 1, 9 * kMiB + 5}) {
    auto* const block = static_cast<char*>(arena.allocate(size));
    ASSERT_NE(block, nullptr) << size;
    EXPECT_TRUE(arena.owns(block));
    EXPECT_EQ(read(block), '\xFF');
    EXPECT_EQ(read(block + size - 1), '\xFF');
    const Watched watched;
    read(block + size);
    const auto fault = take_fault();
    ASSERT_TRUE(fault) << size;
    EXPECT_TRUE(fault->is_out_of_bounds());
    EXPECT_EQ(fault->offset, static_cast<std::int64_t>(size));
    EXPECT_EQ(fault->size, size);
    arena.release(block);
  }
}

TEST_F(ArenaBlocks, LargeOnesAreTrappedBeforeTheirStartToo) {
  arena.place(Placement::kStart);
  auto* const block = static_cast<char*>(arena.allocate(5 * kMiB));
  arena.name(block, "target", 4);
  const Watched watched;
  read(block - 1);
  const auto fault = take_fault();
  ASSERT_TRUE(fault);
  EXPECT_EQ(message_of(*fault), "reads before the start of target");
  arena.release(block);
}

// The first large tensor must not take what the second one needs.
TEST_F(ArenaBlocks, ManyLargeOnesLiveAtOnceAndKeepTheirBytes) {
  std::vector<char*> blocks;
  const std::size_t size = 5 * kMiB + 7;
  for (int i = 0; i < 40; ++i) {
    blocks.push_back(static_cast<char*>(arena.allocate(size)));
    ASSERT_NE(blocks.back(), nullptr);
    std::memset(blocks.back(), i, size);
  }
  for (std::size_t i = 0; i < blocks.size(); i += 2) arena.release(blocks[i]);
  for (std::size_t i = 1; i < blocks.size(); i += 2) {
    EXPECT_TRUE(arena.owns(blocks[i]));
    EXPECT_EQ(read(blocks[i]), static_cast<char>(i));
    EXPECT_EQ(read(blocks[i] + size - 1), static_cast<char>(i));
    arena.release(blocks[i]);
  }
}

TEST_F(ArenaBlocks, HaveNoLargestSize) {
  arena.fill_with(0);  // so that nothing is touched
  std::vector<void*> blocks;
  for (int i = 0; i < 3; ++i) {
    blocks.push_back(arena.allocate(3072 * kMiB));
    EXPECT_NE(blocks.back(), nullptr);
  }
  for (void* const block : blocks) arena.release(block);
  EXPECT_EQ(arena.allocate(~std::size_t{0} - 5), nullptr);
  EXPECT_EQ(arena.allocate(std::size_t{1} << 60), nullptr);
}

TEST_F(ArenaBlocks, LargeOnesGiveTheirMemoryBack) {
  const Pages before = pages();
  void* const block = arena.allocate(200 * kMiB);
  const Pages with = pages();
  EXPECT_GE(with.resident, before.resident + 190 * kMiB / 4096);
  arena.release(block);
  EXPECT_FALSE(arena.owns(block));
  const Pages after = pages();
  EXPECT_LE(after.resident, before.resident + kMiB / 4096);
  EXPECT_LE(after.data, before.data + kMiB / 4096);
}

// What the zone of a released block was may be anybody's memory afterwards.
TEST_F(ArenaBlocks, PagesThatWereOpenedGoWithTheirLargeBlock) {
  auto* const block = static_cast<char*>(arena.allocate(5 * kMiB));
  const Watched watched;
  read(block + 5 * kMiB);
  arena.release(block);
  auto* const other = static_cast<char*>(arena.allocate(80 * kMiB));
  std::memset(other, 7, 80 * kMiB);
  EXPECT_TRUE(take_fault());
  for (std::size_t at = 0; at < 80 * kMiB; at += 4096) ASSERT_EQ(read(other + at), 7);
  arena.release(other);
}

}  // namespace
}  // namespace shapefuzz
