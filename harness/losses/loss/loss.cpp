// SPDX-License-Identifier: BSD-3-Clause
#include "harness/losses/loss/loss.h"

#include <fmt/core.h>

#include <algorithm>
#include <stdexcept>

#include "harness/language/text/errors.h"

namespace shapefuzz {

const Entry& Loss::entry(std::string_view name) const {
  for (const Entry& entry : entries) {
    if (entry.name == name) return entry;
  }
  throw std::out_of_range(fmt::format("{} has no entry {}", spec.name, name));
}

bool Loss::checks(const std::string& name) const {
  return std::find(unchecked.begin(), unchecked.end(), name) == unchecked.end();
}

Loss make_loss(std::string name, std::string_view contract, std::vector<OptionSpec> options,
               std::vector<Entry> entries, GoldFormula gold) {
  Loss loss;
  loss.gold = std::move(gold);
  loss.spec.name = std::move(name);
  try {
    loss.spec.contract = parse_contract(contract, option_names(options));
  } catch (const ParseError& error) {
    // Whoever asks for a loss asks for all of them, and would take the error for one of their text.
    throw InputError(
        fmt::format("the contract of {}: {}", loss.spec.name, explain(error, contract)));
  }
  loss.spec.options = std::move(options);
  for (Entry& entry : entries) {
    if (entry.call == nullptr) continue;
    loss.spec.entries.push_back(entry.name);
    loss.entries.push_back(std::move(entry));
  }
  return loss;
}

OptionSpec reduction_option(std::vector<std::string> further) {
  OptionSpec option{"reduction", std::string("mean"), {"none", "mean", "sum"}};
  option.choices.insert(option.choices.end(), further.begin(), further.end());
  return option;
}

}  // namespace shapefuzz
