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
  return reduces ? std::string_view(c.get<std::string>(*this, "reduction")) : "none";
}

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
    const OptionValue& value = c.option(spec, spec.contract.options[i]);
    if (const auto* flag = std::get_if<bool>(&value)) call.options[i] = *flag ? 1 : 0;
    if (const auto* number = std::get_if<std::int64_t>(&value)) call.options[i] = *number;
    if (const auto* word = std::get_if<std::string>(&value)) {
      const auto& choices = spec.find_option(spec.contract.options[i])->choices;
      call.options[i] = std::find(choices.begin(), choices.end(), *word) - choices.begin();
    }
  }
}

}  // namespace shapefuzz
