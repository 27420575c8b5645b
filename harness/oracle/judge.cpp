#include "harness/oracle/judge.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "harness/case/values.h"
#include "harness/case/zone.h"
#include "harness/memory/guard.h"
#include "harness/memory/shortage.h"
#include "harness/memory/trap.h"
#include "harness/oracle/comparison.h"
#include "harness/oracle/decomposition.h"
#include "harness/oracle/device.h"
#include "harness/oracle/memory_check.h"
#include "harness/oracle/readings.h"
#include "harness/oracle/tensors.h"
#include "harness/oracle/trace.h"
#include "harness/oracle/unjudged.h"

namespace shapefuzz {
namespace {

// Finite differences cost four calls of the formula an element: small cases only. In the valid zone
// nothing else knows a gradient but LibTorch itself; of the others a share, chosen by what the case
// is, so that it is chosen every time.
bool is_chosen_for_slopes(const Case& c, Zone zone) {
  constexpr std::int64_t kMostElements = 64;
  constexpr std::uint64_t kOneIn = 4;
  std::int64_t elements = 0;
  std::uint64_t hash = mix(c.seed);
  for (const Operand& operand : c.operands) {
    elements += operand.shape.elements();
    for (const std::int64_t size : operand.shape)
      hash = mix(hash ^ static_cast<std::uint64_t>(size));
  }
  return elements <= kMostElements && (zone == Zone::kValid || hash % kOneIn == 0);
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

// A reduced result is wrong in its reduction where the unreduced one is right, and where it is not
// what the documented reduction makes of that: what each element may be off by, all of them may.
bool is_wrong_in_reduction(const Loss& loss, const Case& c, const OperandSet& operands,
                           const Execution& actual, const Reading& reading, Zone zone) {
  Case unreduced = c;
  if (loss.spec.reduction_of(c) == "none") return false;
  unreduced.set_option(loss.spec, "reduction", std::string("none"));
  const Execution losses = execute(loss, unreduced, operands.tensors);
  if (!losses.accepted) return false;
  if (shape_of(losses.value) != reading.result) return false;
  const Execution reduced = reduce_as_documented(loss, c, losses.value, operands.tensors, reading);
  if (reduced.accepted &&
      compare_values(loss, operands.tensors, actual, reduced).agreement == Agreement::kEqual) {
    return false;
  }
  // The values of an incompatible case may be illegal, and no formula has a meaning for those.
  if (loss.gold != nullptr && zone != Zone::kIncompatible) {
    const Comparison gold = compare_with_gold(loss, unreduced, losses, operands, reading);
    return gold.agreement == Agreement::kEqual;
  }
  return compare_with_expanded(loss, unreduced, operands.tensors, losses, reading).agreement ==
         Agreement::kEqual;
}

// Whether the call gives every sample its own result. The gradient of a mean does not: an operator
// that returns it divides by the batch.
bool has_samples(const LossSpec& spec, const Case& c) {
  return spec.find_option("reduction") == nullptr ||
         c.get<std::string>(spec, "reduction") == "none";
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
  const bool unreduced = loss.spec.reduction_of(c) == "none";
  if (zone != Zone::kValid || !unreduced) {
    comparison = compare_with_expanded(loss, c, operands.tensors, actual, reading);
    // With the formula on its side, a call does not depend on another one that is refused, or whose
    // value the formula calls wrong: that is a finding of the other call, expanded as it is.
    const bool overruled =
        loss.gold != nullptr && (comparison.agreement == Agreement::kNoReference ||
                                 comparison.agreement == Agreement::kValue);
    if (comparison.agreement != Agreement::kEqual && !overruled) return comparison;
    comparison.agreement = Agreement::kEqual;
  }
  if (has_samples(loss.spec, c)) {
    comparison = compare_with_samples(loss, c, operands, actual, reading);
    if (comparison.agreement != Agreement::kEqual) return comparison;
  }
  if (loss.gold != nullptr && actual.backward_accepted && is_chosen_for_slopes(c, zone)) {
    comparison = compare_with_slopes(loss, c, actual, operands, reading);
  }
  if (loss.derivative_of != nullptr && is_chosen_for_slopes(c, zone)) {
    comparison = compare_with_derivative(loss, c, actual, operands);
  }
  return comparison;
}

// An accepted call that the contract can read.
void judge_readable(const Loss& loss, const Case& c, const OperandSet& operands,
                    const Execution& actual, const Reading& reading, Policy policy,
                    Judgement& judgement) {
  const bool unreduced = loss.spec.reduction_of(c) == "none";
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
      is_wrong_in_reduction(loss, c, operands, actual, reading, judgement.zone)) {
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
    Comparison comparison = compare_with_expanded(loss, c, operands.tensors, actual, reading);
    if (nearest && comparison.agreement >= nearest->agreement) continue;
    nearest = std::move(comparison);
    meaning = &reading;
  }
  if (!nearest) {
    judgement.verdict = Verdict::kWrongValue;
    judgement.detail = "no reading of the contract gives these shapes a meaning";
    return;
  }
  if (nearest->agreement == Agreement::kNoReference) {
    // Accepted, but nothing says that it is wrong: the unreduced call of the same entry refuses.
    judgement.verdict = Verdict::kSilentBroadcast;
    judgement.detail = nearest->detail;
    return;
  }
  judgement.expected_shape = nearest->expected_shape;
  judgement.detail = nearest->detail;
  judgement.verdict = verdict_of(nearest->agreement);
  if (nearest->agreement == Agreement::kValue &&
      is_wrong_in_reduction(loss, c, operands, actual, *meaning, judgement.zone)) {
    judgement.verdict = Verdict::kWrongReduction;
  }
  if (judgement.verdict == Verdict::kPass && policy != Policy::kBroadcast) {
    judgement.verdict = Verdict::kSilentBroadcast;
  }
}

double digest_of(const at::Tensor& tensor) {
  if (!tensor.defined()) return 0;
  const std::vector<double> values = values_of(tensor);
  const std::vector<double> weights = cotangent_of({static_cast<std::int64_t>(values.size())});
  return std::inner_product(values.begin(), values.end(), weights.begin(), 0.0);
}

double digest_of(const Tensors& gradients) {
  double sum = 0;
  for (std::size_t i = 0; i < gradients.size(); ++i) {
    sum += static_cast<double>(i + 1) * digest_of(gradients[i]);
  }
  return sum;
}

void describe_result(const Execution& actual, Judgement& judgement) {
  judgement.result_shape = shape_of(actual.value);
  judgement.result_dtype = c10::toString(actual.value.scalar_type());
  judgement.digest = digest_of(actual.value);
  if (actual.backward_accepted) judgement.gradient_digest = digest_of(actual.gradients);
}

void judge_accepted(const Loss& loss, const Case& c, const OperandSet& operands,
                    const Execution& actual, const Call& call, const Reading* reading,
                    Policy policy, Judgement& judgement) {
  if (loss.spec.open) return;
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
    judgement.detail = "accepted forward, refused backward: " + actual.message;
  }
}

// An entry that passes by itself is held against the loss's first one on the same operands.
void compare_entries(const Loss& loss, const Case& c, const OperandSet& operands,
                     const Execution& actual, const Execution& expected, Judgement& judgement) {
  const std::string& first = loss.entries.front().name;
  if (actual.accepted != expected.accepted) {
    judgement.verdict = Verdict::kEntryDisagreement;
    judgement.detail = expected.accepted
                           ? fmt::format("{} accepts it", first)
                           : fmt::format("{} refuses it: {}", first, expected.message);
    return;
  }
  // Some kernels leave the result of an empty batch uninitialised; two such never agree.
  if (!actual.accepted || c.operands.front().shape.elements() == 0) return;
  const Comparison comparison = compare_values(loss, operands.tensors, actual, expected);
  if (comparison.agreement == Agreement::kEqual) return;
  judgement.verdict = Verdict::kEntryDisagreement;
  judgement.detail = fmt::format("as {} computes it, {}", first, comparison.detail);
}

// Whether the loss's first entry can be called with the case's reduction, and is another one.
bool has_other_entry(const Loss& loss, const Case& c) {
  const std::string& first = loss.entries.front().name;
  if (c.entry == first) return false;
  if (loss.spec.missing_reductions.empty()) return true;
  const auto shared = loss.spec.reductions(first);
  const auto& reduction = c.get<std::string>(loss.spec, "reduction");
  return std::find(shared.begin(), shared.end(), reduction) != shared.end();
}

bool is_unchanged(const OperandSet& operands) {
  return std::all_of(operands.tensors.begin(), operands.tensors.end(),
                     [](const at::Tensor& t) { return !t.defined() || t._version() == 0; });
}

}  // namespace

// Everything that the entries of a loss have in common for one set of operands.
struct Judge::Prepared {
  const Loss* loss = nullptr;
  Case c;
  Call call;
  Zone zone = Zone::kValid;
  Reading reading;  // of a readable case; else the nearest
  OperandSet operands;
  std::optional<MemoryCheck> memory;  // if it is watched
  std::optional<Execution> first;     // by the loss's first entry, forward at least
  std::optional<Judgement> judged;    // `first`, if it was judged, not only run

  bool serves(const Loss& other_loss, const Case& other) const {
    return loss == &other_loss && c.seed == other.seed && c.operands == other.operands &&
           c.options == other.options && is_unchanged(operands);
  }
};

Judge::Judge(Judging judging) : judging_(judging) {
  prepare_libtorch();
  install_allocator();
  if (judging_.memory != MemoryMode::kOff) install_guard();
}

const Judge::Prepared& Judge::prepare(const Loss& loss, const Case& c) {
  if (prepared_ && prepared_->serves(loss, c)) return *prepared_;
  prepared_ = std::make_shared<Prepared>();
  Prepared& p = *prepared_;
  p.loss = &loss;
  p.c = c;
  p.call = to_call(c, loss.spec);
  p.zone = zone_of(c, loss.spec, &p.reading);
  if (p.zone == Zone::kIncompatible) p.reading = nearest_reading(loss.spec.contract, p.call);
  if (judging_.memory != MemoryMode::kOff) begin_watched_case();
  const GuardedScope scope(judging_.memory);
  p.operands = make_operands(loss, c, p.reading);
  if (judging_.memory != MemoryMode::kOff)
    p.memory.emplace(loss, p.operands.tensors, judging_.memory);
  return p;
}

Judgement Judge::judge(const Loss& loss, const Case& c) {
  take_shortage();  // of whatever was before
  called_.reset();
  Judgement judgement;
  try {
    judgement = judge_with_memory(loss, c);
    if (!take_shortage()) return judgement;
  } catch (const std::exception& error) {
    // Not in the call itself, but in its operands or in what it was to be compared with.
    if (!take_shortage() && !tells_of_shortage(error.what())) throw;
    take_fault();
    judgement.zone = zone_of(c, loss.spec);
    if (called_) {
      judgement.outcome = called_->outcome;
      judgement.result_shape = called_->result_shape;
    } else {
      judgement.outcome = Outcome::kRejected;
      judgement.message = "not called: there was no memory for its operands";
    }
  }
  prepared_.reset();  // what it holds may have been made without memory
  leave_unjudged(judgement);
  return judgement;
}

Judgement Judge::judge_with_memory(const Loss& loss, const Case& c) {
  if (judging_.device != Device::kCpu) return judge_on_device(loss, c, judging_.device);
  const Prepared& prepared = prepare(loss, c);
  const OperandSet& operands = prepared.operands;
  Judgement judgement;
  judgement.zone = prepared.zone;

  const Execution actual = [&] {
    const GuardedScope scope(judging_.memory);
    const Traced traced;
    return prepared_->memory ? prepared_->memory->execute_first(loss, c)
                             : execute(loss, c, operands.tensors);
  }();
  if (const auto fault = take_fault()) {
    prepared_.reset();  // it may have been a write
    return judgement_of_death(c, loss.spec, fault->signal, *fault);
  }
  judgement.warned = actual.warned;
  judgement.message = actual.message;
  judgement.site = actual.site;

  if (!actual.accepted) {
    judgement.outcome = Outcome::kRejected;
    if (!actual.clean) {
      judgement.verdict = Verdict::kUncleanRejection;
    } else if (judgement.zone == Zone::kValid) {
      judgement.verdict = Verdict::kRejectedValid;
    }
  } else {
    describe_result(actual, judgement);
  }
  called_ = Called{judgement.outcome, judgement.result_shape};
  auto& memory = prepared_->memory;
  if (memory && memory->finds_changed_operand(judgement)) {
    prepared_.reset();  // the operands are others now
    judgement.misfit = find_misfit(c, loss.spec);
    return judgement;
  }
  // What gives the same bits as the loss's first entry, on the same operands, is judged like it.
  if (prepared_->judged && same_bits(actual, *prepared_->first)) {
    const Judgement& known = *prepared_->judged;
    judgement.verdict = known.verdict;
    judgement.expected_shape = known.expected_shape;
    judgement.detail = known.detail;
    judgement.misfit = known.misfit;
    return judgement;
  }
  const bool depends = memory && memory->finds_dependence(loss, c, actual, judgement);
  if (const auto fault = take_fault()) {
    prepared_.reset();
    return judgement_of_death(c, loss.spec, fault->signal, *fault);
  }
  if (depends) {
    prepared_.reset();
    judgement.misfit = find_misfit(c, loss.spec);
    return judgement;
  }
  if (actual.accepted) {
    const bool readable = judgement.zone != Zone::kIncompatible;
    judge_accepted(loss, c, operands, actual, prepared.call, readable ? &prepared.reading : nullptr,
                   judging_.policy, judgement);
  }
  const bool is_first = c.entry == loss.entries.front().name;
  if (!is_first && judgement.verdict == Verdict::kPass && has_other_entry(loss, c)) {
    if (!prepared_->first) {
      Case other = c;
      other.entry = loss.entries.front().name;
      prepared_->first = execute_forward(loss, other, operands.tensors);
    }
    compare_entries(loss, c, operands, actual, *prepared_->first, judgement);
  }
  // A sweep judges a hundred passes for a finding; only the finding needs a name.
  if (judgement.verdict != Verdict::kPass) judgement.misfit = find_misfit(c, loss.spec);
  if (is_first) {
    prepared_->first = actual;
    prepared_->judged = judgement;
  }
  return judgement;
}

}  // namespace shapefuzz
