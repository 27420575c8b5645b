// SPDX-License-Identifier: BSD-3-Clause
#include "harness/language/case/case.h"

#include <fmt/core.h>

#include <algorithm>
#include <stdexcept>

#include "harness/language/text/table.h"

namespace shapefuzz {

namespace {

struct LayoutRow {
  Layout value;
  std::string_view name;
};

constexpr std::array<LayoutRow, 5> kLayouts = {{{Layout::kContiguous, "contiguous"},
                                                {Layout::kTransposed, "transposed"},
                                                {Layout::kStrided, "strided"},
                                                {Layout::kExpanded, "expanded"},
                                                {Layout::kSliced, "sliced"}}};
static_assert(is_table_of<Layout>(kLayouts));

}  // namespace

std::string_view to_string(Layout layout) { return row_of(kLayouts, layout).name; }

const std::vector<Layout>& all_layouts() {
  static const std::vector<Layout> layouts = values_of_table(kLayouts);
  return layouts;
}

bool operator==(const Operand& a, const Operand& b) {
  return a.name == b.name && a.dtype == b.dtype && a.shape == b.shape && a.layout == b.layout &&
         a.constant == b.constant &&
         std::equal(a.values.begin(), a.values.end(), b.values.begin(), b.values.end(), same_real);
}

bool operator==(const Case& a, const Case& b) {
  return a.loss == b.loss && a.entry == b.entry && a.operands == b.operands &&
         a.options == b.options && a.seed == b.seed;
}

const Operand* Case::find_operand(std::string_view name) const {
  for (const Operand& operand : operands) {
    if (operand.name == name) return &operand;
  }
  return nullptr;
}

Operand* Case::find_operand(std::string_view name) {
  return const_cast<Operand*>(static_cast<const Case*>(this)->find_operand(name));
}

const OptionValue& Case::option(const LossSpec& spec, std::string_view name) const {
  for (const Option& option : options) {
    if (option.name == name) return option.value;
  }
  const OptionSpec* option = spec.find_option(name);
  if (option == nullptr) {
    throw std::out_of_range(fmt::format("{} has no option {}", spec.name, name));
  }
  return option->standard;
}

void Case::set_option(const LossSpec& spec, std::string_view name, const OptionValue& value) {
  const OptionSpec* const known = spec.find_option(name);
  if (known == nullptr)
    throw std::out_of_range(fmt::format("{} has no option {}", spec.name, name));
  const bool standard = same_value(value, known->standard);
  std::vector<Option> ordered;
  for (const OptionSpec& option : spec.options) {
    if (option.name == name) {
      if (!standard) ordered.push_back({option.name, value});
      continue;
    }
    for (Option& old : options) {
      if (old.name == option.name) ordered.push_back(std::move(old));
    }
  }
  options = std::move(ordered);
}

std::string to_string(const Case& c) {
  // By hand, because every case that a campaign or a fuzz target makes is printed.
  std::string text = c.loss;
  if (c.entry != kDefaultEntry) text.append("@").append(c.entry);
  std::string_view separator = "(";
  for (const Operand& operand : c.operands) {
    text.append(separator).append(operand.name).append("=");
    if (operand.constant) text.append("const ");
    text.append(to_string(operand.dtype)).append(to_string(operand.shape));
    separator = ", ";
    if (operand.layout != Layout::kContiguous) text.append("~").append(to_string(operand.layout));
    if (operand.values.empty()) continue;
    for (std::size_t i = 0; i < operand.values.size(); ++i) {
      text.append(i == 0 ? "{" : ",").append(to_string(operand.values[i]));
    }
    text += '}';
  }
  for (const Option& option : c.options) {
    text.append(separator).append(option.name).append("=").append(to_string(option.value));
    separator = ", ";
  }
  text.append(separator == "(" ? "()" : ")");
  if (c.seed != 0) text.append("#").append(std::to_string(c.seed));
  return text;
}

}  // namespace shapefuzz
