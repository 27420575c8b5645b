// SPDX-License-Identifier: BSD-3-Clause
#include "harness/oracle/judge/acceptance.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/language/case/values.h"
#include "harness/oracle/judge/comparison.h"
#include "harness/oracle/judge/integers.h"
#include "harness/oracle/judge/references.h"
#include "harness/oracle/judgement/readings.h"
#include "harness/oracle/libtorch/tensors.h"

namespace shapefuzz {
namespace {

using Reference = Basis::Reference;

Verdict verdict_of(Agreement agreement) {
  switch (agreement) {
    case Agreement::kEqual:
      return Verdict::kPass;
    case Agreement::kGradient:
      return Verdict::kWrongGradient;
    case Agreement::kShape:
      return Verdict::kWrongShape;
    case Agreement::kValue:
    case Agreement::kNoReference:
      break;
  }
  return Verdict::kWrongValue;
}

bool is_wrong_number(Verdict verdict) {
  return verdict == Verdict::kWrongValue || verdict == Verdict::kWrongReduction;
}

// The meaning that decides, and how far the call agrees with it.
struct Decision {
  Reading reading;
  std::size_t place = 0;  // among meanings_of() the case
  Comparison comparison;
};

void settle(const Acceptance& call, const Decision& decision, Judgement& judgement) {
  const Comparison& comparison = decision.comparison;
  judgement.verdict = verdict_of(comparison.agreement);
  judgement.detail = comparison.detail;
  judgement.expected_shape = comparison.expected_shape;
  judgement.basis = {comparison.reference, decision.place};
  if (comparison.agreement == Agreement::kValue &&
      is_wrong_in_reduction(call, decision.reading, judgement.zone)) {
    judgement.verdict = Verdict::kWrongReduction;
  }
}

// Whether every value is one that the reading allows, so that a formula has a meaning for it.
bool are_legal(const Acceptance& call, const Reading& reading) {
  const auto& patterns = reading.alternative->operands;
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    const Operand* const operand = call.c.find_operand(patterns[i].name);
    if (operand == nullptr) continue;
    const BoundKind kind = bind_kind(patterns[i], reading.bindings);
    if (illegal_value(kind, operand->shape, call.operands.values[i])) return false;
  }
  return true;
}

// Of all meanings that expand, the call may have any; the first is the likeliest, and for nearly
// every call the one.
Decision decide_among_expanded(const Acceptance& call, Zone zone) {
  Decision first = {*call.reading, 0, compare_with_references(call, *call.reading, zone)};
  if (first.comparison.agreement == Agreement::kEqual || zone != Zone::kExpandable) return first;
  const std::vector<Reading> meanings = meanings_of(call.c, call.loss.spec);
  for (std::size_t i = 1; i < meanings.size(); ++i) {
    if (!are_legal(call, meanings[i])) continue;
    Comparison comparison = compare_with_references(call, meanings[i], zone);
    if (comparison.agreement != Agreement::kEqual) continue;
    return {meanings[i], i, std::move(comparison)};
  }
  return first;
}

// A wrong number that comes from the arithmetic of whole numbers is no miscalculation.
void excuse_whole_numbers(const Acceptance& call, Judgement& judgement, const Compare& compare) {
  const bool is_gradient = judgement.verdict == Verdict::kWrongGradient;
  if (!is_wrong_number(judgement.verdict) && !is_gradient) return;
  const auto why =
      whole_numbers_explain(call, is_gradient ? Agreement::kGradient : Agreement::kValue, compare);
  if (!why) return;
  judgement.verdict = Verdict::kIllegalValueAccepted;
  judgement.by_whole_numbers = true;
  judgement.detail += ": " + *why;
}

// An accepted call that the contract can read.
void judge_readable(const Acceptance& call, Policy policy, Judgement& judgement) {
  const Decision decision = decide_among_expanded(call, judgement.zone);
  settle(call, decision, judgement);
  excuse_whole_numbers(call, judgement, [&](const Acceptance& other) {
    return compare_with_references(other, decision.reading, judgement.zone).agreement;
  });
  const bool forgiven = policy != Policy::kStrict || judgement.zone == Zone::kValid;
  if (judgement.verdict == Verdict::kPass && !forgiven) {
    judgement.verdict = Verdict::kSilentBroadcast;
  }
}

// How far a call agrees with one tolerant reading. Where the expanded call is no reference or
// another number, the formula has the last word.
Comparison compare_with_tolerant(const Acceptance& call, const Reading& reading) {
  const Tensors& operands = call.operands.tensors;
  Comparison comparison = compare_with_expanded(call.loss, call.c, operands, call.actual, reading);
  if (call.loss.spec.folds() && comparison.agreement != Agreement::kEqual) {
    Comparison whole =
        compare_with_expanded(call.loss, call.c, operands, call.actual, reading,
                              execute_expanded(call.loss, call.c, operands, reading));
    if (whole.agreement == Agreement::kEqual) return whole;
  }
  const bool asks_formula =
      comparison.agreement == Agreement::kValue || comparison.agreement == Agreement::kNoReference;
  if (!asks_formula || call.loss.gold == nullptr || call.illegality) return comparison;
  const bool unreduced = call.loss.spec.reduction_of(call.c) == "none";
  const Shape expected = unreduced ? reading.result : Shape{};
  if (!has_documented_result(reading) || shape_of(call.actual.value) != expected ||
      !are_legal(call, reading)) {
    return comparison;
  }
  Comparison formula = compare_with_gold(call.loss, call.c, call.actual, call.operands, reading);
  const bool decides =
      formula.agreement == Agreement::kEqual || comparison.agreement == Agreement::kNoReference;
  return decides ? formula : comparison;
}

// Nothing but the loss itself could say what the call gives, and it contradicts the contract in the
// very call that the contract demands.
void judge_contradicted(const Acceptance& call, const std::vector<Reading>& meanings,
                        const Comparison& contradiction, Judgement& judgement) {
  judgement.basis.reference = Reference::kContract;
  const auto own = unreduced_shape(call);
  const auto fits = [&](const Reading& reading) { return !own || *own == reading.result; };
  if (std::any_of(meanings.begin(), meanings.end(), fits)) {
    judgement.verdict = Verdict::kSilentBroadcast;
    judgement.detail =
        contradiction.detail + "; so nothing says what the call should give that was made";
    return;
  }
  judgement.verdict = Verdict::kWrongShape;
  judgement.detail =
      contradiction_text(call.loss, call.c, shapes_of(call), *own, meanings.front().result);
}

// Whether shapes that have no legal value at all came with legal ones: of no class, targets that
// are all ignored.
bool is_fulfilled(const Acceptance& call, const Reading& reading,
                  const std::array<Shape, kMaxOperands>& came) {
  const auto& constraints = reading.alternative->constraints;
  const auto& patterns = reading.alternative->operands;
  const bool fits =
      std::all_of(patterns.begin(), patterns.end(), [&](const OperandPattern& pattern) {
        const Operand* const operand = call.c.find_operand(pattern.name);
        return operand == nullptr || !info(pattern.kind).integral ||
               number_class(operand->dtype) == NumberClass::kIntegral;
      });
  return fits && reading.shapes == came && has_documented_result(reading) &&
         are_legal(call, reading) &&
         std::all_of(constraints.begin(), constraints.end(), [&](const Constraint& constraint) {
           return holds(constraint, reading.bindings);
         });
}

// An accepted call that should have been refused. What NumPy's broadcasting would make of it is the
// most that can be said in its favour.
void judge_unreadable(const Acceptance& call, Policy policy, Judgement& judgement) {
  const std::vector<Reading> meanings = meanings_of(call.c, call.loss.spec);
  const auto came = shapes_of(call);
  std::optional<Decision> nearest;
  for (std::size_t i = 0; i < meanings.size(); ++i) {
    const bool plainer = nearest && meanings[i].shapes == came && nearest->reading.shapes != came;
    // Nothing is nearer than equal.
    if (nearest && nearest->comparison.agreement == Agreement::kEqual && !plainer) continue;
    Comparison comparison = compare_with_tolerant(call, meanings[i]);
    if (nearest) {
      const Agreement best = nearest->comparison.agreement;
      if (comparison.agreement > best || (comparison.agreement == best && !plainer)) continue;
    }
    nearest = Decision{meanings[i], i, std::move(comparison)};
  }
  if (!nearest) {
    judgement.verdict = Verdict::kWrongValue;
    judgement.detail = "no reading of the contract gives these shapes a meaning";
    return;
  }
  if (nearest->comparison.contradiction) {
    judge_contradicted(call, meanings, nearest->comparison, judgement);
    return;
  }
  if (nearest->comparison.agreement == Agreement::kNoReference) {
    // Accepted, but nothing says that it is wrong: the unreduced call of the same entry refuses.
    judgement.verdict = Verdict::kSilentBroadcast;
    judgement.detail = nearest->comparison.detail;
    return;
  }
  settle(call, *nearest, judgement);
  excuse_whole_numbers(call, judgement, [&](const Acceptance& other) {
    return compare_with_tolerant(other, nearest->reading).agreement;
  });
  const bool equal = judgement.verdict == Verdict::kPass;
  if (equal && is_fulfilled(call, nearest->reading, came)) return;
  if (equal && nearest->reading.shapes == came && !are_legal(call, nearest->reading)) {
    // Nothing was broadcast. The kind has no value at all, as an index into no class.
    judgement.verdict =
        policy == Policy::kBroadcast ? Verdict::kPass : Verdict::kIllegalValueAccepted;
    judgement.detail = "no value is legal for these shapes, and nothing refuses them";
    judgement.basis = {};
  }
  if (judgement.verdict == Verdict::kPass && policy != Policy::kBroadcast) {
    judgement.verdict = Verdict::kSilentBroadcast;
  }
}

// An accepted call whose shapes fit, and whose values or options the documentation excludes. No
// formula has a meaning for those; where the operands have to be expanded, the loss may still
// contradict itself.
void judge_illegal(const Acceptance& call, Policy policy, Judgement& judgement) {
  const LossSpec& spec = call.loss.spec;
  if (classify(spec.contract, to_call(call.c, spec)) == Zone::kExpandable) {
    judge_unreadable(call, policy, judgement);
    const bool equal =
        judgement.verdict == Verdict::kSilentBroadcast || judgement.verdict == Verdict::kPass;
    // Of whole numbers no more is wrong than that they are computed with as such.
    const bool explained =
        is_wrong_number(judgement.verdict) && call.reading != nullptr &&
        whole_numbers_explain(call, Agreement::kValue, [&](const Acceptance& other) {
          return compare_with_references(other, *call.reading, judgement.zone).agreement;
        });
    if (!equal && !explained) return;
  }
  judgement.verdict =
      policy == Policy::kBroadcast ? Verdict::kPass : Verdict::kIllegalValueAccepted;
  judgement.detail = call.illegality->reason + ", and nothing refuses it";
  judgement.basis = {};
  judgement.expected_shape.reset();
}

}  // namespace

void judge_accepted(const Acceptance& call, Policy policy, Judgement& judgement) {
  if (call.loss.spec.open) return;
  if (call.illegality) {
    judge_illegal(call, policy, judgement);
  } else if (call.reading != nullptr) {
    judge_readable(call, policy, judgement);
  } else {
    judge_unreadable(call, policy, judgement);
  }
  // A wrong result is worse than a gradient that is refused.
  const bool forward_wrong = judgement.verdict == Verdict::kWrongShape ||
                             judgement.verdict == Verdict::kWrongValue ||
                             judgement.verdict == Verdict::kWrongReduction;
  if (!call.actual.backward_accepted && !forward_wrong) {
    judgement.verdict = Verdict::kBackwardRejected;
    judgement.detail = "accepted forward, refused backward: " + call.actual.message;
  }
}

}  // namespace shapefuzz
