// SPDX-License-Identifier: BSD-3-Clause
#include "harness/language/case/zone.h"

#include <fmt/core.h>

#include "harness/language/case/padding.h"
#include "harness/language/case/values.h"

namespace shapefuzz {
Zone zone_of(const Case& c, const LossSpec& spec, Reading* reading) {
  Reading found;
  if (spec.open) {
    if (reading != nullptr) *reading = nearest_reading(spec.contract, to_call(c, spec));
    return Zone::kExpandable;
  }
  Zone zone = classify(spec.contract, to_call(c, spec), &found);
  if (zone == Zone::kIncompatible) return zone;
  if (reading != nullptr) *reading = found;
  if (find_illegality(c, spec, found)) return Zone::kIncompatible;
  std::size_t next = 0;
  const auto& patterns = found.alternative->operands;
  for (const Operand& operand : c.operands) {
    while (patterns[next].name != operand.name) ++next;
    if (needs_conversion(patterns[next].kind, operand.dtype, c.operands[0].dtype)) {
      zone = Zone::kExpandable;
    }
  }
  return zone;
}

std::optional<Illegality> find_illegality(const Case& c, const LossSpec& spec,
                                          const Reading& reading) {
  std::size_t next = 0;
  const auto& patterns = reading.alternative->operands;
  for (const Operand& operand : c.operands) {
    while (patterns[next].name != operand.name) ++next;
    const OperandPattern& pattern = patterns[next];
    if (operand.values.empty() && !may_break_kind(operand, pattern.kind)) continue;
    const BoundKind kind = bind_kind(pattern, reading.bindings);
    const auto why = illegal_value(kind, operand.shape, read_values(c, reading, operand, next));
    if (why) return Illegality{operand.name, fmt::format("{} holds {}", operand.name, *why)};
  }
  if (spec.illegal_option == nullptr) return std::nullopt;
  const auto option = spec.illegal_option(c, spec);  // "delta: a number above 0"
  if (!option) return std::nullopt;
  const std::size_t colon = option->find(": ");
  const std::string name = option->substr(0, colon);
  return Illegality{name, fmt::format("{} is outside its documented range, which is {}", name,
                                      option->substr(colon + 2))};
}

}  // namespace shapefuzz
