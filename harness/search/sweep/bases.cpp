// SPDX-License-Identifier: BSD-3-Clause
#include "harness/search/sweep/bases.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "harness/language/case/zone.h"
#include "harness/search/sweep/plan.h"

namespace shapefuzz {
namespace {

// Sizes for the names of a contract in their order, and for each pack. All different where they can
// be, so that dimensions that are mixed up show; all 1, where a loss may take another path; and
// with an empty dimension behind the batch.
struct Sizes {
  std::vector<std::int64_t> names;
  Shape pack;
};

const std::vector<Sizes>& all_sizes() {
  static const std::vector<Sizes> sizes = {
      {{3, 2, 3, 2}, {2, 3}}, {{2, 3, 1, 2}, {3}}, {{2, 0, 2, 2}, {0, 2}}, {{0, 2, 1, 3}, {2, 0}},
      {{2, 2, 2, 2}, {0}},    {{2, 2, 2, 2}, {2}}, {{1, 1, 1, 1}, {}}};
  return sizes;
}

// Two samples of one number, for somebody's own loss: small enough for pairs of edges and for the
// coarse tolerance of half precision. LibTorch's losses are tried with enough without it.
const Sizes& two_samples() {
  static const Sizes sizes = {{2, 1, 1, 1}, {}};
  return sizes;
}

// Far beyond the bounds, for one valid call each: more dimensions than an image has, and more
// elements than a kernel takes at once (32,768, at::internal::GRAIN_SIZE), few of them in any
// dimension, for a loss may compare every sample with every other.
const std::vector<Sizes>& far_sizes() {
  static const std::vector<Sizes> sizes = {
      {{2, 3, 2, 2}, {2, 1, 2, 2}}, {{182, 182, 2, 2}, {}}, {{182, 1, 2, 2}, {182}}};
  return sizes;
}

constexpr std::ptrdiff_t kWithStorage = 5;

bool is_empty(const Sizes& sizes) {
  return std::find(sizes.names.begin(), sizes.names.end(), 0) != sizes.names.end() ||
         std::find(sizes.pack.begin(), sizes.pack.end(), 0) != sizes.pack.end();
}

bool is_within(const Case& c, const Bounds& bounds) {
  return std::all_of(c.operands.begin(), c.operands.end(), [&](const Operand& operand) {
    const Shape& shape = operand.shape;
    return shape.rank() <= bounds.max_rank &&
           std::all_of(shape.begin(), shape.end(),
                       [&](std::int64_t size) { return size <= bounds.max_size; });
  });
}

// The call of an alternative with these sizes; none if it is not valid.
std::optional<Base> base_case(const Loss& loss, const Alternative& alternative, const Sizes& sizes,
                              const std::string& reduction, std::uint64_t seed) {
  const Contract& contract = loss.spec.contract;
  Base base;
  Case& c = base.c;
  c.loss = loss.spec.name;
  c.entry = loss.spec.entries.front();
  c.options = loss.sweep_options;
  set_way(c, loss.spec, {c.entry, reduction});
  c.seed = seed;
  Bindings bindings(contract, to_call(c, loss.spec).options);
  std::size_t next = 0;
  for (const OperandPattern& operand : alternative.operands) {
    for (const Dim& dim : operand.pattern) {
      const bool bound = dim.type == Dim::Type::kNumber || bindings.sizes[dim.name] != kUnbound;
      if (bound) continue;
      if (dim.type == Dim::Type::kPack) {
        bindings.packs[dim.name] = sizes.pack;
        bindings.sizes[dim.name] = static_cast<std::int64_t>(sizes.pack.rank());
      } else {
        bindings.sizes[dim.name] = sizes.names[next++ % sizes.names.size()];
      }
    }
    if (operand.optional) continue;
    Operand present;
    present.name = operand.name;
    present.dtype = default_dtype(operand.kind);
    present.shape = instantiate(operand.pattern, bindings);
    c.operands.push_back(std::move(present));
  }
  if (zone_of(c, loss.spec, &base.reading) != Zone::kValid) return std::nullopt;
  // One that another alternative reads was added with that one.
  if (base.reading.alternative != &alternative) return std::nullopt;
  return base;
}

}  // namespace

std::vector<Base> base_cases(const Loss& loss, const Bounds& bounds, std::uint64_t seed) {
  std::vector<std::string> reductions = {""};
  if (!loss.spec.reduces && loss.spec.find_option("reduction") != nullptr) {
    reductions = loss.spec.reductions(loss.spec.entries.front());
  }
  std::vector<Base> within;
  std::vector<Base> beyond;
  const auto add = [&](std::optional<Base> base, bool storage) {
    if (!base) return;
    base->storage = storage;
    (is_within(base->c, bounds) ? within : beyond).push_back(std::move(*base));
  };
  for (const Alternative& alternative : loss.spec.contract.alternatives) {
    for (const std::string& reduction : reductions) {
      for (const Sizes& sizes : all_sizes()) {
        if (is_empty(sizes) && !bounds.thorough) continue;
        add(base_case(loss, alternative, sizes, reduction, seed),
            &sizes - all_sizes().data() < kWithStorage);
      }
      if (!loss.spec.own) continue;
      add(base_case(loss, alternative, two_samples(), reduction, seed), true);
    }
  }
  return within.empty() ? beyond : within;
}

std::vector<Case> far_cases(const Loss& loss, const Bounds& bounds, std::uint64_t seed) {
  constexpr std::size_t kLittle = 2;
  std::vector<Case> cases;
  if (bounds.max_rank <= kLittle || bounds.max_size <= std::int64_t{kLittle}) return cases;
  for (const Alternative& alternative : loss.spec.contract.alternatives) {
    for (const Sizes& sizes : far_sizes()) {
      auto base = base_case(loss, alternative, sizes, "", seed);
      if (base) cases.push_back(std::move(base->c));
    }
  }
  return cases;
}

}  // namespace shapefuzz
