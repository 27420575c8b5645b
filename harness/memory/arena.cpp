#include "harness/memory/arena.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <new>

namespace shapefuzz {
namespace {

constexpr std::size_t kZone = std::size_t{32} << 20;
constexpr std::size_t kPage = 4096;

// Few tensors are large: a slot's pages, and how many slots. What a large one has touched is given
// back to the system at once.
struct Size {
  std::size_t pages_size;
  std::size_t count;
};
constexpr std::array<Size, 4> kSizes = {
    {{kPage, 16384}, {64 << 10, 2048}, {std::size_t{4} << 20, 256}, {Arena::kLargest, 16}}};
constexpr std::size_t kKept = 64 << 10;

}  // namespace

std::size_t Arena::Class::stride() const { return kZone + pages_size; }
char* Arena::Class::pages(std::size_t slot) const { return begin + slot * stride() + kZone; }

// An empty block at the end of the pages is the first byte of the next zone.
std::size_t Arena::Class::slot_of(const void* block) const {
  return static_cast<std::size_t>(static_cast<const char*>(block) - 1 - begin) / stride();
}

Arena& Arena::instance() {
  // Never destroyed: tensors of static objects come back to it.
  static Arena& arena = *new Arena();
  return arena;
}

Arena::Arena() {
  std::size_t size = kZone;  // behind the last slot
  for (std::size_t i = 0; i < classes_.size(); ++i) {
    classes_[i].pages_size = kSizes[i].pages_size;
    classes_[i].slots.reserve(kSizes[i].count);
    classes_[i].free.reserve(kSizes[i].count);
    size += classes_[i].stride() * kSizes[i].count;
  }
  void* const range =
      ::mmap(nullptr, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (range == MAP_FAILED) throw std::bad_alloc();
  begin_ = static_cast<char*>(range);
  end_ = begin_ + size;
  char* next = begin_;
  for (Class& c : classes_) {
    c.begin = next;
    next += c.stride() * c.slots.capacity();
  }
}

Arena::Class* Arena::class_of(const void* block) {
  const auto* byte = static_cast<const char*>(block) - 1;
  std::size_t i = classes_.size() - 1;
  while (byte < classes_[i].begin) --i;
  return &classes_[i];
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
    char* const pages = c.pages(index);
    char* const block = placement_ == Placement::kEnd ? pages + c.pages_size - size : pages;
    std::memset(block, fill_, size);
    c.slots[index] = {size, ++blocks_, nullptr, 0, block};
    return block;
  }
  return nullptr;
}

void Arena::release(void* block) {
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

void Arena::name(void* block, const char* name, std::size_t element_size) {
  if (!owns(block)) return;
  Class& c = *class_of(block);
  Slot& slot = c.slots[c.slot_of(block)];
  slot.name = name;
  slot.element_size = element_size;
}

bool Arena::open_guard(std::uint64_t address) {
  const std::uint64_t first = reinterpret_cast<std::uint64_t>(begin_);
  const std::uint64_t last = reinterpret_cast<std::uint64_t>(end_) - 1;
  if (address < first || address > last || open_count_ == open_.size()) return false;
  char* const page = begin_ + (address - first) / kPage * kPage;
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
  const auto first = reinterpret_cast<std::uintptr_t>(begin_);
  if (address < first || address >= reinterpret_cast<std::uintptr_t>(end_)) return false;
  fault.place = Fault::Place::kGuard;
  std::uintptr_t least = ~std::uintptr_t{0};
  const Slot* nearest = nullptr;
  for (const Class& c : classes_) {
    for (const Slot& slot : c.slots) {
      if (slot.block == nullptr) continue;
      const auto start = reinterpret_cast<std::uintptr_t>(slot.block);
      const std::uintptr_t distance =
          address < start ? start - address : address - std::min(address, start + slot.size);
      if (distance >= least) continue;
      least = distance;
      nearest = &slot;
    }
  }
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
