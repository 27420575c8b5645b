// SPDX-License-Identifier: BSD-3-Clause
#include "harness/tell/explain/explain.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "harness/oracle/judgement/readings.h"
#include "harness/tell/explain/number_text.h"

namespace shapefuzz {
namespace {

std::string shapes_of(const Case& c) {
  std::string text;
  for (std::size_t i = 0; i < c.operands.size(); ++i) {
    if (i > 0) text += i + 1 == c.operands.size() ? " and " : ", ";
    text += fmt::format("{} {}", c.operands[i].name, pretty(c.operands[i].shape));
  }
  return text;
}

std::string describe_mistake(const LocatedMistake& mistake, const Case& c) {
  const Operand* operand = c.find_operand(mistake.operand);
  return fmt::format(fmt::runtime(words_of(mistake.kind)), fmt::arg("operand", mistake.operand),
                     fmt::arg("actual", operand == nullptr ? "" : pretty(operand->shape)),
                     fmt::arg("demanded", pretty(mistake.demanded)),
                     fmt::arg("name", to_string(mistake.kind)));
}

// The shape that broadcasting gives to the unreduced result, if it does.
std::optional<Shape> broadcast_result(const Case& c, const LossSpec& spec) {
  const auto readings = tolerant_readings(spec.contract, to_call(c, spec));
  if (readings.empty()) return std::nullopt;
  return readings.front().result;
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

std::string pairing(const Case& c, const LossSpec& spec, const LocatedMistake& mistake) {
  const auto result = broadcast_result(c, spec);
  if (mistake.kind == Mistake::kOnlyOnes) {
    return fmt::format(
        "{} differ only in sizes of 1, so every element still meets its partner, but "
        "the contract does not promise it",
        shapes_of(c));
  }
  if (!result) {
    return fmt::format("the documentation has no {} of that rank, and nothing checks it",
                       mistake.operand);
  }
  const bool all_alike = std::all_of(c.operands.begin(), c.operands.end(), [&](const Operand& o) {
    return o.shape == c.operands[0].shape;
  });
  if (all_alike) {
    return fmt::format("the documentation has no {} of the shape {}, and nothing checks it",
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

std::string why(const Case& c, const LossSpec& spec, const Judgement& judgement) {
  switch (judgement.verdict) {
    case Verdict::kPass:
      return "";
    case Verdict::kSilentBroadcast:
      if (contradicts_contract(judgement)) return judgement.detail;
      return judgement.zone == Zone::kExpandable
                 ? "the policy forgives no expansion, and LibTorch expands silently"
                 : pairing(c, spec, judgement.mistake);
    case Verdict::kRejectedValid:
      return "the documentation promises these shapes, and LibTorch refuses them";
    case Verdict::kUncleanRejection:
      return "the refusal is no c10::Error, or an internal assert of LibTorch";
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

std::string instead(const Judgement& judgement, const LocatedMistake& mistake) {
  const std::string demanded = pretty(mistake.demanded);
  const std::string list = demanded.substr(1, demanded.size() - 2);
  switch (mistake.kind) {
    case Mistake::kNone:
    case Mistake::kIllegalValue:
    case Mistake::kIllegalOption:
    case Mistake::kOtherDtype:
    case Mistake::kBoundaryValue:
    case Mistake::kOtherLayout:
    case Mistake::kOtherOption:
    case Mistake::kOutputDoesNotFit:
      return "";
    case Mistake::kForgotUnsqueeze:
      return fmt::format("{}.unsqueeze(-1), which has the demanded shape {}", mistake.operand,
                         demanded);
    case Mistake::kForgotSqueeze:
      return fmt::format("{}.squeeze(-1), which has the demanded shape {}", mistake.operand,
                         demanded);
    case Mistake::kOneHotForIndex:
      return fmt::format("class indices of shape {}: {}.argmax(1)", demanded, mistake.operand);
    case Mistake::kTransposed:
      return fmt::format("{}.transpose(...), so that it has the demanded shape {}", mistake.operand,
                         demanded);
    case Mistake::kOnlyOnes:
      return fmt::format("{}.reshape({{{}}})", mistake.operand, list);
    case Mistake::kEmpty:
    case Mistake::kReducedToScalar:
    case Mistake::kMissingLast:
    case Mistake::kExtraLast:
    case Mistake::kMissingBatch:
    case Mistake::kExtraBatch:
    case Mistake::kOneSample:
    case Mistake::kSizeOne:
    case Mistake::kSizeOneDemanded:
    case Mistake::kShorterBatch:
    case Mistake::kLongerBatch:
    case Mistake::kOtherSize:
    case Mistake::kOtherRank:
      break;
  }
  if (judgement.zone == Zone::kExpandable) {
    // Some kernels take a weight for contiguous without asking (docs/findings.md).
    const char* const contiguous =
        mistake.operand.find("weight") == std::string::npos ? "" : ".contiguous()";
    return fmt::format("{}.expand({{{}}}){}, if every entry is meant to see the same values",
                       mistake.operand, list, contiguous);
  }
  return fmt::format("give {} the demanded shape {}", mistake.operand, demanded);
}

}  // namespace

std::string pretty(const Shape& shape) {
  return fmt::format("[{}]", fmt::join(shape.begin(), shape.end(), ", "));
}

std::string_view meaning_of(Verdict verdict) {
  if (verdict == Verdict::kRejectedValid) return "documented, but LibTorch refuses it";
  if (verdict == Verdict::kNotJudged) return "neither right nor wrong";
  if (verdict == Verdict::kIllegalValueAccepted) {
    return "a hazard: nothing refuses it, check it before the call";
  }
  if (verdict == Verdict::kUncleanRejection) return "refused, but not as a user's error";
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
                    const std::optional<Shape>& unreduced) {
  Explanation explanation;
  explanation.meaning = meaning_of(judgement.verdict);
  if (spec.open) {
    explanation.zone = "unknown";
    explanation.contract = "none known, so that any clean answer passes";
    explanation.outcome = describe_outcome(judgement, unreduced);
    return explanation;
  }
  const LocatedMistake mistake = find_mistake(c, spec);
  explanation.zone = to_string(judgement.zone);
  const std::string reason = describe_mistake(mistake, c);
  if (!reason.empty()) explanation.zone += ": " + reason;
  explanation.contract = to_string(*meaning_to_explain(c, spec, judgement.basis).alternative);
  explanation.outcome = describe_outcome(judgement, unreduced);
  explanation.why = why(c, spec, judgement);
  const bool worth_saying = judgement.verdict != Verdict::kPass ||
                            judgement.outcome == Outcome::kRejected ||
                            judgement.zone == Zone::kExpandable;
  const bool knows_better =
      judgement.verdict != Verdict::kNotJudged && !contradicts_contract(judgement);
  if (worth_saying && knows_better) explanation.instead = instead(judgement, mistake);
  return explanation;
}

}  // namespace shapefuzz
