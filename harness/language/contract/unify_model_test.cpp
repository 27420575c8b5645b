// SPDX-License-Identifier: BSD-3-Clause
// Unification against a slow model of it: the definition of the zones, tried on every assignment of
// sizes to names. Sizes are at most 2, so that all assignments can be tried.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <functional>

#include "harness/language/contract/unify.h"
#include "harness/testing/shape_gen.h"

namespace shapefuzz {
namespace {

constexpr std::size_t kRank = 3;
constexpr std::int64_t kSize = 2;

bool is_pack(const Contract& contract, std::size_t name) {
  for (const OperandPattern& operand : contract.operands()) {
    for (const Dim& dim : operand.pattern) {
      if (dim.type == Dim::Type::kPack && dim.name == name) return true;
    }
  }
  return false;
}

// The shape of a pattern, written down independently of `instantiate`: `packs[i]` for a pack, and
// the only size of it for a name of one size.
Shape fill(const Pattern& pattern, const std::vector<Shape>& assignment) {
  Shape shape;
  for (const Dim& dim : pattern) {
    if (dim.type == Dim::Type::kNumber) {
      shape.push_back(dim.number);
    } else {
      shape.append(assignment[dim.name]);
    }
  }
  return shape;
}

void for_each_assignment(const Contract& contract,
                         const std::function<void(const std::vector<Shape>&)>& visit) {
  static const std::vector<Shape> kPacks = every_shape(kRank, kSize);
  static const std::vector<Shape> kSizes = {{0}, {1}, {2}};
  std::vector<Shape> assignment(contract.alternatives[0].names.size());
  const std::function<void(std::size_t)> assign = [&](std::size_t name) {
    if (name == assignment.size()) return visit(assignment);
    for (const Shape& value : is_pack(contract, name) ? kPacks : kSizes) {
      assignment[name] = value;
      assign(name + 1);
    }
  };
  assign(0);
}

// "index(C): a whole number in [0, C)" has no value for C = 0, unless there is none to have.
bool values_exist(const OperandPattern& operand, const std::vector<Shape>& assignment) {
  if (operand.kind != Kind::kIndex) return true;
  const Shape shape = fill(operand.pattern, assignment);
  return shape.elements() == 0 || assignment[operand.arguments[0].name][0] > 0;
}

struct Verdicts {
  Zone zone = Zone::kIncompatible;
  Shape result;  // of a valid call
};

Verdicts model(const Contract& contract, const Call& call) {
  const Alternative& alternative = contract.alternatives[0];
  Verdicts verdicts;
  for_each_assignment(contract, [&](const std::vector<Shape>& assignment) {
    bool equal = true;
    bool expands = true;
    for (std::size_t i = 0; i < alternative.operands.size(); ++i) {
      if (!call.operands[i].present) continue;
      const Shape demanded = fill(alternative.operands[i].pattern, assignment);
      const Shape& shape = call.operands[i].shape;
      equal = equal && shape == demanded;
      expands = expands && (i == 0 ? shape == demanded : expands_to(shape, demanded));
      if (!values_exist(alternative.operands[i], assignment)) equal = expands = false;
    }
    if (equal) verdicts = {Zone::kValid, fill(alternative.result, assignment)};
    if (expands && verdicts.zone == Zone::kIncompatible) verdicts.zone = Zone::kExpandable;
  });
  return verdicts;
}

std::string pick_pattern(const std::vector<std::string>& names, const std::string& pack) {
  const int rank = *rc::gen::inRange(0, 3);
  const int pack_at = pack.empty() ? -1 : *rc::gen::inRange(0, rank + 1);
  std::string text;
  for (int i = 0; i <= rank; ++i) {
    if (i == pack_at) text += (text.empty() ? "*" : ",*") + pack;
    if (i == rank) break;
    text += (text.empty() ? "" : ",") + *rc::gen::elementOf(names);
  }
  return "[" + text + "]";
}

// One output and two operands behind it. A pack that the output does not have stands at the left:
// elsewhere a shape can be shared between the pack and the names before it in more ways than one,
// and unification takes the first.
std::string pick_contract() {
  const bool output_pack = *rc::gen::arbitrary<bool>();
  const bool own_pack = *rc::gen::arbitrary<bool>();
  const auto pick_behind = [&]() -> std::string {
    const int choice = *rc::gen::inRange(0, 3);
    if (choice == 0 && output_pack) return pick_pattern({"N", "C", "K", "2"}, "d");
    const std::string pattern = pick_pattern({"N", "C", "K", "1"}, "");
    if (choice != 1 || !own_pack) return pattern;
    return pattern == "[]" ? "[*e]" : "[*e," + pattern.substr(1);
  };
  const std::string output = pick_pattern({"N", "C", "1"}, output_pack ? "d" : "");
  // An index takes its names from the output. Where the model may choose one, it chooses 0 to have
  // no index that could be wrong; unification takes the size that the operands have.
  std::vector<std::string> bound = {"1"};
  for (const std::string name : {"N", "C"}) {
    if (output.find(name) != std::string::npos) bound.push_back(name);
  }
  const bool index = *rc::gen::arbitrary<bool>() && output.find('C') != std::string::npos;
  const std::string second = index ? "index(C)" + pick_pattern(bound, "") : "real" + pick_behind();
  return "(x: real" + output + ", y: " + second + ", z: real" + pick_behind() + ") -> " + output;
}

// Shapes that unify are rare among all shapes, so most are taken from one assignment of the names.
Call pick_call(const Contract& contract) {
  const Alternative& alternative = contract.alternatives[0];
  std::vector<Shape> assignment;
  for (std::size_t name = 0; name < alternative.names.size(); ++name) {
    assignment.push_back(is_pack(contract, name) ? *shapes(2, kSize)
                                                 : Shape{*rc::gen::inRange<std::int64_t>(0, 3)});
  }
  Call call;
  for (std::size_t i = 0; i < alternative.operands.size(); ++i) {
    Shape shape = fill(alternative.operands[i].pattern, assignment);
    const int change = *rc::gen::inRange(0, 6);
    if (change == 0 || shape.rank() > kRank) shape = *shapes(kRank, kSize);
    if (change == 1 && !shape.empty()) shape = shape.slice(1, shape.rank() - 1);
    if (change == 2 && !shape.empty()) shape[*rc::gen::inRange<std::size_t>(0, shape.rank())] = 1;
    const bool integral = info(alternative.operands[i].kind).integral;
    call.operands[i] = {true, shape, integral ? NumberClass::kIntegral : NumberClass::kFloating};
  }
  return call;
}

RC_GTEST_PROP(UnifyModel, ZoneAndResultAreThoseOfTheDefinition, ()) {
  const std::string text = pick_contract();
  const Contract contract = parse_contract(text);
  const Call call = pick_call(contract);
  RC_LOG() << text << "  " << to_string(call.operands[0].shape) << " "
           << to_string(call.operands[1].shape) << " " << to_string(call.operands[2].shape) << "\n";
  const Verdicts expected = model(contract, call);
  Reading reading;
  const Zone zone = classify(contract, call, &reading);
  RC_TAG(std::string(to_string(zone)));
  RC_ASSERT(to_string(zone) == to_string(expected.zone));
  if (zone == Zone::kValid) RC_ASSERT(reading.result == expected.result);
  if (zone == Zone::kIncompatible) return;
  RC_ASSERT(reading.shapes[0] == call.operands[0].shape);
  for (std::size_t i = 1; i < 3; ++i) {
    RC_ASSERT(expands_to(call.operands[i].shape, reading.shapes[i]));
  }
}

// A valid call is a tolerant one too, with the very same meaning.
RC_GTEST_PROP(UnifyModel, ToleranceKeepsTheMeaningOfValidCalls, ()) {
  const Contract contract = parse_contract(pick_contract());
  const Call call = pick_call(contract);
  Reading exact;
  RC_PRE(classify(contract, call, &exact) == Zone::kValid);
  const std::vector<Reading> readings = tolerant_readings(contract, call);
  RC_ASSERT(!readings.empty());
  RC_ASSERT(readings.front().result == exact.result);
  const Reading nearest = nearest_reading(contract, call);
  RC_ASSERT(nearest.result == exact.result);
  for (std::size_t i = 0; i < 3; ++i) RC_ASSERT(nearest.shapes[i] == call.operands[i].shape);
}

}  // namespace
}  // namespace shapefuzz
