// SPDX-License-Identifier: BSD-3-Clause
#include "harness/oracle/judge/judge.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "harness/language/case/ordinary.h"
#include "harness/language/case/zone.h"
#include "harness/oracle/causes/cause.h"
#include "harness/oracle/judge/acceptance.h"
#include "harness/oracle/judge/comparison.h"
#include "harness/oracle/judge/device.h"
#include "harness/oracle/judge/explanation.h"
#include "harness/oracle/judge/memory_check.h"
#include "harness/oracle/judgement/unjudged.h"
#include "harness/oracle/libtorch/guard.h"
#include "harness/oracle/libtorch/setup.h"
#include "harness/oracle/libtorch/tensors.h"
#include "harness/oracle/libtorch/trace.h"
#include "harness/oracle/memory/shortage.h"
#include "harness/oracle/memory/trap.h"

namespace shapefuzz {
namespace {

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

std::uint64_t kept_bytes(const at::Tensor& result) {
  if (!result.has_storage()) return 0;
  const std::size_t own = result.nbytes();
  const std::size_t held = result.storage().nbytes();
  return held > own ? held - own : 0;
}

void describe_result(const Execution& actual, Judgement& judgement) {
  judgement.result_shape = shape_of(actual.value);
  judgement.result_dtype = c10::toString(actual.value.scalar_type());
  judgement.kept_bytes = kept_bytes(actual.value);
  judgement.digest = digest_of(actual.value);
  if (actual.backward_accepted) judgement.gradient_digest = digest_of(actual.gradients);
}

// What the call did, and the verdict if it was refused.
Judgement describe_call(const Execution& actual, Zone zone, bool may_refuse) {
  Judgement judgement;
  judgement.zone = zone;
  judgement.warned = actual.warned;
  judgement.message = actual.message;
  judgement.site = actual.site;
  if (actual.accepted) {
    describe_result(actual, judgement);
    return judgement;
  }
  judgement.outcome = Outcome::kRejected;
  if (!actual.clean) {
    judgement.verdict = Verdict::kUncleanRejection;
  } else if (zone == Zone::kValid && !may_refuse) {
    judgement.verdict = Verdict::kRejectedValid;
  }
  return judgement;
}

// A call that has done the same, to the bit, as one that is judged already.
Judgement judged_alike(const Judgement& known, Judgement judgement) {
  judgement.verdict = known.verdict;
  judgement.expected_shape = known.expected_shape;
  judgement.detail = known.detail;
  judgement.basis = known.basis;
  judgement.mistake = known.mistake;
  judgement.by_whole_numbers = known.by_whole_numbers;
  return judgement;
}

// An entry that passes by itself is held against the loss's first one on the same operands.
void compare_entries(const Loss& loss, const Case& c, const OperandSet& operands,
                     const Execution& actual, const Execution& expected, Judgement& judgement) {
  const std::string& first = loss.entries.front().name;
  if (actual.accepted != expected.accepted) {
    judgement.verdict = Verdict::kEntryDisagreement;
    judgement.basis = {Basis::Reference::kOtherEntry, 0};
    judgement.detail = expected.accepted
                           ? fmt::format("{} accepts it", first)
                           : fmt::format("{} refuses it: {}", first, expected.message);
    return;
  }
  // Some kernels leave the result of an empty batch uninitialised; two such never agree.
  if (!actual.accepted || c.operands.front().shape.elements() == 0) return;
  const Comparison comparison = compare_values(loss, operands.tensors, actual, expected,
                                               {"the result", "is", "by the entry " + first});
  if (comparison.agreement == Agreement::kEqual) return;
  judgement.verdict = Verdict::kEntryDisagreement;
  judgement.basis = {Basis::Reference::kOtherEntry, 0};
  judgement.detail = comparison.detail;
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

bool same_but_reduction(const std::vector<Option>& a, const std::vector<Option>& b) {
  const auto without = [](const std::vector<Option>& options) {
    std::vector<const Option*> others;
    for (const Option& option : options) {
      if (option.name != "reduction") others.push_back(&option);
    }
    return others;
  };
  const auto x = without(a);
  const auto y = without(b);
  return std::equal(x.begin(), x.end(), y.begin(), y.end(),
                    [](const Option* i, const Option* j) { return *i == *j; });
}

}  // namespace

// Everything that the entries of a loss have in common for one set of operands.
struct Judge::Prepared {
  const Loss* loss = nullptr;
  Case c;
  Zone zone = Zone::kValid;
  Reading reading;                       // of shapes that the contract can read; else the nearest
  std::optional<Illegality> illegality;  // of such shapes, if values or options are illegal
  bool readable = false;                 // whether it can
  OperandSet operands;
  std::optional<MemoryCheck> memory;  // if it is watched
  std::optional<Execution> first;     // by the loss's first entry, forward at least
  std::optional<Judgement> judged;    // `first`, if it was judged, not only run

  bool serves(const Loss& other_loss, const Case& other) const {
    return has_operands_of(other_loss, other) && c.options == other.options;
  }
  // What is known of the operands is known for every reduction, unless the contract itself looks at
  // that, as a bare operator's does.
  bool serves_in_part(const Loss& other_loss, const Case& other) const {
    return has_operands_of(other_loss, other) && other_loss.spec.reduces &&
           same_but_reduction(c.options, other.options);
  }
  void begin_reduction(const Case& other) {
    c = other;
    first.reset();
    judged.reset();
    operands.slopes = {};
  }

 private:
  bool has_operands_of(const Loss& other_loss, const Case& other) const {
    return loss == &other_loss && c.seed == other.seed && c.operands == other.operands &&
           is_unchanged(operands);
  }
};

Judge::Judge(Judging judging) : judging_(judging) {
  prepare_libtorch();
  install_allocator();
  if (judging_.memory != MemoryMode::kOff) install_guard();
}

const Judge::Prepared& Judge::prepare(const Loss& loss, const Case& c) {
  if (prepared_ && prepared_->serves(loss, c)) return *prepared_;
  if (prepared_ && prepared_->serves_in_part(loss, c)) {
    prepared_->begin_reduction(c);
    return *prepared_;
  }
  prepared_ = std::make_shared<Prepared>();
  Prepared& p = *prepared_;
  p.loss = &loss;
  p.c = c;
  p.zone = zone_of(c, loss.spec, &p.reading);
  p.readable = p.reading.alternative != nullptr;
  if (!p.readable) {
    p.reading = nearest_reading(loss.spec.contract, to_call(c, loss.spec));
  } else if (p.zone == Zone::kIncompatible) {
    p.illegality = find_illegality(c, loss.spec, p.reading);
  }
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
  if (judging_.device == Device::kMeta) {
    return judge_on_device(loss, c, Device::kMeta, causes(loss));
  }
  if (judging_.device != Device::kCpu) {
    const Judgement on_cpu = on_cpu_first(loss, c);
    return judge_on_device(loss, c, judging_.device, causes(loss), &on_cpu);
  }
  const Prepared& prepared = prepare(loss, c);
  const Execution actual = call_under_test(loss, c);
  if (const auto death = take_death(loss, c)) return *death;
  Judgement judgement = describe_call(actual, prepared.zone, may_refuse_option(c, loss.spec));
  called_ = Called{judgement.outcome, judgement.result_shape};
  if (prepared_->memory && prepared_->memory->finds_changed_operand(judgement)) {
    return without_operands(loss, c, std::move(judgement));
  }
  // What gives the same bits as the loss's first entry, on the same operands, is judged like it.
  if (prepared_->judged && same_bits(actual, *prepared_->first)) {
    judgement = judged_alike(*prepared_->judged, std::move(judgement));
    const Cause* const known = causes(loss).find(prepared_->judged->cause);
    const Sighting sighting = {loss.spec, c, judgement, prepared.operands.values};
    if (known != nullptr && known->fits(sighting)) {  // a condition may be about the entry
      judgement.cause = known->name;
    } else {
      explain_result(loss, c, actual, judgement);
    }
    return judgement;
  }
  const bool depends =
      prepared_->memory && prepared_->memory->finds_dependence(loss, c, actual, judgement);
  if (const auto death = take_death(loss, c)) return *death;
  if (depends) return without_operands(loss, c, std::move(judgement));
  if (actual.accepted) judge_result(loss, c, actual, judgement);
  const bool is_first = c.entry == loss.entries.front().name;
  if (!is_first && judgement.verdict == Verdict::kPass && has_other_entry(loss, c)) {
    if (!prepared_->first) {
      Case other = c;
      other.entry = loss.entries.front().name;
      prepared_->first = execute_forward(loss, other, prepared.operands.tensors);
    }
    compare_entries(loss, c, prepared.operands, actual, *prepared_->first, judgement);
  }
  // A sweep judges a hundred passes for a finding; only the finding needs a name.
  if (judgement.verdict != Verdict::kPass) judgement.mistake = find_mistake(c, loss.spec);
  explain_result(loss, c, actual, judgement);
  if (is_first) {
    prepared_->first = actual;
    prepared_->judged = judgement;
  }
  return judgement;
}

Judgement Judge::on_cpu_first(const Loss& loss, const Case& c) {
  if (!on_cpu_) {
    Judging judging = judging_;
    judging.device = Device::kCpu;
    judging.slopes = false;
    on_cpu_ = std::make_shared<Judge>(judging);
  }
  return on_cpu_->judge(loss, c);
}

Execution Judge::call_under_test(const Loss& loss, const Case& c) {
  const GuardedScope scope(judging_.memory);
  const Traced traced;
  return prepared_->memory ? prepared_->memory->execute_first(loss, c)
                           : execute(loss, c, prepared_->operands.tensors);
}

std::optional<Judgement> Judge::take_death(const Loss& loss, const Case& c) {
  auto fault = take_fault();
  if (!fault) return std::nullopt;
  if (prepared_->memory) prepared_->memory->name_operator(loss, c, *fault);
  prepared_.reset();  // it may have been a write
  Judgement judgement = judgement_of_death(c, loss.spec, fault->signal, *fault);
  name_cause_of_death(causes(loss), c, loss.spec, libtorch_version(), judgement);
  return judgement;
}

const Causes& Judge::causes(const Loss& loss) const {
  static const Causes none({});
  if (loss.spec.own) return none;  // it may have the name of one of LibTorch's
  return judging_.causes != nullptr ? *judging_.causes : known_causes(judging_.device);
}

void Judge::explain_result(const Loss& loss, const Case& c, const Execution& actual,
                           Judgement& judgement) const {
  if (!is_finding(judgement.verdict)) return;
  const Cause* const cause = explain(causes(loss), loss, c, prepared_->operands, actual, judgement);
  if (cause != nullptr) judgement.cause = cause->name;
}

Judgement Judge::without_operands(const Loss& loss, const Case& c, Judgement judgement) {
  prepared_.reset();  // they are others now, or were made in memory that another run has filled
  judgement.mistake = find_mistake(c, loss.spec);
  name_cause_of_death(causes(loss), c, loss.spec, libtorch_version(), judgement);
  return judgement;
}

void Judge::judge_result(const Loss& loss, const Case& c, const Execution& actual,
                         Judgement& judgement) const {
  const Reading* const reading = prepared_->readable ? &prepared_->reading : nullptr;
  try {
    judge_accepted({loss, c, prepared_->operands, actual, reading, prepared_->illegality,
                    judging_.slopes ? judging_.most_for_slopes : 0},
                   judging_.policy, judgement);
  } catch (const FormulaError& error) {
    // Nothing of LibTorch's, and nobody else to ask what is right.
    judgement.verdict = Verdict::kNotJudged;
    judgement.detail = error.what();
    judgement.basis = {};
  }
}

}  // namespace shapefuzz
