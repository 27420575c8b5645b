// SPDX-License-Identifier: BSD-3-Clause
#include "harness/tell/explain/explain.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "harness/language/case/zone.h"
#include "harness/oracle/judge/device.h"
#include "harness/oracle/judgement/readings.h"
#include "harness/tell/explain/number_text.h"
#include "harness/tell/explain/remarks.h"
#include "harness/tell/shapes/words.h"

namespace shapefuzz {
namespace {

// The shape that broadcasting gives to the unreduced result, if it does.
std::optional<Shape> broadcast_result(const Case& c, const LossSpec& spec) {
  const auto readings = tolerant_readings(spec.contract, to_call(c, spec));
  if (readings.empty()) return std::nullopt;
  if (!spec.own) return readings.front().result;
  // The losses of a sample have another shape than what the loss computes with inside.
  std::optional<Shape> common = Shape{};
  for (const Operand& operand : c.operands) {
    if (common) common = broadcast(*common, operand.shape);
  }
  return common;
}

std::string describe_outcome(const Judgement& judgement, const std::optional<Shape>& unreduced) {
  if (judgement.outcome == Outcome::kCrashed) return "crashed: " + judgement.message;
  if (judgement.outcome == Outcome::kTimedOut) return "did not come back";
  const bool refused_by_us = judgement.verdict == Verdict::kNotJudged && judgement.device == "cpu";
  if (judgement.outcome == Outcome::kRejected && refused_by_us) {
    return judgement.message;
  }
  if (judgement.outcome == Outcome::kRejected) return "refused: " + judgement.message;
  std::string text =
      fmt::format("accepted{}", judgement.warned ? " with a warning" : " without a warning");
  if (!judgement.result_shape) return text;
  text += ", result " + pretty(*judgement.result_shape);
  if (unreduced) text += fmt::format(", reduced from {}", pretty(*unreduced));
  return text;
}

// Where the shapes stand that were promised.
std::string_view who_says(const LossSpec& spec) { return spec.own ? "contract" : "documentation"; }

std::string pairing(const Case& c, const LossSpec& spec, const LocatedMistake& mistake) {
  const auto result = broadcast_result(c, spec);
  if (mistake.kind == Mistake::kOnlyOnes) {
    return fmt::format(
        "{} differ only in sizes of 1, so every element still meets its partner, but "
        "the contract does not promise it",
        shapes_of(c));
  }
  if (!result) {
    return fmt::format("the {} has no {} of that rank, and nothing checks it", who_says(spec),
                       mistake.operand);
  }
  const bool all_alike = std::all_of(c.operands.begin(), c.operands.end(), [&](const Operand& o) {
    return o.shape == c.operands[0].shape;
  });
  if (all_alike) {
    return fmt::format("the {} has no {} of the shape {}, and nothing checks it", who_says(spec),
                       mistake.operand, pretty(c.operands[0].shape));
  }
  const std::int64_t outputs = c.operands[0].shape.elements();
  const Operand* other = c.find_operand(mistake.operand);
  const bool all_pairs =
      other != nullptr && result->elements() == outputs * other->shape.elements();
  if (all_pairs && outputs > 1 && other->shape.elements() > 1) {
    return fmt::format(
        "{} broadcast to {}, so every element of {} is paired with every element of "
        "{}, {} pairs in all",
        shapes_of(c), pretty(*result), c.operands[0].name, other->name,
        count_text(result->elements()));
  }
  return fmt::format(
      "{} broadcast to {}, so elements are used again for partners that are not "
      "theirs, {} pairs in all",
      shapes_of(c), pretty(*result), count_text(result->elements()));
}

// The loss itself has another shape than its contract where all is as demanded: nobody knows then
// what this call should be instead.
bool contradicts_contract(const Judgement& judgement) {
  return judgement.basis.reference == Basis::Reference::kContract;
}

// Who computes: LibTorch, or somebody's own loss.
std::string_view subject(const LossSpec& spec) { return spec.own ? "the loss" : "LibTorch"; }

std::string why(const Case& c, const LossSpec& spec, const Judgement& judgement) {
  switch (judgement.verdict) {
    case Verdict::kPass:
      return "";
    case Verdict::kSilentBroadcast:
      if (contradicts_contract(judgement)) return judgement.detail;
      return judgement.zone == Zone::kExpandable
                 ? fmt::format("the policy forgives no expansion, and {} expands silently",
                               subject(spec))
                 : pairing(c, spec, judgement.mistake);
    case Verdict::kRejectedValid:
      return spec.own ? "its contract promises these shapes, and the loss refuses them"
                      : "the documentation promises these shapes, and LibTorch refuses them";
    case Verdict::kUncleanRejection:
      return spec.own ? "that is no refusal of these operands, but a fault of the loss"
                      : "the refusal is no c10::Error, or an internal assert of LibTorch";
    case Verdict::kOutOfBounds:
    case Verdict::kCrash:
    case Verdict::kUninitializedRead:
    case Verdict::kInputMutated:
    case Verdict::kWrongShape:
    case Verdict::kWrongValue:
    case Verdict::kWrongGradient:
    case Verdict::kWrongReduction:
    case Verdict::kNondeterministic:
    case Verdict::kBackwardRejected:
    case Verdict::kIllegalValueAccepted:
    case Verdict::kEntryDisagreement:
    case Verdict::kTimedOut:
    case Verdict::kNotJudged:
      break;
  }
  return judgement.detail;
}

std::int64_t times(const Shape& from, const Shape& to) {
  return from.elements() == 0 ? 1 : to.elements() / from.elements();
}

// What LibTorch did to the operands of an expandable case, as the documentation does not promise.
std::vector<std::string> conversions(const Case& c, const LossSpec& spec, const Basis& basis) {
  const Reading reading = meaning_to_explain(c, spec, basis);
  std::vector<std::string> parts;
  const auto& patterns = reading.alternative->operands;
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    const Operand* const operand = c.find_operand(patterns[i].name);
    if (operand == nullptr) continue;
    if (operand->shape != reading.shapes[i]) {
      const std::int64_t count = times(operand->shape, reading.shapes[i]);
      parts.push_back(
          count == 1 ? fmt::format("the {} is read as {}", operand->name, pretty(reading.shapes[i]))
                     : fmt::format("the {} is repeated {} times, as `expand` would", operand->name,
                                   count_text(count)));
    }
    const DType output = c.operands[0].dtype;
    if (info(patterns[i].kind).integral) {
      if (operand->dtype != DType::kI64) {
        parts.push_back(
            fmt::format("the {} is {} instead of i64", operand->name, to_string(operand->dtype)));
      }
    } else if (operand->dtype != output) {
      parts.push_back(
          fmt::format("the {} is converted from {}", operand->name, to_string(operand->dtype)));
    }
  }
  const DType output = c.operands[0].dtype;
  if (is_half(output)) {
    parts.push_back(
        fmt::format("the numbers are {}, which no {} promises", to_string(output), who_says(spec)));
  }
  return parts;
}

// What a verdict says to whoever can change the loss.
std::string_view meaning_for_author(Verdict verdict) {
  switch (verdict) {
    case Verdict::kRejectedValid:
      return "the contract promises it and the loss refuses it: mend one of the two";
    case Verdict::kNotJudged:
      return "neither right nor wrong";
    case Verdict::kUncleanRejection:
      return "the loss fails in another way than by refusing: fix it";
    case Verdict::kEntryDisagreement:
      return "two entries of the loss differ: fix one of them";
    case Verdict::kSilentBroadcast:
      return "a hazard: the loss computes with shapes that do not fit; guard it, or document it";
    case Verdict::kIllegalValueAccepted:
      return "a hazard: nothing refuses it; guard it, or document it";
    case Verdict::kCrash:
      return "the process does not survive the call: fix the loss";
    default:
      break;
  }
  switch (severity_of(verdict)) {
    case Severity::kMemory:
      return "a memory error in the loss: fix it";
    case Severity::kMiscalculation:
      return "the loss computes something wrong: fix it";
    case Severity::kHazard:
      return "a hazard: guard it, or document it";
    case Severity::kNone:
      break;
  }
  return "nothing wrong";
}

std::string meaning_of_pass(const Case& c, const LossSpec& spec, const Judgement& judgement) {
  if (spec.open) return "nothing is promised, and nothing went wrong";
  if (judgement.outcome == Outcome::kRejected) {
    return judgement.zone == Zone::kExpandable ? "refused, as it may be"
                                               : "refused, as it should be";
  }
  if (judgement.zone == Zone::kIncompatible) {
    return "accepted: the operands are broadcast, as the policy allows";
  }
  if (judgement.zone == Zone::kValid) return "accepted, and right";
  std::vector<std::string> parts = conversions(c, spec, judgement.basis);
  if (parts.empty()) return "accepted, and right";
  if (judgement.warned) parts.push_back(fmt::format("{} warns", subject(spec)));
  parts.emplace_back("`--policy strict` calls this a hazard");
  return fmt::format("accepted: {}", fmt::join(parts, "; "));
}

}  // namespace

namespace {

// Of two devices it is a bug, and no hazard by design.
std::string meaning_of_disagreement(const Judgement& judgement, bool own) {
  const Device device = parse_device(judgement.device).value_or(Device::kCpu);
  return fmt::format("{} and {} disagree{}", name_of(device), base_of(device),
                     own ? "" : ", report it");
}

}  // namespace

std::string_view meaning_of(Verdict verdict, bool own) {
  if (own) return meaning_for_author(verdict);
  if (verdict == Verdict::kRejectedValid) return "documented, but LibTorch refuses it";
  if (verdict == Verdict::kNotJudged) return "neither right nor wrong";
  if (verdict == Verdict::kIllegalValueAccepted) {
    return "a hazard: nothing refuses it, check it before the call";
  }
  if (verdict == Verdict::kUncleanRejection) return "refused, but not as a user's error";
  if (verdict == Verdict::kEntryDisagreement) {
    return "a hazard: right by itself, and another entry of the loss does otherwise";
  }
  switch (severity_of(verdict)) {
    case Severity::kMemory:
      return "a memory error in LibTorch, report it";
    case Severity::kMiscalculation:
      return "LibTorch computes something wrong, report it";
    case Severity::kHazard:
      return "a hazard by design, guard against it";
    case Severity::kNone:
      break;
  }
  return "nothing wrong";
}

Explanation explain(const Case& c, const LossSpec& spec, const Judgement& judgement,
                    const Background& background) {
  Explanation explanation;
  explanation.meaning =
      judgement.verdict == Verdict::kPass ? meaning_of_pass(c, spec, judgement)
      : judgement.verdict == Verdict::kEntryDisagreement && judgement.device != "cpu"
          ? meaning_of_disagreement(judgement, spec.own)
          : std::string(meaning_of(judgement.verdict, spec.own));
  explanation.outcome = describe_outcome(judgement, background.unreduced);
  if (spec.open) {
    explanation.zone = "unknown";
    explanation.contract = "none known, so that any clean answer passes";
    return explanation;
  }
  if (judgement.verdict == Verdict::kSilentBroadcast && background.harmless) {
    explanation.meaning =
        spec.own ? "a hazard, harmless here: the numbers are the same after the repair"
                 : "a hazard by design, harmless here: the numbers are the same after the repair";
  }
  const Repair* const repair = telling_repair(background.repairs);
  explanation.mistakes = mistakes_of(c, spec, repair);
  explanation.zone = to_string(judgement.zone);
  const std::string reasons = reasons_of(explanation.mistakes, c, spec, repair);
  if (!reasons.empty()) explanation.zone += ": " + reasons;
  explanation.reading = meaning_to_explain(c, spec, judgement.basis);
  if (judgement.zone != Zone::kValid && repair != nullptr) {
    Reading repaired;
    classify(spec.contract, to_call(repair->c, spec), &repaired);
    const bool means_other = judgement.zone == Zone::kIncompatible ||
                             repaired.alternative != explanation.reading.alternative;
    if (means_other) explanation.reading = repaired;
  }
  explanation.contract = to_string(*explanation.reading.alternative);
  explanation.why = why(c, spec, judgement);
  const bool worth_saying = judgement.verdict != Verdict::kPass ||
                            judgement.outcome == Outcome::kRejected ||
                            judgement.zone == Zone::kExpandable;
  const bool knows_better =
      judgement.verdict != Verdict::kNotJudged && !contradicts_contract(judgement);
  if (worth_saying && knows_better) {
    explanation.instead = instead(c, spec, background.repairs, explanation.mistakes);
  }
  return explanation;
}

namespace {

Shape in_own_sizes(const Exhibit& exhibit, const Shape& shape) {
  return exhibit.twin ? exhibit.twin->original(shape) : shape;
}

bool are_near(const Numbers& a, const Numbers& b) {
  constexpr double kNear = 1e-6;
  return a.values.size() == b.values.size() &&
         std::equal(a.values.begin(), a.values.end(), b.values.begin(), [](double x, double y) {
           return x == y || std::abs(x - y) <= kNear * std::max(std::abs(x), std::abs(y));
         });
}

// Whether every element meets the partner that it is meant to.
bool is_harmless(const Exhibit& exhibit) {
  const Evidence& evidence = exhibit.evidence;
  if (!evidence.intended || !evidence.actual.value) return false;
  if (!are_near(*evidence.intended, *evidence.actual.value)) return false;
  return !evidence.unreduced || !evidence.intended_unreduced ||
         are_near(*evidence.unreduced, *evidence.intended_unreduced);
}

}  // namespace

namespace {

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    text += (i == 0 ? "" : i + 1 == names.size() ? " and " : ", ") + names[i];
  }
  return text;
}

std::string pairing_inside(const InnerPairing& pairing) {
  return fmt::format(
      "the loss pairs every sample of {} with every one of {}: {} pairs, where the contract has {} "
      "samples; inside, one side lacks a dimension of 1 or has one too many",
      listed(pairing.first), listed(pairing.second), pairing.samples * pairing.samples,
      pairing.samples);
}

}  // namespace

Explanation explain(const Exhibit& exhibit) {
  Background background;
  background.repairs = exhibit.tried.shown();
  if (exhibit.evidence.unreduced) {
    background.unreduced = in_own_sizes(exhibit, exhibit.evidence.unreduced->shape);
  }
  background.harmless = is_harmless(exhibit);
  Explanation explanation = explain(exhibit.c, exhibit.loss->spec, exhibit.judgement, background);
  if (explanation.why.empty()) explanation.why = why_not_finite(exhibit);
  if (!exhibit.pairing.second.empty()) explanation.why = pairing_inside(exhibit.pairing);
  if (is_far_from_formula(exhibit)) {
    explanation.meaning = fmt::format(
        "accepted: the numbers are not the formula's, and the arithmetic of {} loses that much "
        "with such operands",
        to_string(exhibit.c.operands.front().dtype));
  }
  explanation.notes = notes_on(exhibit);
  const std::string unheld = unheld_gradient(exhibit);
  if (!unheld.empty()) explanation.notes.push_back(unheld);
  return explanation;
}

}  // namespace shapefuzz
