// SPDX-License-Identifier: BSD-3-Clause
// What the processes of a campaign share in memory: the features that have been seen, what each
// worker is about to run, what kind of case kills one. It survives every worker; none of it grows.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "harness/search/process/worker.h"

namespace shapefuzz {

constexpr std::size_t kMostJobs = 257;

/// A worker's place. The case that it runs is written down before, so that it is known when it ends
/// the process, and so are the ones before it, which may have damaged the heap.
class WorkerSlot {
 public:
  Position position;  ///< its `cases` are the executions

  /// False for a case that is too long to be written down.
  bool write(std::string_view text);
  void clear() { running_.store(0); }
  /// Empty if none is running.
  std::string read() const;
  /// The last cases of this worker's process, as many as there is room for; the one that runs is
  /// the last of them.
  std::vector<std::string> history() const;
  /// Another process takes the place.
  void forget_history() { written_.store(0); }

 private:
  /// What was written last, in its order.
  std::string tail(std::uint64_t length) const;

  std::atomic<std::uint32_t> running_{0};  // the length of the case that runs
  std::atomic<std::uint64_t> written_{0};  // characters in all, each case with a line break
  // A ring. Without an initialiser, for only what is used of 257 of them is to take memory.
  std::array<char, 1 << 16> text_;
};

/// A set of 64-bit hashes in memory of a fixed size; two hashes may fall on the same place, and
/// then the second one counts as known.
template <std::size_t Bits>
class SharedSet {
 public:
  /// True the first time.
  bool add(std::uint64_t hash) {
    const std::uint64_t bit = std::uint64_t{1} << (hash % 64);
    const bool fresh = (words_[place(hash)].fetch_or(bit) & bit) == 0;
    if (fresh) count_.fetch_add(1);
    return fresh;
  }
  bool contains(std::uint64_t hash) const {
    return (words_[place(hash)].load(std::memory_order_relaxed) >> (hash % 64) & 1U) != 0;
  }
  std::uint64_t count() const { return count_.load(); }

 private:
  static std::size_t place(std::uint64_t hash) { return hash / 64 % (Bits / 64); }

  std::array<std::atomic<std::uint64_t>, Bits / 64> words_{};
  std::atomic<std::uint64_t> count_{0};
};

struct SharedState {
  std::atomic<bool> stop{false};
  std::atomic<std::uint64_t> not_judged{0};
  SharedSet<std::size_t{1} << 23> features;  // 1 MiB; a long campaign has some 100,000
  SharedSet<std::size_t{1} << 16> deadly;    // what has ended a worker, see deadly_hash()
  std::array<WorkerSlot, kMostJobs> slots;
};

/// In memory that forked processes share with this one.
std::shared_ptr<SharedState> make_shared_state();

}  // namespace shapefuzz
