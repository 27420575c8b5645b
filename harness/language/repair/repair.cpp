// SPDX-License-Identifier: BSD-3-Clause
#include "harness/language/repair/repair.h"

#include <algorithm>
#include <map>

#include "harness/language/case/twin.h"
#include "harness/language/case/values.h"
#include "harness/language/case/zone.h"
#include "harness/language/repair/variants.h"

namespace shapefuzz {
namespace {

constexpr double kOfTheOutput = 0.6;    // people trust the prediction, and mend the target
constexpr double kSecondOperand = 0.1;  // made by the same line of code
constexpr double kBatchOfOne = 1.4;     // all operands of a single sample
constexpr double kInventedSize = 0.8;   // a dimension of the output that no class stands in
constexpr double kStillExpands = 0.5;
constexpr double kOtherPrecision = 0.3;  // f64 for f32, i32 for i64
constexpr double kToIndex = 0.8;
constexpr double kToNumber = 0.5;       // labels as real numbers, where nothing else is wanted
constexpr double kIndexToNumber = 1.8;  // where class indices are wanted as well
constexpr double kHalfARepair = 0.2;    // a wrong dtype stays
constexpr double kMeantToBroadcast = 0.4;
constexpr double kMayBeMeant = 2.2;
constexpr double kOnlyBroadcasts = 3.2;

// A contract has no more readings than these that somebody would want to see.
constexpr std::size_t kMostRepairs = 12;

bool is_bound(const Pattern& pattern, const Bindings& bindings) {
  return std::all_of(pattern.begin(), pattern.end(), [&](const Dim& dim) {
    return dim.type == Dim::Type::kNumber || bindings.sizes[dim.name] != kUnbound;
  });
}

bool stands_for_a_row(Kind kind) { return kind == Kind::kWeight || kind == Kind::kSign; }

// What is changed in one operand: its dtype, its shape, or both.
struct Change {
  std::size_t operand = 0;  // of the contract
  std::optional<DType> conversion;
  Variant variant = {};  // without steps: the shape stays
};

// `unsqueeze(0)`: a single sample as a batch.
bool is_batch_of_one(const Change& change) {
  const EditStep& step = change.variant.steps.front();
  return change.variant.steps.size() == 1 && step.method == Method::kUnsqueeze &&
         step.numbers[0] == 0;
}

class Search {
 public:
  Search(const Case& c, const LossSpec& spec)
      : c_(c), spec_(spec), contract_(spec.contract), call_(to_call(c, spec)) {
    zone_ = classify(contract_, call_);
  }

  std::vector<Repair> repairs() && {
    for (const Alternative& alternative : contract_.alternatives) {
      if (options_fit(contract_, alternative, call_)) search(alternative);
    }
    return std::move(*this).legal_ones();
  }

 private:
  const Operand* operand(std::size_t i) const {
    return c_.find_operand(contract_.operands()[i].name);
  }

  void search(const Alternative& alternative) {
    for (const bool converts : {false, true}) {
      conversions_ = {};
      effort_ = 0;
      const bool needs_some = add_conversions(alternative);
      if (converts && !needs_some) continue;
      if (!converts && needs_some) {
        conversions_ = {};
        effort_ += kHalfARepair;
      }
      if (converts) consider({});
      const std::vector<Change> all = changes(alternative, /*two_steps=*/true);
      for (const Change& change : all) consider({change});
      consider_pairs(changes(alternative, /*two_steps=*/false));
      consider_broadcast(alternative);
    }
  }

  // The dtypes that the alternative wants; false if they are there.
  bool add_conversions(const Alternative& alternative) {
    const DType output = c_.operands[0].dtype;
    const bool keeps = number_class(output) == NumberClass::kFloating && !is_half(output);
    const DType wanted_output = keeps ? output : DType::kF32;
    bool any = false;
    for (std::size_t i = 0; i < alternative.operands.size(); ++i) {
      const Operand* const given = operand(i);
      if (given == nullptr) continue;
      const bool integral = info(alternative.operands[i].kind).integral;
      const DType wanted = integral ? DType::kI64 : wanted_output;
      if (given->dtype == wanted) continue;
      conversions_[i] = wanted;
      effort_ += effort_to_convert(i, given->dtype, wanted);
      any = true;
    }
    return any;
  }

  double effort_to_convert(std::size_t i, DType from, DType to) const {
    if (number_class(from) == number_class(to)) return kOtherPrecision;
    if (number_class(to) == NumberClass::kIntegral) return kToIndex;
    return may_be_index(i) ? kIndexToNumber : kToNumber;
  }

  bool may_be_index(std::size_t i) const {
    return std::any_of(contract_.alternatives.begin(), contract_.alternatives.end(),
                       [&](const Alternative& a) { return info(a.operands[i].kind).integral; });
  }

  // What the other operands say about the i-th.
  Wanted wanted(const Alternative& alternative, std::size_t i) const {
    Bindings bindings(contract_, call_.options);
    bool fits = true;
    for (std::size_t j = 0; j < alternative.operands.size(); ++j) {
      if (j == i || !call_.operands[j].present) continue;
      Bindings tried = bindings;
      if (match(alternative.operands[j].pattern, call_.operands[j].shape, tried)) {
        bindings = tried;
      } else {
        fits = false;
      }
    }
    const OperandPattern& pattern = alternative.operands[i];
    Wanted wanted;
    if (fits && is_bound(pattern.pattern, bindings)) {
      wanted.demanded = instantiate(pattern.pattern, bindings);
    }
    wanted.may_repeat = stands_for_a_row(pattern.kind);
    wanted.is_label = may_be_index(i);
    wanted.expands = i > 0 && zone_ == Zone::kExpandable;
    const bool has_classes = pattern.kind == Kind::kIndex && !pattern.arguments.empty() &&
                             bindings.size_or(pattern.arguments[0], kUnbound) != kUnbound;
    if (has_classes) {
      wanted.classes = bindings.size_or(pattern.arguments[0], kUnbound);
      const Pattern& output = alternative.operands[0].pattern;
      for (std::size_t dim = 0; dim < output.size(); ++dim) {
        const bool is_class = output[dim] == pattern.arguments[0];
        if (is_class) wanted.class_dim = dim;
      }
    }
    return wanted;
  }

  std::vector<Change> changes(const Alternative& alternative, bool two_steps) const {
    std::vector<Change> all;
    for (std::size_t i = 0; i < alternative.operands.size(); ++i) {
      if (!call_.operands[i].present) continue;
      for (Variant& variant :
           variants_of(call_.operands[i].shape, wanted(alternative, i), two_steps)) {
        if (i == 0) variant.effort += kOfTheOutput;
        const bool invents = i == 0 && has_index(alternative) && two_steps &&
                             variant.steps.front().method == Method::kUnsqueeze;
        if (invents) variant.effort += kInventedSize;
        all.push_back({i, conversions_[i], std::move(variant)});
      }
    }
    return all;
  }

  static bool has_index(const Alternative& alternative) {
    return std::any_of(alternative.operands.begin(), alternative.operands.end(),
                       [](const OperandPattern& o) { return o.kind == Kind::kIndex; });
  }

  void consider_pairs(const std::vector<Change>& single) {
    // Where both were made by the same line of code, both have the same fault.
    for (std::size_t a = 0; a < single.size(); ++a) {
      for (std::size_t b = a + 1; b < single.size(); ++b) {
        const EditStep& first = single[a].variant.steps[0];
        const EditStep& second = single[b].variant.steps[0];
        const bool same = single[a].operand != single[b].operand && first.method == second.method;
        if (same) consider({single[a], single[b]});
      }
    }
  }

  // Everybody expanded to the common shape of all.
  void consider_broadcast(const Alternative& alternative) {
    std::optional<Shape> common = Shape{};
    for (std::size_t i = 0; i < alternative.operands.size() && common; ++i) {
      if (!call_.operands[i].present) continue;
      if (!(alternative.operands[i].pattern == alternative.operands[0].pattern)) return;
      common = broadcast(*common, call_.operands[i].shape);
    }
    if (!common || !common->is_countable() || common->elements() == 0) return;
    std::vector<Change> changes;
    bool same_rank = true;
    bool same_batch = !common->empty();
    for (std::size_t i = 0; i < alternative.operands.size(); ++i) {
      if (!call_.operands[i].present) continue;
      const Shape& shape = call_.operands[i].shape;
      same_rank = same_rank && shape.rank() == common->rank();
      same_batch = same_batch && same_rank && shape[0] == (*common)[0];
      if (shape == *common) continue;
      const EditStep expand{Method::kExpand, {common->begin(), common->end()}};
      changes.push_back({i, conversions_[i], Variant{{expand}, *common, 0, false}});
    }
    const bool of_the_output = !changes.empty() && changes[0].operand == 0;
    if (!of_the_output) return;  // a target alone is a variant
    // Who writes a one where the other has a size, on both sides, wants every pair; a column and a
    // row may as well be a mistake.
    const bool may_be_meant = same_rank && changes.size() > 1;
    const double effort = !may_be_meant ? kOnlyBroadcasts
                          : same_batch  ? kMeantToBroadcast
                                        : kMayBeMeant;
    consider(changes, effort);
  }

  void consider(std::vector<Change> changes, std::optional<double> broadcasts = std::nullopt) {
    Repair repair;
    repair.c = c_;
    repair.broadcasts = broadcasts.has_value();
    repair.effort = effort_ + broadcasts.value_or(0);
    Call call = call_;
    const bool makes_a_batch =
        changes.size() > 1 && std::all_of(changes.begin(), changes.end(), is_batch_of_one);
    if (makes_a_batch) repair.effort -= kBatchOfOne;
    for (std::size_t k = 0; k < changes.size(); ++k) {
      const Variant& variant = changes[k].variant;
      repair.effort += variant.effort + (k > 0 && !broadcasts ? kSecondOperand : 0);
      call.operands[changes[k].operand].shape = variant.shape;
      if (variant.to_index) call.operands[changes[k].operand].numbers = NumberClass::kIntegral;
    }
    for (std::size_t i = 0; i < kMaxOperands; ++i) {
      if (!conversions_[i]) continue;
      const auto other = std::find_if(changes.begin(), changes.end(),
                                      [&](const Change& change) { return change.operand == i; });
      if (other == changes.end()) changes.push_back({i, conversions_[i], {}});
      call.operands[i].numbers = number_class(*conversions_[i]);
    }
    Reading reading;
    const Zone zone = classify(contract_, call, &reading);
    if (zone == Zone::kIncompatible) return;
    if (zone == Zone::kExpandable) {
      if (!may_stay_expandable(changes, call, reading)) return;
      repair.effort += kStillExpands;
    }
    keep(std::move(changes), std::move(repair));
  }

  bool may_stay_expandable(const std::vector<Change>& changes, const Call& call,
                           const Reading& reading) const {
    const bool only_dtypes = std::none_of(changes.begin(), changes.end(), [](const Change& change) {
      return !change.variant.steps.empty();
    });
    if (zone_ == Zone::kExpandable || only_dtypes) return only_dtypes;
    for (std::size_t i = 0; i < reading.alternative->operands.size(); ++i) {
      if (!call.operands[i].present || call.operands[i].shape == reading.shapes[i]) continue;
      if (!stands_for_a_row(reading.alternative->operands[i].kind)) return false;
    }
    return true;
  }

  void keep(std::vector<Change> changes, Repair repair) {
    std::sort(changes.begin(), changes.end(),
              [](const Change& a, const Change& b) { return a.operand < b.operand; });
    for (const Change& change : changes) {
      const std::string& name = contract_.operands()[change.operand].name;
      Edit edit{name, {}};
      const bool converts = change.conversion && !change.variant.to_index;
      if (converts) edit.steps.push_back({Method::kTo, {}, *change.conversion});
      edit.steps.insert(edit.steps.end(), change.variant.steps.begin(), change.variant.steps.end());
      Operand& operand = *repair.c.find_operand(name);
      for (const EditStep& step : edit.steps) operand = applied(step, std::move(operand));
      repair.edits.push_back(std::move(edit));
    }
    const std::string line = to_string(repair.c);
    const auto known = found_.find(line);
    if (known == found_.end()) {
      found_.emplace(line, std::move(repair));
    } else if (repair.effort < known->second.effort) {
      known->second = std::move(repair);
    }
  }

  std::vector<Repair> legal_ones() && {
    std::vector<Repair> all;
    for (auto& entry : found_) all.push_back(std::move(entry.second));
    std::stable_sort(all.begin(), all.end(), [&](const Repair& a, const Repair& b) {
      if (a.effort != b.effort) return a.effort < b.effort;
      return elements_of(a.c, spec_) < elements_of(b.c, spec_);
    });
    std::vector<Repair> legal;
    for (Repair& repair : all) {
      if (legal.size() == kMostRepairs) break;
      if (zone_of(repair.c, spec_) != Zone::kIncompatible) legal.push_back(std::move(repair));
    }
    return legal;
  }

  const Case& c_;
  const LossSpec& spec_;
  const Contract& contract_;
  Call call_;
  Zone zone_ = Zone::kValid;
  std::array<std::optional<DType>, kMaxOperands> conversions_;
  double effort_ = 0;  // of the conversions
  std::map<std::string, Repair> found_;
};

}  // namespace

bool Repair::is_far_from(const Repair& likelier) const {
  constexpr double kAsGoodAs = 0.75;
  return effort > likelier.effort + kAsGoodAs;
}

bool Repair::edits_operand(std::string_view name) const {
  return std::any_of(edits.begin(), edits.end(),
                     [&](const Edit& edit) { return edit.operand == name; });
}

std::vector<Repair> repairs_of(const Case& c, const LossSpec& spec) {
  if (spec.open || zone_of(c, spec) == Zone::kValid) return {};
  return Search(c, spec).repairs();
}

std::vector<LocatedMistake> mistakes_undone(const Case& c, const LossSpec& spec,
                                            const Repair& repair) {
  Reading reading;
  classify(spec.contract, to_call(repair.c, spec), &reading);
  const auto& patterns = reading.alternative->operands;
  std::vector<LocatedMistake> mistakes;
  for (const Edit& edit : repair.edits) {
    const Operand& before = *c.find_operand(edit.operand);
    const Operand& behind = *repair.c.find_operand(edit.operand);
    std::optional<std::int64_t> classes;
    for (const OperandPattern& pattern : patterns) {
      if (pattern.name == edit.operand && pattern.kind == Kind::kIndex) {
        classes = bind_kind(pattern, reading.bindings).argument;
      }
    }
    const Mistake mistake = relate(behind.shape, before.shape, classes);
    if (mistake != Mistake::kNone) mistakes.push_back({mistake, edit.operand, behind.shape});
    const bool by_argmax = edit.steps.front().method == Method::kArgmax;
    if (before.dtype != behind.dtype && !by_argmax) {
      mistakes.push_back({Mistake::kOtherDtype, edit.operand, behind.shape});
    }
  }
  return mistakes;
}

}  // namespace shapefuzz
