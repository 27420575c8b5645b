#include "harness/oracle/judge.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/case/values.h"
#include "harness/case/zone.h"
#include "harness/oracle/comparison.h"
#include "harness/oracle/tensors.h"

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
  reading.shapes.fill(*common);
  return reading;
}

std::vector<Reading> readings_of(const LossSpec& spec, const Call& call) {
  std::vector<Reading> readings = tolerant_readings(spec.contract, call);
  if (readings.empty()) {
    if (auto common = common_shape_reading(spec, call)) readings.push_back(*common);
  }
  return readings;
}

// Finite differences cost four calls of the formula an element: small cases only, and of those a
// share, chosen by what the case is, so that it is chosen every time.
bool is_chosen_for_slopes(const Case& c) {
  constexpr std::int64_t kMostElements = 64;
  constexpr std::uint64_t kOneIn = 4;
  std::int64_t elements = 0;
  std::uint64_t hash = mix(c.seed);
  for (const Operand& operand : c.operands) {
    elements += operand.shape.elements();
    for (const std::int64_t size : operand.shape)
      hash = mix(hash ^ static_cast<std::uint64_t>(size));
  }
  return elements <= kMostElements && hash % kOneIn == 0;
}

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

// A reduced result is wrong in its reduction where the unreduced one is right.
bool unreduced_agrees(const Loss& loss, const Case& c, const OperandSet& operands,
                      const Reading& reading, Zone zone) {
  Case unreduced = c;
  unreduced.set_option(loss.spec, "reduction", std::string("none"));
  if (unreduced == c) return false;
  const Execution actual = execute(loss, unreduced, operands.tensors);
  if (!actual.accepted) return false;
  if (shape_of(actual.value) != reading.result) return false;
  // The values of an incompatible case may be illegal, and no formula has a meaning for those.
  if (loss.gold != nullptr && zone != Zone::kIncompatible) {
    const Comparison gold = compare_with_gold(loss, unreduced, actual, operands, reading);
    return gold.agreement == Agreement::kEqual;
  }
  const Execution expected = execute_reference(loss, unreduced, operands.tensors, reading);
  return compare_executions(loss, unreduced, operands.tensors, actual, expected).agreement ==
         Agreement::kEqual;
}

// The references of an accepted call, the cheapest first; the first that disagrees is returned.
Comparison compare_with_references(const Loss& loss, const Case& c, const OperandSet& operands,
                                   const Execution& actual, const Reading& reading, Zone zone) {
  Comparison comparison;
  if (loss.gold != nullptr) {
    comparison = compare_with_gold(loss, c, actual, operands, reading);
    if (comparison.agreement != Agreement::kEqual) return comparison;
  }
  // An unreduced valid call would be compared with itself.
  const bool unreduced = c.get<std::string>(loss.spec, "reduction") == "none";
  if (zone != Zone::kValid || !unreduced) {
    const Execution expected = execute_reference(loss, c, operands.tensors, reading);
    comparison = compare_executions(loss, c, operands.tensors, actual, expected);
    if (comparison.agreement != Agreement::kEqual) return comparison;
  }
  if (loss.gold != nullptr && actual.backward_accepted && is_chosen_for_slopes(c)) {
    comparison = compare_with_slopes(loss, c, actual, operands, reading);
  }
  return comparison;
}

// An accepted call that the contract can read.
void judge_readable(const Loss& loss, const Case& c, const OperandSet& operands,
                    const Execution& actual, const Reading& reading, Policy policy,
                    Judgement& judgement) {
  const bool unreduced = c.get<std::string>(loss.spec, "reduction") == "none";
  judgement.expected_shape = unreduced ? reading.result : Shape{};
  if (*judgement.result_shape != *judgement.expected_shape) {
    judgement.verdict = Verdict::kWrongShape;
    judgement.detail =
        fmt::format("the result has shape {}, expected {}", to_string(*judgement.result_shape),
                    to_string(*judgement.expected_shape));
    return;
  }
  const Comparison comparison =
      compare_with_references(loss, c, operands, actual, reading, judgement.zone);
  judgement.verdict = verdict_of(comparison.agreement);
  judgement.detail = comparison.detail;
  if (comparison.agreement == Agreement::kValue &&
      unreduced_agrees(loss, c, operands, reading, judgement.zone)) {
    judgement.verdict = Verdict::kWrongReduction;
  }
  const bool forgiven = policy != Policy::kStrict || judgement.zone == Zone::kValid;
  if (judgement.verdict == Verdict::kPass && !forgiven) {
    judgement.verdict = Verdict::kSilentBroadcast;
  }
}

// An accepted call that should have been refused. What NumPy's broadcasting would make of it is the
// most that can be said in its favour.
void judge_unreadable(const Loss& loss, const Case& c, const OperandSet& operands,
                      const Execution& actual, const Call& call, Policy policy,
                      Judgement& judgement) {
  std::optional<Comparison> nearest;
  const std::vector<Reading> readings = readings_of(loss.spec, call);
  const Reading* meaning = nullptr;
  for (const Reading& reading : readings) {
    Comparison comparison = compare_executions(
        loss, c, operands.tensors, actual, execute_reference(loss, c, operands.tensors, reading));
    if (nearest && comparison.agreement >= nearest->agreement) continue;
    nearest = std::move(comparison);
    meaning = &reading;
  }
  if (!nearest || nearest->agreement == Agreement::kNoReference) {
    judgement.verdict = Verdict::kWrongValue;
    judgement.detail = "no reading of the contract gives these shapes a meaning";
    return;
  }
  judgement.expected_shape = nearest->expected_shape;
  judgement.detail = nearest->detail;
  judgement.verdict = verdict_of(nearest->agreement);
  if (nearest->agreement == Agreement::kValue &&
      unreduced_agrees(loss, c, operands, *meaning, judgement.zone)) {
    judgement.verdict = Verdict::kWrongReduction;
  }
  if (judgement.verdict == Verdict::kPass && policy != Policy::kBroadcast) {
    judgement.verdict = Verdict::kSilentBroadcast;
  }
}

void judge_accepted(const Loss& loss, const Case& c, const OperandSet& operands,
                    const Execution& actual, const Call& call, const Reading* reading,
                    Policy policy, Judgement& judgement) {
  judgement.result_shape = shape_of(actual.value);
  if (reading != nullptr) {
    judge_readable(loss, c, operands, actual, *reading, policy, judgement);
  } else {
    judge_unreadable(loss, c, operands, actual, call, policy, judgement);
  }
  // A wrong result is worse than a gradient that is refused.
  const bool forward_wrong = judgement.verdict == Verdict::kWrongShape ||
                             judgement.verdict == Verdict::kWrongValue ||
                             judgement.verdict == Verdict::kWrongReduction;
  if (!actual.backward_accepted && !forward_wrong) {
    judgement.verdict = Verdict::kBackwardRejected;
    judgement.detail = "accepted forward, refused backward";
  }
}

// An entry that passes by itself is held against the loss's first one on the same operands.
void compare_entries(const Loss& loss, const Case& c, const OperandSet& operands,
                     const Execution& actual, Judgement& judgement) {
  const std::string& first = loss.entries.front().name;
  const auto& reduction = c.get<std::string>(loss.spec, "reduction");
  const auto shared = loss.spec.reductions(first);
  if (c.entry == first || std::find(shared.begin(), shared.end(), reduction) == shared.end()) {
    return;
  }
  Case other = c;
  other.entry = first;
  const Execution expected = execute_forward(loss, other, operands.tensors);
  if (actual.accepted != expected.accepted) {
    judgement.verdict = Verdict::kEntryDisagreement;
    judgement.detail = expected.accepted
                           ? fmt::format("{} accepts it", first)
                           : fmt::format("{} refuses it: {}", first, expected.message);
    return;
  }
  // Some kernels leave the result of an empty batch uninitialised; two such never agree.
  if (!actual.accepted || c.operands.front().shape.elements() == 0) return;
  const Comparison comparison = compare_values(operands.tensors, actual, expected);
  if (comparison.agreement == Agreement::kEqual) return;
  judgement.verdict = Verdict::kEntryDisagreement;
  judgement.detail = fmt::format("as {} computes it, {}", first, comparison.detail);
}

}  // namespace

Judge::Judge(Policy policy) : policy_(policy) { prepare_libtorch(); }

Judgement Judge::judge(const Loss& loss, const Case& c) const {
  Judgement judgement;
  const Call call = to_call(c, loss.spec);
  Reading reading;
  judgement.zone = zone_of(c, loss.spec, &reading);
  const bool readable = judgement.zone != Zone::kIncompatible;
  const Reading nearest = readable ? reading : nearest_reading(loss.spec.contract, call);
  const OperandSet operands = make_operands(loss, c, nearest);

  const Execution actual = execute(loss, c, operands.tensors);
  judgement.warned = actual.warned;
  judgement.message = actual.message;

  if (!actual.accepted) {
    judgement.outcome = Outcome::kRejected;
    if (!actual.clean) {
      judgement.verdict = Verdict::kUncleanRejection;
    } else if (judgement.zone == Zone::kValid) {
      judgement.verdict = Verdict::kRejectedValid;
    }
  } else {
    judge_accepted(loss, c, operands, actual, call, readable ? &reading : nullptr, policy_,
                   judgement);
  }
  if (judgement.verdict == Verdict::kPass) compare_entries(loss, c, operands, actual, judgement);
  // A sweep judges a hundred passes for a finding; only the finding needs a name.
  if (judgement.verdict != Verdict::kPass) judgement.misfit = find_misfit(c, loss.spec);
  return judgement;
}

}  // namespace shapefuzz
