// SPDX-License-Identifier: BSD-3-Clause
// What a LossSpec says of its options, and a case to its contract.
#include <algorithm>

#include "harness/language/case/case.h"

namespace shapefuzz {

const OptionSpec* LossSpec::find_option(std::string_view option) const {
  const auto found = std::find_if(options.begin(), options.end(),
                                  [&](const OptionSpec& spec) { return spec.name == option; });
  return found == options.end() ? nullptr : &*found;
}

std::vector<std::string> LossSpec::reductions(std::string_view entry) const {
  const OptionSpec* const reduction = find_option("reduction");
  if (reduction == nullptr) return {};
  std::vector<std::string> present = reduction->choices;
  for (const auto& [where, reduction] : missing_reductions) {
    if (where != entry) continue;
    present.erase(std::remove(present.begin(), present.end(), reduction), present.end());
  }
  return present;
}

std::string_view LossSpec::reduction_of(const Case& c) const {
  switch (contract.alternatives.front().fold) {
    case Fold::kMean:
      return "mean";
    case Fold::kSum:
      return "sum";
    case Fold::kNone:
      break;
  }
  return reduces ? std::string_view(c.get<std::string>(*this, "reduction")) : "none";
}

bool LossSpec::folds() const { return contract.alternatives.front().fold != Fold::kNone; }

namespace {

// `taus` of `len(taus)`.
std::string_view option_behind(std::string_view name) {
  constexpr std::string_view kLength = "len(";
  if (name.substr(0, kLength.size()) != kLength) return name;
  return name.substr(kLength.size(), name.size() - kLength.size() - 1);
}

}  // namespace

Call to_call(const Case& c, const LossSpec& spec) {
  Call call;
  const auto& patterns = spec.contract.operands();
  std::size_t next = 0;  // both lists are in the contract's order
  for (std::size_t i = 0; i < patterns.size() && next < c.operands.size(); ++i) {
    const Operand& operand = c.operands[next];
    if (operand.name != patterns[i].name) continue;
    call.operands[i] = {true, operand.shape, number_class(operand.dtype)};
    ++next;
  }
  bind_options(c, spec, call);
  return call;
}

void bind_options(const Case& c, const LossSpec& spec, Call& call) {
  for (std::size_t i = 0; i < spec.contract.options.size(); ++i) {
    const std::string_view name = option_behind(spec.contract.options[i]);
    const OptionValue& value = c.option(spec, name);
    std::int64_t& bound = call.options[i];
    if (const auto* flag = std::get_if<bool>(&value)) bound = *flag ? 1 : 0;
    if (const auto* number = std::get_if<std::int64_t>(&value)) bound = *number;
    if (const auto* word = std::get_if<std::string>(&value)) {
      const auto& choices = spec.find_option(name)->choices;
      bound = std::find(choices.begin(), choices.end(), *word) - choices.begin();
    }
    if (const auto* list = std::get_if<std::vector<std::int64_t>>(&value)) {
      bound = static_cast<std::int64_t>(list->size());
    }
    if (const auto* list = std::get_if<std::vector<double>>(&value)) {
      bound = static_cast<std::int64_t>(list->size());
    }
  }
}

OptionNames option_names(const std::vector<OptionSpec>& options, bool words_and_lists) {
  OptionNames names;
  for (const OptionSpec& option : options) {
    const OptionValue& value = option.standard;
    if (std::holds_alternative<std::int64_t>(value) || std::holds_alternative<bool>(value)) {
      names.add(option.name);
    } else if (!words_and_lists) {
      continue;
    } else if (std::holds_alternative<std::string>(value) && option.name != "reduction") {
      names.add(option.name, option.choices);
    } else if (std::holds_alternative<std::vector<std::int64_t>>(value) ||
               std::holds_alternative<std::vector<double>>(value)) {
      names.add("len(" + option.name + ")");
    }
  }
  return names;
}

}  // namespace shapefuzz
