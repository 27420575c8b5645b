// SPDX-License-Identifier: BSD-3-Clause
// Memory blocks that touch inaccessible memory. No LibTorch in here.
//
// One large range of addresses is reserved at the first use and never given back; it costs no
// memory. It is cut into slots: a few accessible pages behind a zone of 32 MiB that is not
// accessible, so that a wild index into a small tensor lands in the zone before or behind it. A
// slot's pages stay accessible when its block is released, so that its next use costs no system
// call. Where the process's addresses are limited, there are fewer slots and narrower zones.
//
// A block that no slot holds has a mapping of its own between two such zones, which goes back to
// the system with it. Blocks are for one thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "harness/oracle/memory/fault.h"

namespace shapefuzz {

/// Which end of a block touches the zone. No byte lies between: the block's alignment is that of
/// its size.
enum class Placement { kEnd, kStart };

class Arena {
 public:
  /// The arena of this process. Throws std::bad_alloc if the addresses cannot be reserved.
  static Arena& instance();
  /// The same, but null where nothing has asked for it yet. Safe in a signal handler.
  static Arena* existing() { return existing_arena; }

  /// A block full of the bytes of `fill_with`; null if the system has no memory for it.
  void* allocate(std::size_t size);
  void release(void* block);
  bool owns(const void* block) const { return is_in_slots(block) || find_large(block) != nullptr; }

  /// Of the blocks to come.
  void place(Placement placement) { placement_ = placement; }
  void fill_with(unsigned char byte) { fill_ = byte; }
  /// Begins to count blocks anew.
  void begin_case() { blocks_ = 0; }
  std::uint64_t blocks() const { return blocks_; }
  /// Names a block, for reports; `name` must outlive the block.
  void name(void* block, const char* name, std::size_t element_size);

  /// Makes the page of an address between the blocks accessible, full of 0xFF, so that the access
  /// can go on; false if the address is not there, or too many are open already. Safe in a signal
  /// handler.
  bool open_guard(std::uint64_t address);
  /// Makes them inaccessible again.
  void close_guards();

  /// Completes a report by what is nearest to its address; false if that is not in the arena.
  /// Safe in a signal handler.
  bool explain(Fault& fault) const;

 private:
  struct Slot {
    std::size_t size = 0;
    std::uint64_t number = 0;
    const char* name = nullptr;
    std::size_t element_size = 0;
    char* block = nullptr;  // null: free
  };
  // The slots of one size.
  struct Class {
    std::size_t pages_size = 0;  // bytes of a slot that are accessible
    char* begin = nullptr;
    std::vector<Slot> slots;  // whose pages are accessible; as many as it has the capacity for
    std::vector<std::uint32_t> free;

    std::size_t zone = 0;  // bytes before each slot's pages

    std::size_t stride() const { return zone + pages_size; }
    char* pages(std::size_t slot) const { return begin + slot * stride() + zone; }
    std::size_t slot_of(const void* block) const;
  };
  // A block with a mapping of its own, which reaches from the zone before it to the one behind.
  struct Large {
    char* begin = nullptr;  // null: free
    std::size_t mapped = 0;
    Slot slot;

    bool spans(const char* byte) const { return byte >= begin && byte < begin + mapped; }
  };
  static constexpr std::size_t kMostLarge = 1024;

  Arena();
  bool reserve(std::size_t zone, std::size_t divisor, std::size_t most);
  bool is_in_slots(const void* block) const {
    const auto* byte = static_cast<const char*>(block);
    return byte > begin_ && byte <= end_;
  }
  // The large block whose mapping has the address; the zones are part of it.
  const Large* find_large(const void* address) const;
  Large* find_large(const void* address) {
    return const_cast<Large*>(static_cast<const Arena*>(this)->find_large(address));
  }
  Class* class_of(const void* block);
  Slot* slot_of(void* block);
  char* page_between(std::uint64_t address) const;
  char* place(char* pages, std::size_t pages_size, std::size_t size) const;
  void* allocate_large(std::size_t size);
  void release_large(Large& large);

  static Arena* existing_arena;

  char* begin_ = nullptr;
  char* end_ = nullptr;
  std::size_t zone_ = 0;
  std::array<Class, 3> classes_;
  std::array<Large, kMostLarge> large_{};  // a table, so that a signal handler can read it
  std::size_t large_end_ = 0;              // behind the last one that is in use
  Placement placement_ = Placement::kEnd;
  unsigned char fill_ = 0xFF;
  std::uint64_t blocks_ = 0;
  std::array<char*, 16> open_{};  // pages; the first `open_count_` of them
  std::size_t open_count_ = 0;
};

}  // namespace shapefuzz
