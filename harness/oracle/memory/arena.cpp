// SPDX-License-Identifier: BSD-3-Clause
#include "harness/oracle/memory/arena.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <new>

#include "harness/oracle/memory/limit.h"

namespace shapefuzz {
namespace {

constexpr std::size_t kPage = 4096;
constexpr std::size_t kKiB = std::size_t{1} << 10;
constexpr std::size_t kMiB = std::size_t{1} << 20;

// Few tensors are large: a slot's pages, and how many slots. What a large one has touched is given
// back to the system at once.
struct Size {
  std::size_t pages_size;
  std::size_t count;
};
constexpr std::array<Size, 3> kSizes = {{{kPage, 16384}, {64 * kKiB, 2048}, {4 * kMiB, 256}}};
constexpr std::size_t kKept = 64 * kKiB;

// How wide the zones are, and how many times fewer slots there are, from half a terabyte in all
// down to 40 MiB: the first that fits is taken.
struct Extent {
  std::size_t zone;
  std::size_t divisor;
};
constexpr std::array<Extent, 7> kExtents = {{{32 * kMiB, 1},
                                             {8 * kMiB, 4},
                                             {2 * kMiB, 8},
                                             {512 * kKiB, 16},
                                             {256 * kKiB, 16},
                                             {128 * kKiB, 32},
                                             {64 * kKiB, 64}}};

std::size_t whole_pages(std::size_t size) { return (size + kPage - 1) / kPage * kPage; }

}  // namespace

Arena* Arena::existing_arena = nullptr;

// An empty block at the end of the pages is the first byte of the next zone.
std::size_t Arena::Class::slot_of(const void* block) const {
  return static_cast<std::size_t>(static_cast<const char*>(block) - 1 - begin) / stride();
}

Arena& Arena::instance() {
  // Never destroyed: tensors of static objects come back to it.
  if (existing_arena == nullptr) existing_arena = new Arena();
  return *existing_arena;
}

Arena::Arena() {
  // What the arena reserves, the heap of a process with few addresses cannot have.
  constexpr std::uint64_t kOneIn = 4;
  const std::uint64_t most = addresses_left().value_or(~std::uint64_t{0}) / kOneIn;
  for (const Extent& extent : kExtents) {
    if (reserve(extent.zone, extent.divisor, most)) return;
  }
  throw std::bad_alloc();
}

// False if that takes more than `most` addresses, or more than there are.
bool Arena::reserve(std::size_t zone, std::size_t divisor, std::size_t most) {
  std::size_t size = zone;  // behind the last slot
  for (const Size& s : kSizes) size += (zone + s.pages_size) * (s.count / divisor);
  if (size > most) return false;
  void* const range =
      ::mmap(nullptr, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (range == MAP_FAILED) return false;
  zone_ = zone;
  begin_ = static_cast<char*>(range);
  end_ = begin_ + size;
  char* next = begin_;
  for (std::size_t i = 0; i < classes_.size(); ++i) {
    Class& c = classes_[i];
    c.pages_size = kSizes[i].pages_size;
    c.zone = zone;
    c.begin = next;
    c.slots.reserve(kSizes[i].count / divisor);
    c.free.reserve(kSizes[i].count / divisor);
    next += c.stride() * c.slots.capacity();
  }
  return true;
}

Arena::Class* Arena::class_of(const void* block) {
  const auto* byte = static_cast<const char*>(block) - 1;
  std::size_t i = classes_.size() - 1;
  while (byte < classes_[i].begin) --i;
  return &classes_[i];
}

const Arena::Large* Arena::find_large(const void* address) const {
  const auto* const byte = static_cast<const char*>(address);
  for (std::size_t i = 0; i < large_end_; ++i) {
    if (large_[i].spans(byte)) return &large_[i];
  }
  return nullptr;
}

// Of a block that is the arena's.
Arena::Slot* Arena::slot_of(void* block) {
  if (Large* const large = find_large(block)) return &large->slot;
  Class& c = *class_of(block);
  return &c.slots[c.slot_of(block)];
}

char* Arena::place(char* pages, std::size_t pages_size, std::size_t size) const {
  return placement_ == Placement::kEnd ? pages + pages_size - size : pages;
}

void* Arena::allocate(std::size_t size) {
  for (Class& c : classes_) {
    if (size > c.pages_size) continue;
    std::size_t index = 0;
    if (!c.free.empty()) {
      index = c.free.back();
      c.free.pop_back();
    } else if (c.slots.size() < c.slots.capacity()) {
      index = c.slots.size();
      if (::mprotect(c.pages(index), c.pages_size, PROT_READ | PROT_WRITE) != 0) return nullptr;
      c.slots.emplace_back();
    } else {
      continue;
    }
    char* const block = place(c.pages(index), c.pages_size, size);
    std::memset(block, fill_, size);
    c.slots[index] = {size, ++blocks_, nullptr, 0, block};
    return block;
  }
  return allocate_large(size);
}

void* Arena::allocate_large(std::size_t size) {
  std::size_t index = 0;
  while (index < large_end_ && large_[index].begin != nullptr) ++index;
  if (index == large_.size() || size > ~std::size_t{0} / 2) return nullptr;
  const std::size_t pages_size = std::max(whole_pages(size), kPage);
  const std::size_t mapped = pages_size + 2 * zone_;
  void* const mapping =
      ::mmap(nullptr, mapped, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapping == MAP_FAILED) return nullptr;
  char* const pages = static_cast<char*>(mapping) + zone_;
  if (::mprotect(pages, pages_size, PROT_READ | PROT_WRITE) != 0) {
    ::munmap(mapping, mapped);
    return nullptr;
  }
  ::madvise(pages, pages_size, MADV_HUGEPAGE);  // a page at a time takes longer than to fill it
  char* const block = place(pages, pages_size, size);
  if (fill_ != 0) std::memset(block, fill_, size);  // fresh from the system it is 0
  large_[index] = {static_cast<char*>(mapping), mapped, {size, ++blocks_, nullptr, 0, block}};
  large_end_ = std::max(large_end_, index + 1);
  return block;
}

void Arena::release(void* block) {
  if (Large* const large = find_large(block)) return release_large(*large);
  Class& c = *class_of(block);
  const std::size_t index = c.slot_of(block);
  Slot& slot = c.slots[index];
  slot.block = nullptr;
  if (slot.size > kKept) {
    ::madvise(c.pages(index), c.pages_size, MADV_DONTNEED);
  } else {
    std::memset(block, fill_, slot.size);  // whoever still reads it, reads what is noticed
  }
  c.free.push_back(static_cast<std::uint32_t>(index));
}

void Arena::release_large(Large& large) {
  // A page of its zones that is open goes with it; soon it may be somebody else's.
  auto* const kept = std::remove_if(open_.begin(), open_.begin() + open_count_,
                                    [&](const char* page) { return large.spans(page); });
  open_count_ = static_cast<std::size_t>(kept - open_.begin());
  ::munmap(large.begin, large.mapped);
  large = {};
  while (large_end_ > 0 && large_[large_end_ - 1].begin == nullptr) --large_end_;
}

void Arena::name(void* block, const char* name, std::size_t element_size) {
  if (!owns(block)) return;
  Slot& slot = *slot_of(block);
  slot.name = name;
  slot.element_size = element_size;
}

// The page of an address that is between the blocks; null for another address.
char* Arena::page_between(std::uint64_t address) const {
  // By its distance, since an address is no pointer.
  const auto first = reinterpret_cast<std::uint64_t>(begin_);
  char* const page = begin_ + static_cast<std::ptrdiff_t>(address / kPage * kPage - first);
  const bool between = (page >= begin_ && page < end_) || find_large(page) != nullptr;
  return between ? page : nullptr;
}

bool Arena::open_guard(std::uint64_t address) {
  char* const page = page_between(address);
  if (page == nullptr || open_count_ == open_.size()) return false;
  if (::mprotect(page, kPage, PROT_READ | PROT_WRITE) != 0) return false;
  std::memset(page, 0xFF, kPage);
  open_[open_count_++] = page;
  return true;
}

void Arena::close_guards() {
  for (; open_count_ > 0; --open_count_) {
    char* const page = open_[open_count_ - 1];
    ::madvise(page, kPage, MADV_DONTNEED);
    ::mprotect(page, kPage, PROT_NONE);
  }
}

bool Arena::explain(Fault& fault) const {
  const auto address = static_cast<std::uintptr_t>(fault.address);
  if (page_between(fault.address) == nullptr) return false;
  fault.place = Fault::Place::kGuard;
  std::uintptr_t least = ~std::uintptr_t{0};
  const Slot* nearest = nullptr;
  const auto consider = [&](const Slot& slot) {
    if (slot.block == nullptr) return;
    const auto start = reinterpret_cast<std::uintptr_t>(slot.block);
    const std::uintptr_t distance =
        address < start ? start - address : address - std::min(address, start + slot.size);
    if (distance >= least) return;
    least = distance;
    nearest = &slot;
  };
  for (const Class& c : classes_) {
    for (const Slot& slot : c.slots) consider(slot);
  }
  for (std::size_t i = 0; i < large_end_; ++i) consider(large_[i].slot);
  if (nearest == nullptr) return true;
  fault.number = nearest->number;
  fault.size = nearest->size;
  fault.element_size = nearest->element_size;
  fault.offset =
      static_cast<std::int64_t>(address - reinterpret_cast<std::uintptr_t>(nearest->block));
  if (nearest->name != nullptr) {
    std::strncpy(fault.operand.data(), nearest->name, fault.operand.size() - 1);
  }
  return true;
}

}  // namespace shapefuzz
