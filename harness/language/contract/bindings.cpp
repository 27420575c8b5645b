// SPDX-License-Identifier: BSD-3-Clause
#include "harness/language/contract/bindings.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace shapefuzz {
namespace {

// Binds `size` to a number or a name; false if it is something else already.
bool bind(const Dim& dim, std::int64_t size, Bindings& bindings) {
  if (dim.type == Dim::Type::kNumber) return dim.number == size;
  std::int64_t& bound = bindings.sizes[dim.name];
  if (bound == kUnbound) {
    const std::int64_t rest = size - dim.number;
    if (rest < 0 || rest % dim.factor != 0) return false;
    bound = rest / dim.factor;
  }
  return bindings.size_or(dim, size) == size;
}

// How many dimensions the first `count` places of a pattern have at least.
std::size_t least_rank(const Pattern& pattern, std::size_t count, const Bindings& bindings) {
  std::size_t rank = 0;
  for (std::size_t i = 0; i < count; ++i) {
    rank += pattern[i].type != Dim::Type::kPack ? 1 : bindings.packs[pattern[i].name].rank();
  }
  return rank;
}

// A pack is marked as bound in `sizes` too, by its rank.
bool bind_pack(const Dim& dim, const Shape& sizes, Bindings& bindings) {
  std::int64_t& rank = bindings.sizes[dim.name];
  if (rank == kUnbound) {
    rank = static_cast<std::int64_t>(sizes.rank());
    bindings.packs[dim.name] = sizes;
  }
  return bindings.packs[dim.name] == sizes;
}

// The common size of two under broadcasting; kUnbound gives way to anything.
std::optional<std::int64_t> widen(std::int64_t a, std::int64_t b) {
  if (a == kUnbound || a == b) return b;
  if (b == 1) return a;
  if (a == 1) return b;
  return std::nullopt;
}

// One size of a shape with the place of the pattern that it meets, as align() does it.
bool align_size(const Dim& part, std::int64_t met, const std::array<bool, kMaxNames>& open,
                Bindings& bindings) {
  if (part.is_computed() && bindings.sizes[part.name] == kUnbound) {
    // What would be expanded to a size that nobody knows yet says nothing.
    return bind(part, met, bindings) || met == 1;
  }
  const bool fixed = part.type == Dim::Type::kNumber || part.is_computed() || !open[part.name];
  const std::int64_t bound = bindings.size_or(part, kUnbound);
  const auto common = widen(bound, met);
  if (!common || (fixed && *common != bound)) return false;
  if (!fixed) bindings.sizes[part.name] = *common;
  return true;
}

}  // namespace

Bindings::Bindings(const Contract& contract, const std::array<std::int64_t, kMaxNames>& options)
    : Bindings() {
  std::copy_n(options.begin(), contract.options.size(), sizes.begin());
}

std::size_t pack_position(const Pattern& pattern) {
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i].type == Dim::Type::kPack) return i;
  }
  return kNoPack;
}

bool match(const Pattern& pattern, const Shape& shape, Bindings& bindings) {
  const std::size_t fixed = least_rank(pattern, pattern.size(), bindings);
  if (shape.rank() < fixed) return false;
  std::size_t open = shape.rank() - fixed;  // of the one pack whose length is not known
  std::size_t dim = 0;
  for (const Dim& part : pattern) {
    if (part.type == Dim::Type::kPack) {
      const bool known = bindings.sizes[part.name] != kUnbound;
      const std::size_t packed =
          known ? bindings.packs[part.name].rank() : std::exchange(open, std::size_t{0});
      if (!bind_pack(part, shape.slice(dim, packed), bindings)) return false;
      dim += packed;
    } else if (!bind(part, shape[dim++], bindings)) {
      return false;
    }
  }
  return open == 0;
}

bool align(const Pattern& pattern, const Shape& shape, const std::array<bool, kMaxNames>& open,
           Bindings& bindings) {
  std::size_t left = shape.rank();
  for (std::size_t i = pattern.size(); i-- > 0;) {
    const Dim& part = pattern[i];
    if (part.type == Dim::Type::kPack) {
      const std::size_t packed =
          i == 0 || bindings.sizes[part.name] == kUnbound
              ? left - std::min(left, least_rank(pattern, i, bindings))
              : std::min(left, static_cast<std::size_t>(bindings.sizes[part.name]));
      const Shape met = shape.slice(left - packed, packed);
      left -= packed;
      if (!open[part.name]) {
        if (!expands_to(met, bindings.packs[part.name])) return false;
        continue;
      }
      const auto common = broadcast(bindings.packs[part.name], met);
      if (!common) return false;
      bindings.packs[part.name] = *common;
      bindings.sizes[part.name] = static_cast<std::int64_t>(common->rank());
    } else if (left > 0) {
      if (!align_size(part, shape[--left], open, bindings)) return false;
    }
  }
  while (left > 0 && shape[left - 1] == 1) --left;
  return left == 0;
}

bool holds(const Constraint& constraint, const Bindings& bindings) {
  const std::int64_t left = bindings.size_or(constraint.left, 0);
  const std::int64_t right = bindings.size_or(constraint.right, 0);
  switch (constraint.op) {
    case Constraint::Op::kEqual:
      return left == right;
    case Constraint::Op::kAtLeast:
      return left >= right;
    case Constraint::Op::kAtMost:
      break;
  }
  return left <= right;
}

Shape instantiate(const Pattern& pattern, const Bindings& bindings, std::int64_t unbound) {
  Shape shape;
  for (const Dim& part : pattern) {
    switch (part.type) {
      case Dim::Type::kNumber:
        shape.push_back(part.number);
        break;
      case Dim::Type::kName: {
        const std::int64_t size = bindings.size_or(part, unbound);
        shape.push_back(size < 0 ? unbound : size);
        break;
      }
      case Dim::Type::kPack:
        shape.append(bindings.packs[part.name]);
        break;
    }
  }
  return shape;
}

bool names_a_size(const Alternative& alternative, std::size_t name) {
  for (const OperandPattern& operand : alternative.operands) {
    for (const Dim& dim : operand.pattern) {
      if (dim.type != Dim::Type::kNumber && dim.name == name) return true;
    }
  }
  return false;
}

}  // namespace shapefuzz
