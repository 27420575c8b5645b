// SPDX-License-Identifier: BSD-3-Clause
#include "harness/search/generate/mutations.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include "harness/language/case/values.h"
#include "harness/search/generate/choose.h"
#include "harness/search/generate/shape_mutations.h"

namespace shapefuzz {
namespace {

// An illegal value that LibTorch takes for an address crashes, which says little after the first
// time and costs a new worker every time.
constexpr std::int64_t kUncheckedOneIn = 256;

const OperandPattern* pattern_of(const Reading& reading, const std::string& name) {
  for (const OperandPattern& pattern : reading.alternative->operands) {
    if (pattern.name == name) return &pattern;
  }
  return nullptr;
}

void toggle_optional(Case& c, const MutationContext& context) {
  const auto& patterns = context.subject.spec->contract.operands();
  const OperandPattern& pattern = element_of(patterns, context.pick);
  if (!pattern.optional) return;
  if (c.find_operand(pattern.name) != nullptr) {
    c.operands.erase(
        std::find_if(c.operands.begin(), c.operands.end(),
                     [&](const Operand& operand) { return operand.name == pattern.name; }));
    return;
  }
  Operand operand;
  operand.name = pattern.name;
  operand.dtype = default_dtype(pattern.kind);
  const Reading reading =
      nearest_reading(context.subject.spec->contract, to_call(c, *context.subject.spec));
  const OperandPattern* const here = pattern_of(reading, pattern.name);
  if (here != nullptr && here->pattern.size() < kMaxRank) {
    operand.shape = instantiate(here->pattern, reading.bindings);
  }
  // In the contract's order.
  auto place = c.operands.begin();
  for (const OperandPattern& before : patterns) {
    if (before.name == pattern.name) break;
    if (c.find_operand(before.name) != nullptr) ++place;
  }
  c.operands.insert(place, operand);
}

void change_integer(std::int64_t& number, const Case& c, SeededPick& pick) {
  // Options size what a module allocates, so they stay small.
  constexpr std::int64_t kMost = 200;
  const std::array<std::int64_t, 5> others = {number + 1, number - 1, any_size(c, pick), 0, -1};
  number = std::clamp(others[index_below(others.size(), pick)], -kMost, kMost);
}

void change_real(double& number, SeededPick& pick) {
  const std::array<double, 8> others = {0,
                                        1,
                                        -1,
                                        0.5,
                                        number * 2,
                                        -number,
                                        std::numeric_limits<double>::infinity(),
                                        std::numeric_limits<double>::quiet_NaN()};
  number = others[index_below(others.size(), pick)];
}

void change_list(std::vector<std::int64_t>& list, const Case& c, SeededPick& pick) {
  if (list.empty() || (list.size() < 8 && pick(0, 3) == 0)) {
    list.insert(list.begin() + static_cast<std::ptrdiff_t>(index_below(list.size() + 1, pick)),
                pick(0, kMaxDrawnSize));
  } else if (pick(0, 3) == 0) {
    list.erase(list.begin() + static_cast<std::ptrdiff_t>(index_below(list.size(), pick)));
  } else {
    change_integer(list[index_below(list.size(), pick)], c, pick);
  }
}

void change_option(Case& c, const MutationContext& context) {
  SeededPick& pick = context.pick;
  const LossSpec& spec = *context.subject.spec;
  if (spec.options.empty()) return;
  const OptionSpec& option = element_of(spec.options, pick);
  if (leave_alone(context.subject, option.name, pick)) return;
  OptionValue value = c.option(spec, option.name);
  if (!option.samples.empty() && pick(0, 2) == 0) {
    value = element_of(option.samples, pick);
  } else if (auto* flag = std::get_if<bool>(&value)) {
    *flag = !*flag;
  } else if (auto* integer = std::get_if<std::int64_t>(&value)) {
    change_integer(*integer, c, pick);
  } else if (auto* real = std::get_if<double>(&value)) {
    change_real(*real, pick);
  } else if (auto* word = std::get_if<std::string>(&value)) {
    if (!option.choices.empty()) *word = element_of(option.choices, pick);
  } else if (auto* list = std::get_if<std::vector<std::int64_t>>(&value)) {
    change_list(*list, c, pick);
  } else if (auto* reals = std::get_if<std::vector<double>>(&value)) {
    // One more or one less: its length may be a size.
    if (reals->size() > 1 && pick(0, 2) == 0) {
      reals->pop_back();
    } else if (!reals->empty() && reals->size() < kMaxDrawnSize) {
      reals->push_back(reals->back());
    }
  }
  c.set_option(spec, option.name, value);
}

void change_dtype(Case& c, const MutationContext& context) {
  SeededPick& pick = context.pick;
  const DType dtype = element_of(all_dtypes(), pick);
  if (pick(0, 2) == 0) {
    any_operand(c, pick).dtype = dtype;
    return;
  }
  // A whole model in another precision; now and then all that it is given, as images are bytes.
  const bool all = number_class(dtype) != NumberClass::kFloating;
  if (all && pick(0, 4) != 0) return;
  for (Operand& operand : c.operands) {
    if (all || number_class(operand.dtype) == NumberClass::kFloating) operand.dtype = dtype;
  }
}

void change_layout(Case& c, const MutationContext& context) {
  if (context.pick(0, 6) == 0) {
    Operand& operand = any_operand(c, context.pick);
    operand.constant = !operand.constant && number_class(operand.dtype) == NumberClass::kFloating;
    return;
  }
  const Layout layout = element_of(all_layouts(), context.pick);
  if (context.pick(0, 3) == 0) {
    for (Operand& operand : c.operands) operand.layout = layout;
  } else {
    any_operand(c, context.pick).layout = layout;
  }
}

void change_value(Case& c, const MutationContext& context) {
  SeededPick& pick = context.pick;
  constexpr std::int64_t kMostListed = 64;
  Operand& operand = any_operand(c, pick);
  if (!operand.values.empty() && pick(0, 2) == 0) return operand.values.clear();
  const std::int64_t elements = operand.shape.elements();
  if (elements == 0 || elements > kMostListed) return;
  if (leave_alone(context.subject, operand.name, pick)) return;
  const LossSpec& spec = *context.subject.spec;
  const Reading reading = nearest_reading(spec.contract, to_call(c, spec));
  const auto& patterns = reading.alternative->operands;
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    if (patterns[i].name != operand.name) continue;
    const BoundKind kind = bind_kind(patterns[i], reading.bindings);
    if (operand.values.empty()) operand.values = effective_values(operand, kind, c.seed, i);
    std::vector<double> others = illegal_samples(kind);
    const std::vector<double> edge = legal_samples(kind);
    others.insert(others.end(), edge.begin(), edge.end());
    others.insert(others.end(), {0, 1, -1});
    if (number_class(operand.dtype) == NumberClass::kFloating) {
      others.insert(others.end(), {0.5, std::numeric_limits<double>::infinity(),
                                   std::numeric_limits<double>::quiet_NaN()});
    }
    operand.values[index_below(operand.values.size(), pick)] = element_of(others, pick);
  }
}

// A plain case shows what it shows more clearly, and what is next to it is worth a try too.
void make_plainer(Case& c, const MutationContext& context) { make_plain(c, context.subject); }

void change_entry(Case& c, const MutationContext& context) {
  c.entry = element_of(context.subject.spec->entries, context.pick);
}

void change_seed(Case& c, const MutationContext& context) {
  c.seed = static_cast<std::uint64_t>(context.pick(0, 1000));
}

// The same operands for another loss, as far as it has as many.
void change_loss(Case& c, const MutationContext& context) {
  const Subject& other = element_of(context.subjects, context.pick);
  Case changed = plainest_case(*other.spec, other.fixed);
  for (std::size_t i = 0; i < changed.operands.size() && i < c.operands.size(); ++i) {
    const DType standard = changed.operands[i].dtype;
    const std::string name = changed.operands[i].name;
    changed.operands[i] = c.operands[i];
    changed.operands[i].name = name;
    if (number_class(standard) != number_class(c.operands[i].dtype)) {
      changed.operands[i].dtype = standard;
    }
    changed.operands[i].values.clear();
  }
  const auto& entries = other.spec->entries;
  const bool has_entry = std::find(entries.begin(), entries.end(), c.entry) != entries.end();
  changed.entry = has_entry ? c.entry : element_of(entries, context.pick);
  changed.seed = c.seed;
  c = std::move(changed);
}

}  // namespace

const std::vector<Mutation>& all_mutations() {
  // Shapes first: they are what this is about.
  static const std::vector<Mutation> mutations = {make_mistake,
                                                  make_mistake,
                                                  make_mistake,
                                                  make_mistake,
                                                  change_size,
                                                  change_size,
                                                  change_size_everywhere,
                                                  change_size_everywhere,
                                                  change_rank,
                                                  change_rank_everywhere,
                                                  swap_dims,
                                                  swap_operands,
                                                  copy_shape,
                                                  toggle_optional,
                                                  change_option,
                                                  change_option,
                                                  change_option,
                                                  change_dtype,
                                                  change_dtype,
                                                  change_layout,
                                                  change_layout,
                                                  change_value,
                                                  change_value,
                                                  change_value,
                                                  change_entry,
                                                  change_seed,
                                                  change_loss,
                                                  make_plainer,
                                                  make_plainer};
  return mutations;
}

const std::vector<Mutation>& all_deviations() {
  static const std::vector<Mutation> deviations = {toggle_optional, change_option, change_option,
                                                   change_dtype,    change_layout, change_value};
  return deviations;
}

bool leave_alone(const Subject& subject, const std::string& name, SeededPick& pick) {
  const auto& unchecked = subject.unchecked;
  const bool found = std::find(unchecked.begin(), unchecked.end(), name) != unchecked.end();
  return found && pick(0, kUncheckedOneIn) != 0;
}

void make_plain(Case& c, const Subject& subject) {
  const LossSpec& spec = *subject.spec;
  const bool reduced = spec.find_option("reduction") != nullptr;
  const OptionValue reduction = reduced ? c.option(spec, "reduction") : OptionValue();
  c.options = subject.fixed;
  if (reduced) c.set_option(spec, "reduction", reduction);
  for (Operand& operand : c.operands) {
    operand.layout = Layout::kContiguous;
    operand.values.clear();
    for (const OperandPattern& pattern : spec.contract.operands()) {
      if (pattern.name == operand.name) operand.dtype = default_dtype(pattern.kind);
    }
  }
}

void repair(Case& c, const LossSpec& spec) {
  for (Operand& operand : c.operands) {
    const bool fits = operand.values.size() == static_cast<std::size_t>(operand.shape.elements()) &&
                      std::all_of(operand.values.begin(), operand.values.end(),
                                  [&](double value) { return holds(operand.dtype, value); });
    if (!fits) operand.values.clear();
  }
  const OptionSpec* const reduction = spec.find_option("reduction");
  const auto* word =
      reduction == nullptr ? nullptr : std::get_if<std::string>(&c.option(spec, "reduction"));
  if (word == nullptr) return;
  const std::vector<std::string> present = spec.reductions(c.entry);
  if (present.empty() || std::find(present.begin(), present.end(), *word) != present.end()) return;
  c.set_option(spec, "reduction", present.front());
}

}  // namespace shapefuzz
