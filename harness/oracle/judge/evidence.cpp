// SPDX-License-Identifier: BSD-3-Clause
#include "harness/oracle/judge/evidence.h"

#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <cmath>

#include "harness/language/case/zone.h"
#include "harness/oracle/judge/comparison.h"
#include "harness/oracle/judge/device_call.h"
#include "harness/oracle/judge/judge.h"
#include "harness/oracle/judge/tolerance.h"
#include "harness/oracle/judgement/readings.h"
#include "harness/oracle/libtorch/setup.h"
#include "harness/oracle/libtorch/tensors.h"

namespace shapefuzz {
namespace {

Numbers numbers_of(const at::Tensor& tensor) { return {shape_of(tensor), values_of(tensor)}; }

Computed computed_by(const Execution& execution) {
  Computed computed;
  computed.accepted = execution.accepted;
  computed.message = execution.message;
  if (!execution.accepted) return computed;
  computed.value = numbers_of(execution.value);
  computed.backward_accepted = execution.backward_accepted;
  for (std::size_t i = 0; i < execution.gradients.size(); ++i) {
    if (execution.gradients[i].defined()) {
      computed.gradients[i] = numbers_of(execution.gradients[i]);
    }
  }
  return computed;
}

class Gathering {
 public:
  Gathering(const Loss& loss, const Case& c) : loss_(loss), c_(c) {
    zone_ = zone_of(c, loss.spec, &reading_);
    if (reading_.alternative == nullptr) {
      reading_ = nearest_reading(loss.spec.contract, to_call(c, loss.spec));
    }
    operands_ = make_operands(loss, c, reading_);
    evidence_.operands = operands_.values;
    evidence_.shapes = reading_.shapes;
    for (std::size_t i = 0; i < kMaxOperands; ++i) {
      const at::Tensor& tensor = operands_.tensors[i];
      evidence_.differentiable[i] = tensor.defined() && tensor.requires_grad();
    }
  }

  // The parameters are what a program needs, whoever calls it.
  Evidence gather_on(Device device) && {
    if (loss_.parameters != nullptr) evidence_.parameters = loss_.parameters(c_, loss_.spec);
    evidence_.source = Evidence::Source::kBase;
    evidence_.expected = computed_by(call_on_base(loss_, c_, operands_.tensors, device));
    const WarningTexts warnings;
    try {
      evidence_.actual = computed_by(call_on_device(loss_, c_, operands_.tensors, device));
    } catch (const DeviceLost& lost) {
      evidence_.actual.message = lost.what();
    }
    evidence_.warnings = warnings.texts();
    return std::move(evidence_);
  }

  Evidence without_running() && { return std::move(evidence_); }

  Evidence gather(const Judgement& judgement) && {
    {
      const WarningTexts warnings;
      actual_ = execute(loss_, c_, operands_.tensors);
      evidence_.warnings = warnings.texts();
    }
    if (loss_.parameters != nullptr && actual_.accepted) {
      evidence_.parameters = loss_.parameters(c_, loss_.spec);
    }
    evidence_.actual = computed_by(actual_);
    if (actual_.accepted) evidence_.cotangent = cotangent();
    if (!loss_.spec.open) expect(judgement);
    if (actual_.accepted && !loss_.spec.folds() && loss_.spec.reduction_of(c_) != "none") {
      evidence_.unreduced = forward(operands_.tensors, "none");
    }
    if (!loss_.spec.open && zone_ != Zone::kValid) add_intended();
    return std::move(evidence_);
  }

 private:
  std::vector<double> cotangent() const {
    const Shape shape = shape_of(actual_.value);
    return shape.empty() ? std::vector<double>() : cotangent_of(shape);
  }

  // By what the judge went by, so that the numbers are those that the verdict is about.
  void expect(const Judgement& judgement) {
    switch (judgement.basis.reference) {
      case Basis::Reference::kOtherEntry:
        return expect_first_entry();
      case Basis::Reference::kExpandedCall:
        return expect_expanded_call(judgement.basis);
      case Basis::Reference::kFormula:
        return expect_formula(decisive_reading(judgement.basis));
      case Basis::Reference::kContract:
        return expect_other_shape(judgement);
      case Basis::Reference::kOther:
        return;
      case Basis::Reference::kNone:
        break;
    }
    // A documented call that is refused, or judged by what it does to memory.
    const bool documented = zone_ == Zone::kValid && is_finding(judgement.verdict);
    if (documented && loss_.gold != nullptr) expect_formula(reading_);
  }

  Reading decisive_reading(const Basis& basis) const {
    if (basis.reading == 0 && zone_ != Zone::kIncompatible) return reading_;
    return meanings_of(c_, loss_.spec).at(basis.reading);
  }

  void expect_first_entry() {
    Case other = c_;
    other.entry = loss_.entries.front().name;
    evidence_.expected = computed_by(execute(loss_, other, operands_.tensors));
    evidence_.source = Evidence::Source::kOtherEntry;
  }

  void take(const Execution& expected, const Reading& reading) {
    evidence_.expected = computed_by(expected);
    evidence_.source = Evidence::Source::kExpandedCall;
    evidence_.shapes = reading.shapes;
    add_mean_weights(reading);
  }

  // What has the right shape. Reduced it may be the same number, and says nothing then.
  void expect_other_shape(const Judgement& judgement) {
    if (judgement.verdict != Verdict::kWrongShape || zone_ == Zone::kIncompatible) return;
    if (zone_ == Zone::kExpandable) {
      expect_expanded_call(judgement.basis);
    } else if (loss_.gold != nullptr) {
      expect_formula(decisive_reading(judgement.basis));
    }
    if (evidence_.source == Evidence::Source::kNone) return;
    const Numbers& expected = *evidence_.expected.value;
    const Numbers& actual = *evidence_.actual.value;
    constexpr double kNear = 1e-6;
    const Allowance allowed = {kNear * std::max(1.0, largest(expected.values))};
    if (expected.shape != actual.shape || !compare(actual.values, expected.values, allowed).equal) {
      return;
    }
    evidence_.source = Evidence::Source::kNone;
    evidence_.expected = {};
  }

  void expect_expanded_call(const Basis& basis) {
    const Reading reading = decisive_reading(basis);
    const Execution expected = execute_reference(loss_, c_, operands_.tensors, reading);
    if (!expected.accepted) return;
    take(expected, reading);
    // No call of one line gives the losses of the samples one by one.
    if (loss_.spec.folds()) evidence_.source = Evidence::Source::kFormula;
  }

  void expect_formula(const Reading& reading) {
    const GoldCall call = make_gold_call(loss_, c_, operands_.values, reading);
    const std::string_view reduction = loss_.spec.reduction_of(c_);
    std::vector<double> values;
    try {
      const GoldLoss formula = apply_formula(loss_, call, reading);
      values = reduce(formula, call, reduction);
      if (actual_.accepted) leave_open(formula, values);
    } catch (const FormulaError&) {
      return;  // the judge has said so
    }
    Computed& expected = evidence_.expected;
    expected.accepted = true;
    const Shape shape = reduction == "none" ? reading.result : Shape{};
    expected.value = Numbers{shape, std::move(values)};
    evidence_.source = Evidence::Source::kFormula;
    evidence_.shapes = reading.shapes;
    for (std::size_t i = 0; i < kMaxOperands; ++i) {
      if (!evidence_.differentiable[i] || !actual_.accepted) continue;
      if (operands_.tensors[i].numel() > kManyForSlopes) continue;
      constexpr double kTolerance = 1e-5;  // as in compare_with_slopes
      const std::vector<Slope> slopes = finite_differences(loss_, c_, operands_.values, reading, i,
                                                           cotangent_of(shape), kTolerance);
      expected.gradients[i] = gradient_of(i, slopes);
    }
  }

  // Where the formula has a kink, it has no slope, and whatever came is expected. None if it has
  // kinks only.
  std::optional<Numbers> gradient_of(std::size_t i, const std::vector<Slope>& slopes) const {
    Numbers gradient{shape_of(operands_.tensors[i]), {}};
    const auto& actual = evidence_.actual.gradients[i];
    bool says_nothing = !slopes.empty();
    for (std::size_t k = 0; k < slopes.size(); ++k) {
      says_nothing = says_nothing && !slopes[k].smooth;
      if (!slopes[k].smooth && !actual) return std::nullopt;
      gradient.values.push_back(slopes[k].smooth ? slopes[k].value : actual->values[k]);
    }
    if (says_nothing) return std::nullopt;
    return gradient;
  }

  // Where the formula says nothing, whatever came is expected, as in compare_with_gold.
  void leave_open(const GoldLoss& formula, std::vector<double>& expected) const {
    const std::vector<double>& actual = evidence_.actual.value->values;
    const bool says_nothing = has_nan(formula.losses) && !hold_nan(operands_);
    for (std::size_t i = 0; i < expected.size() && i < actual.size(); ++i) {
      const bool open = (says_nothing && std::isnan(expected[i])) ||
                        (formula.may_be_nan && std::isnan(actual[i]));
      if (open) expected[i] = actual[i];
    }
  }

  // The mean is linear in the unreduced losses, so its weights are its gradient.
  void add_mean_weights(const Reading& reading) {
    if (loss_.mean == nullptr || loss_.spec.reduction_of(c_) != "mean") return;
    Case unreduced = c_;
    unreduced.set_option(loss_.spec, "reduction", std::string("none"));
    const Tensors views = expanded_operands(operands_.tensors, reading);
    const Execution losses = execute_forward(loss_, unreduced, views);
    if (!losses.accepted) return;
    const at::Tensor leaf = losses.value.detach().to(at::kDouble).requires_grad_();
    const Arguments arguments{&loss_.spec, &c_, views.data(), "mean"};
    evidence_.mean_weights =
        values_of(torch::autograd::grad({loss_.mean(leaf, arguments)}, {leaf})[0]);
  }

  // The result with that reduction, if it is not refused.
  std::optional<Numbers> forward(const Tensors& operands, const std::string& reduction) const {
    Case c = c_;
    if (loss_.spec.reduces && loss_.spec.find_option("reduction") != nullptr) {
      c.set_option(loss_.spec, "reduction", reduction);
    }
    const Execution execution = execute_forward(loss_, c, operands);
    if (!execution.accepted) return std::nullopt;
    return numbers_of(execution.value);
  }

  void add_intended() {
    const LocatedMistake mistake = find_mistake(c_, loss_.spec);
    if (mistake.kind < Mistake::kEmpty || mistake.kind > Mistake::kOtherRank) return;
    const Operand& operand = *c_.find_operand(mistake.operand);
    const bool reshapes = operand.shape.elements() == mistake.demanded.elements();
    if (!reshapes && !expands_to(operand.shape, mistake.demanded)) return;
    Case right = c_;
    right.find_operand(mistake.operand)->shape = mistake.demanded;
    right.find_operand(mistake.operand)->values.clear();
    if (classify(loss_.spec.contract, to_call(right, loss_.spec)) != Zone::kValid) return;
    Tensors operands = operands_.tensors;
    const auto& patterns = loss_.spec.contract.operands();
    for (std::size_t i = 0; i < patterns.size(); ++i) {
      if (patterns[i].name != mistake.operand) continue;
      operands[i] = reshapes ? operands[i].reshape(sizes_of(mistake.demanded))
                             : operands[i].expand(sizes_of(mistake.demanded));
    }
    evidence_.intended = forward(operands, std::string(loss_.spec.reduction_of(c_)));
    if (!loss_.spec.folds() && loss_.spec.reduction_of(c_) != "none") {
      evidence_.intended_unreduced = forward(operands, "none");
    }
  }

  const Loss& loss_;
  const Case& c_;
  Zone zone_;
  Reading reading_;
  OperandSet operands_;
  Execution actual_;
  Evidence evidence_;
};

}  // namespace

Evidence gather(const Loss& loss, const Case& c, const Judgement& judgement, Device device) {
  prepare_libtorch();
  const bool has_own_numbers = device == Device::kCuda || device == Device::kCompile;
  return has_own_numbers ? Gathering(loss, c).gather_on(device)
                         : Gathering(loss, c).gather(judgement);
}

Evidence evidence_of_death(const Loss& loss, const Case& c) {
  return Gathering(loss, c).without_running();
}

}  // namespace shapefuzz
