// SPDX-License-Identifier: BSD-3-Clause
#include "harness/search/generate/draw.h"

#include <algorithm>

#include "harness/language/case/values.h"
#include "harness/language/case/zone.h"
#include "harness/search/generate/choose.h"

namespace shapefuzz {
namespace {

constexpr std::int64_t kSeeds = 1000;

std::int64_t draw_size(const Pick& pick, const DrawBounds& bounds) {
  if (pick(0, bounds.zero_one_in) == bounds.zero_one_in - 1) return 0;
  return pick(1, bounds.max_size + 1);
}

// Sizes for every name that no option binds.
void draw_sizes(const Contract& contract, const Alternative& alternative, const Pick& pick,
                const DrawBounds& bounds, Bindings& bindings) {
  for (const OperandPattern& operand : alternative.operands) {
    for (const Dim& dim : operand.pattern) {
      const bool bound = dim.type == Dim::Type::kNumber || dim.name < contract.options.size() ||
                         bindings.sizes[dim.name] != kUnbound;
      if (bound) continue;
      if (dim.type == Dim::Type::kName) {
        bindings.sizes[dim.name] = draw_size(pick, bounds);
        continue;
      }
      const std::int64_t rank = pick(0, bounds.max_pack_rank + 1);
      for (std::int64_t i = 0; i < rank; ++i) {
        bindings.packs[dim.name].push_back(draw_size(pick, bounds));
      }
      bindings.sizes[dim.name] = rank;
    }
  }
}

// Some options at one of their samples.
void draw_options(const LossSpec& spec, const Pick& pick, Case& c) {
  for (const OptionSpec& option : spec.options) {
    if (option.samples.empty() || pick(0, 3) != 2) continue;
    c.set_option(spec, option.name, element_of(option.samples, pick));
  }
}

// Single precision for all or, now and then, another place in memory for one operand.
void draw_storage(const Pick& pick, Case& c) {
  const bool single = pick(0, 4) == 3;
  for (Operand& operand : c.operands) {
    if (single && operand.dtype == DType::kF64) operand.dtype = DType::kF32;
    if (pick(0, 6) == 5) operand.layout = element_of(all_layouts(), pick);
  }
}

// The sizes of a plain case; a pack is empty, whatever does not fit a Shape is left out.
Shape plain_shape(const Pattern& pattern, const Bindings& bindings, std::int64_t size) {
  return pattern.size() < kMaxRank ? instantiate(pattern, bindings, size) : Shape();
}

}  // namespace

std::uint64_t SeededPick::bits() { return mix(state_++); }

std::int64_t SeededPick::operator()(std::int64_t low, std::int64_t high) {
  if (high <= low) return low;
  return low + static_cast<std::int64_t>(bits() % static_cast<std::uint64_t>(high - low));
}

Case draw_case(const LossSpec& spec, const std::string& entry, const std::vector<Option>& fixed,
               const Pick& pick, const DrawBounds& bounds) {
  const Contract& contract = spec.contract;
  Case c;
  c.loss = spec.name;
  c.entry = entry;
  c.options = fixed;
  c.seed = static_cast<std::uint64_t>(pick(0, kSeeds));
  const std::vector<std::string> reductions = spec.reductions(entry);
  if (!reductions.empty()) c.set_option(spec, "reduction", element_of(reductions, pick));
  draw_options(spec, pick, c);
  const Alternative& alternative = element_of(contract.alternatives, pick);
  Call call;
  bind_options(c, spec, call);
  Bindings bindings(contract, call.options);
  draw_sizes(contract, alternative, pick, bounds, bindings);
  for (const OperandPattern& pattern : alternative.operands) {
    if (pattern.optional && pick(0, 2) == 0) continue;
    Operand operand;
    operand.name = pattern.name;
    operand.dtype = default_dtype(pattern.kind);
    operand.shape = instantiate(pattern.pattern, bindings);
    c.operands.push_back(operand);
  }
  draw_storage(pick, c);
  return c;
}

Case plainest_case(const LossSpec& spec, const std::vector<Option>& fixed) {
  Case c;
  c.loss = spec.name;
  c.entry = spec.entries.front();
  c.options = fixed;
  Call call;
  bind_options(c, spec, call);
  const Bindings bindings(spec.contract, call.options);
  // Where one class is none: a label of ctc_loss is never the blank.
  for (std::int64_t size = 1; size <= 2; ++size) {
    c.operands.clear();
    for (const OperandPattern& pattern : spec.contract.operands()) {
      if (pattern.optional) continue;
      Operand operand;
      operand.name = pattern.name;
      operand.dtype = default_dtype(pattern.kind);
      operand.shape = plain_shape(pattern.pattern, bindings, size);
      c.operands.push_back(operand);
    }
    if (zone_of(c, spec) == Zone::kValid) break;
  }
  return c;
}

}  // namespace shapefuzz
