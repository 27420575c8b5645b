// SPDX-License-Identifier: BSD-3-Clause
#include "harness/oracle/judgement/readings.h"

namespace shapefuzz {
namespace {

// The common shape of all operands, where the contract gives every one of them the output's
// pattern: what an element-wise loss computes on a rank that its documentation does not have.
std::optional<Reading> common_shape_reading(const LossSpec& spec, const Call& call) {
  Reading reading = nearest_reading(spec.contract, call);
  const auto& operands = reading.alternative->operands;
  std::optional<Shape> common = Shape{};
  for (std::size_t i = 0; i < operands.size() && common; ++i) {
    if (!call.operands[i].present) continue;
    if (!(operands[i].pattern == operands[0].pattern)) return std::nullopt;
    common = broadcast(*common, call.operands[i].shape);
  }
  if (!common) return std::nullopt;
  Reading exact = {reading.alternative, Bindings(spec.contract, call.options), {}, {}};
  if (match(operands[0].pattern, *common, exact.bindings)) {
    exact.result = instantiate(reading.alternative->result, exact.bindings);
    reading = exact;
  }
  reading.shapes.fill(*common);
  return reading;
}

// The call as if every operand had the numbers that the nearest alternative wants.
Call with_fitting_numbers(const Contract& contract, Call call) {
  const Reading nearest = nearest_reading(contract, call);
  for (std::size_t i = 0; i < nearest.alternative->operands.size(); ++i) {
    const KindInfo& kind = info(nearest.alternative->operands[i].kind);
    if (kind.integral) call.operands[i].numbers = NumberClass::kIntegral;
    if (kind.floating) call.operands[i].numbers = NumberClass::kFloating;
  }
  return call;
}

}  // namespace

std::vector<Reading> readings_of(const LossSpec& spec, const Call& call) {
  std::vector<Reading> readings = tolerant_readings(spec.contract, call);
  if (readings.empty()) {
    // Whole numbers in a floating dtype, or the reverse: what the shapes alone would mean.
    readings = tolerant_readings(spec.contract, with_fitting_numbers(spec.contract, call));
  }
  // With leading ones dropped [1,3,4] reads as [3,4]; [2,3,4] does not, and both mean the same.
  if (auto common = common_shape_reading(spec, call)) readings.push_back(*common);
  return readings;
}

std::vector<Reading> meanings_of(const Case& c, const LossSpec& spec) {
  const Call call = to_call(c, spec);
  Reading reading;
  switch (classify(spec.contract, call, &reading)) {
    case Zone::kValid:
      return {reading};
    case Zone::kExpandable:
      return expanded_readings(spec.contract, call);
    case Zone::kIncompatible:
      break;
  }
  return readings_of(spec, call);
}

bool has_documented_result(const Reading& reading) {
  const Pattern& output = reading.alternative->operands[0].pattern;
  return instantiate(output, reading.bindings) == reading.shapes[0];
}

Reading meaning_to_explain(const Case& c, const LossSpec& spec, const Basis& basis) {
  const Call call = to_call(c, spec);
  Reading reading;
  const Zone zone = classify(spec.contract, call, &reading);
  if (zone == Zone::kIncompatible) return nearest_reading(spec.contract, call);
  if (basis.reading == 0) return reading;
  return expanded_readings(spec.contract, call).at(basis.reading);
}

}  // namespace shapefuzz
