// SPDX-License-Identifier: BSD-3-Clause
#include "harness/search/shrink/forms.h"

#include <algorithm>
#include <functional>

#include "harness/language/case/order.h"
#include "harness/language/case/values.h"

namespace shapefuzz {
namespace {

// A line with more values is not read by anybody.
constexpr std::int64_t kMostValues = 12;
// More than any kind has.
constexpr std::size_t kIllegalSamples = 3;

// Every combination of one choice for each part, built up one part after the other. Past `most`
// forms a part is left as it is.
class Forms {
 public:
  Forms(Form first, std::size_t most) : forms_({std::move(first)}), most_(most) {}

  using Choices = std::function<std::vector<Form>(const Form&)>;
  void vary(const Choices& choices) {
    std::vector<Form> varied;
    for (const Form& form : forms_) {
      for (Form& choice : choices(form)) varied.push_back(std::move(choice));
    }
    if (varied.size() <= kMostInAll) forms_ = std::move(varied);
  }

  std::vector<Form> take() && {
    std::stable_sort(forms_.begin(), forms_.end(),
                     [](const Form& a, const Form& b) { return is_smaller(a.c, b.c); });
    if (forms_.size() > most_) forms_.resize(most_);
    return std::move(forms_);
  }

 private:
  static constexpr std::size_t kMostInAll = 4096;

  std::vector<Form> forms_;
  std::size_t most_;
};

// Numbers that a person would have written in the place of this one.
std::vector<OptionValue> rounder(const OptionValue& value, const OptionSpec& option) {
  std::vector<OptionValue> values;
  for (const OptionValue& sample : option.samples) values.push_back(sample);
  for (const std::string& choice : option.choices) values.emplace_back(choice);
  if (std::holds_alternative<double>(value)) {
    for (const double round : {0.0, 1.0, -1.0}) values.emplace_back(round);
  }
  if (std::holds_alternative<std::int64_t>(value)) {
    for (const std::int64_t round : {0, 1, -1}) values.emplace_back(round);
  }
  return values;
}

std::vector<Form> with_option(const Form& form, const LossSpec& spec, const OptionSpec& option) {
  const OptionValue value = form.c.option(spec, option.name);
  if (same_value(value, option.standard)) return {form};
  std::vector<Form> forms = {form};
  std::vector<OptionValue> values = rounder(value, option);
  values.push_back(option.standard);
  for (const OptionValue& other : values) {
    if (other == value) continue;
    if (option.name == "reduction") {
      const auto callable = spec.reductions(form.c.entry);
      if (std::find(callable.begin(), callable.end(), std::get<std::string>(other)) ==
          callable.end()) {
        continue;
      }
    }
    forms.push_back(form);
    forms.back().c.set_option(spec, option.name, other);
  }
  return forms;
}

std::vector<Form> with_dtypes(const Form& form, std::size_t i) {
  std::vector<Form> forms = {form};
  const DType dtype = form.c.operands[i].dtype;
  const DType plain = number_class(dtype) == NumberClass::kFloating ? DType::kF64 : DType::kI64;
  if (dtype != plain) {
    forms.push_back(form);
    forms.back().c.operands[i].dtype = plain;
  }
  return forms;
}

std::vector<Form> with_every_dtype(const Form& form, const std::string& operand) {
  std::vector<Form> forms = {form};
  for (const DType dtype : all_dtypes()) {
    forms.push_back(form);
    forms.back().c.find_operand(operand)->dtype = dtype;
    if (number_class(dtype) != NumberClass::kFloating) continue;
    forms.push_back(form);  // a whole model in that precision
    for (Operand& other : forms.back().c.operands) {
      if (number_class(other.dtype) == NumberClass::kFloating) other.dtype = dtype;
    }
  }
  return forms;
}

std::vector<Form> with_layouts(const Form& form, std::size_t i, bool every) {
  std::vector<Form> forms = {form};
  if (form.c.operands[i].constant) {
    forms.push_back(form);
    forms.back().c.operands[i].constant = false;
  }
  for (const Layout layout : all_layouts()) {
    const Layout own = form.c.operands[i].layout;
    if (layout == own || !(every || layout == Layout::kContiguous)) continue;
    forms.push_back(form);
    forms.back().c.operands[i].layout = layout;
  }
  return forms;
}

std::vector<Form> without_values(const Form& form, std::size_t i) {
  if (form.c.operands[i].values.empty()) return {form};
  std::vector<Form> forms = {form, form};
  forms.back().c.operands[i].values.clear();
  return forms;
}

// One value again and again, for those that stand in the case.
std::vector<Form> with_one_value(const Form& form, std::size_t i) {
  std::vector<Form> forms = {form};
  std::vector<double> distinct;
  for (const double value : form.c.operands[i].values) {
    const auto same = [value](double other) { return same_real(value, other); };
    if (std::none_of(distinct.begin(), distinct.end(), same)) distinct.push_back(value);
    constexpr std::size_t kMostDistinct = 6;
    if (distinct.size() == kMostDistinct) break;
  }
  for (const double value : distinct) {
    forms.push_back(form);
    forms.back().c.operands[i].values = {value};
  }
  return forms;
}

std::vector<Form> with_illegal_values(const Form& form, std::size_t i) {
  std::vector<Form> forms = {form};
  for (std::size_t sample = 0; sample < kIllegalSamples; ++sample) {
    forms.push_back(form);
    forms.back().illegal = Form::Illegal{form.c.operands[i].name, sample};
    forms.back().c.operands[i].values.clear();
  }
  return forms;
}

std::vector<Form> without_operand(const Form& form, const std::string& name) {
  std::vector<Form> forms = {form, form};
  auto& operands = forms.back().c.operands;
  operands.erase(std::find_if(operands.begin(), operands.end(),
                              [&](const Operand& operand) { return operand.name == name; }));
  return forms;
}

// The roundest value that is legal more than once.
double round_value(const BoundKind& kind) {
  for (const double value : {0.0, 1.0, -1.0, 0.5}) {
    if (!illegal_value(kind, {2}, {value, value})) return value;
  }
  return 0;
}

// Round legal values, and an illegal one at the end.
bool fill_illegal(const Form::Illegal& illegal, const LossSpec& spec, Case& c) {
  Operand& operand = *c.find_operand(illegal.operand);
  const std::int64_t elements = operand.shape.elements();
  if (elements == 0 || elements > kMostValues) return false;
  const Reading reading = nearest_reading(spec.contract, to_call(c, spec));
  for (const OperandPattern& pattern : reading.alternative->operands) {
    if (pattern.name != operand.name) continue;
    const BoundKind kind = bind_kind(pattern, reading.bindings);
    const std::vector<double> samples = illegal_samples(kind);
    if (illegal.sample >= samples.size()) return false;
    operand.values.assign(static_cast<std::size_t>(elements), round_value(kind));
    operand.values.back() = samples[illegal.sample];
  }
  return true;
}

}  // namespace

std::vector<Form> plainer_forms(const Case& c, const LossSpec& spec, const LocatedMistake& mistake,
                                std::size_t most) {
  Form first{c, std::nullopt};
  for (Operand& operand : first.c.operands) operand.shape = {};
  Forms forms(std::move(first), most);
  // What the finding is about comes first: it has the most choices.
  for (std::size_t i = 0; i < c.operands.size(); ++i) {
    const bool culprit = c.operands[i].name == mistake.operand;
    const std::string& name = c.operands[i].name;
    if (culprit && mistake.kind == Mistake::kOtherDtype) {
      forms.vary([&](const Form& form) { return with_every_dtype(form, name); });
    }
    if (culprit && mistake.kind == Mistake::kIllegalValue) {
      forms.vary([&](const Form& form) { return with_illegal_values(form, i); });
    }
    forms.vary([&](const Form& form) { return with_one_value(form, i); });
    forms.vary([&](const Form& form) { return without_values(form, i); });
    forms.vary([&](const Form& form) { return with_dtypes(form, i); });
    const bool layout = culprit && mistake.kind == Mistake::kOtherLayout;
    forms.vary([&](const Form& form) { return with_layouts(form, i, layout); });
  }
  for (const OptionSpec& option : spec.options) {
    forms.vary([&](const Form& form) { return with_option(form, spec, option); });
  }
  for (const OperandPattern& pattern : spec.contract.operands()) {
    const bool removable = pattern.optional && c.find_operand(pattern.name) != nullptr;
    if (!removable || pattern.name == mistake.operand) continue;
    forms.vary([&](const Form& form) { return without_operand(form, pattern.name); });
  }
  return std::move(forms).take();
}

std::optional<Case> fill(const Form& form, const ShapeTuple& shapes, const LossSpec& spec) {
  Case c = form.c;
  for (std::size_t i = 0; i < c.operands.size(); ++i) {
    Operand& operand = c.operands[i];
    operand.shape = shapes[i];
    if (operand.values.empty()) continue;
    if (shapes[i].elements() == 0) {
      operand.values.clear();
      continue;
    }
    if (shapes[i].elements() > kMostValues) return std::nullopt;
    operand.values = cycled(operand.values, shapes[i].elements());
  }
  if (form.illegal && !fill_illegal(*form.illegal, spec, c)) return std::nullopt;
  return c;
}

std::vector<double> cycled(const std::vector<double>& values, std::int64_t elements) {
  std::vector<double> all(static_cast<std::size_t>(elements));
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = values[i % values.size()];
  return all;
}

}  // namespace shapefuzz
