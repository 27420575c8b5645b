#include "harness/case/zone.h"

#include "harness/case/values.h"

namespace shapefuzz {

Zone zone_of(const Case& c, const LossSpec& spec, Reading* reading) {
  Reading found;
  if (spec.open) {
    if (reading != nullptr) *reading = nearest_reading(spec.contract, to_call(c, spec));
    return Zone::kExpandable;
  }
  Zone zone = classify(spec.contract, to_call(c, spec), &found);
  if (zone == Zone::kIncompatible) return zone;
  if (spec.illegal_option != nullptr && spec.illegal_option(c, spec)) return Zone::kIncompatible;
  std::size_t next = 0;
  const auto& patterns = found.alternative->operands;
  for (const Operand& operand : c.operands) {
    while (patterns[next].name != operand.name) ++next;
    const OperandPattern& pattern = patterns[next];
    if (!operand.values.empty() || may_break_kind(operand, pattern.kind)) {
      const BoundKind kind = bind_kind(pattern, found.bindings);
      if (illegal_value(kind, effective_values(operand, kind, c.seed, next))) {
        return Zone::kIncompatible;
      }
    }
    if (needs_conversion(pattern.kind, operand.dtype, c.operands[0].dtype)) {
      zone = Zone::kExpandable;
    }
  }
  if (reading != nullptr) *reading = found;
  return zone;
}

}  // namespace shapefuzz
