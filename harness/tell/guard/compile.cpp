// SPDX-License-Identifier: BSD-3-Clause
#include "harness/tell/guard/compile.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/language/contract/bindings.h"

namespace shapefuzz {
namespace {

using guard_detail::AlternativeProgram;
using guard_detail::Comparison;
using guard_detail::NameRule;
using guard_detail::PatternProgram;
using guard_detail::Place;
using guard_detail::Program;

static_assert(guard_detail::kMostOperands == kMaxOperands);
static_assert(guard_detail::kMostNames == kMaxNames);

bool is_a_size(const Dim& dim, const Alternative& alternative) {
  return dim.type == Dim::Type::kNumber || names_a_size(alternative, dim.name);
}

// What must hold of which name for the kind to have legal values; none if there are no words for
// it.
std::optional<std::pair<NameRule, std::uint8_t>> rule_of(const OperandPattern& operand,
                                                         const Alternative& alternative) {
  const auto about_argument = [&](NameRule rule) {
    const Dim& argument = operand.arguments.front();
    using Rule = std::optional<std::pair<NameRule, std::uint8_t>>;
    if (argument.type != Dim::Type::kName || argument.is_computed()) return Rule();
    return Rule({rule, static_cast<std::uint8_t>(argument.name)});
  };
  switch (operand.kind) {
    case Kind::kIndex:
      if (operand.arguments.empty()) break;
      return about_argument(NameRule::kOne);
    case Kind::kLabel:
      // A blank that is an option is some class; any other would be one more rule.
      if (is_a_size(operand.arguments[1], alternative)) return std::nullopt;
      return about_argument(NameRule::kTwo);
    case Kind::kSplit:
      return about_argument(NameRule::kNothing);
    case Kind::kBox: {
      const auto& pattern = operand.pattern;
      const bool has_corners = !pattern.empty() && pattern.back().type == Dim::Type::kNumber &&
                               pattern.back().number == kCornersOfBox;
      if (!has_corners) return std::nullopt;
      break;
    }
    default:
      break;
  }
  return std::pair(NameRule::kNone, std::uint8_t{0});
}

std::optional<PatternProgram> compile(const OperandPattern& operand, const Alternative& alternative,
                                      std::vector<Place>& places) {
  PatternProgram program;
  program.first = static_cast<std::uint16_t>(places.size());
  program.count = static_cast<std::uint8_t>(operand.pattern.size());
  program.is_optional = operand.optional;
  for (const Dim& dim : operand.pattern) {
    const auto name = static_cast<std::uint8_t>(dim.name);
    switch (dim.type) {
      case Dim::Type::kNumber:
        places.push_back({Place::Type::kNumber, 0, dim.number});
        break;
      case Dim::Type::kName:
        if (dim.is_computed()) return std::nullopt;
        places.push_back({Place::Type::kName, name, 0});
        break;
      case Dim::Type::kPack:
        if (program.has_pack) return std::nullopt;
        program.has_pack = true;
        places.push_back({Place::Type::kPack, name, 0});
        break;
    }
  }
  const auto rule = rule_of(operand, alternative);
  if (!rule) return std::nullopt;
  program.rule = rule->first;
  program.name = rule->second;
  return program;
}

std::optional<Comparison> compile(const Constraint& constraint) {
  constexpr Comparison::Op kOps[] = {Comparison::Op::kEqual, Comparison::Op::kAtLeast,
                                     Comparison::Op::kAtMost};
  if (constraint.right.is_computed()) return std::nullopt;
  Comparison comparison;
  comparison.op = kOps[static_cast<std::size_t>(constraint.op)];
  comparison.left = static_cast<std::uint8_t>(constraint.left);
  comparison.right_is_name = constraint.right.type != Dim::Type::kNumber;
  comparison.right_name = static_cast<std::uint8_t>(constraint.right.name);
  comparison.number = constraint.right.number;
  return comparison;
}

// Adds the alternative if there are words for all of it; otherwise what it has added is never read.
void add(const Alternative& alternative, CompiledContract& compiled) {
  if (!alternative.exclusive.empty()) return;
  AlternativeProgram program;
  program.first_operand = static_cast<std::uint16_t>(compiled.operands.size());
  program.operand_count = static_cast<std::uint8_t>(alternative.operands.size());
  program.first_comparison = static_cast<std::uint16_t>(compiled.comparisons.size());
  program.comparison_count = static_cast<std::uint8_t>(alternative.constraints.size());
  for (const OperandPattern& operand : alternative.operands) {
    const auto pattern = compile(operand, alternative, compiled.places);
    if (!pattern) return;
    compiled.operands.push_back(*pattern);
  }
  for (const Constraint& constraint : alternative.constraints) {
    const auto comparison = compile(constraint);
    if (!comparison) return;
    compiled.comparisons.push_back(*comparison);
  }
  compiled.alternatives.push_back(program);
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

// The names in a piece of a contract, `N` of `2N` among them.
std::vector<std::string> names_in(std::string_view text) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < text.size();) {
    if (!is_letter(text[i])) {
      ++i;
      continue;
    }
    std::size_t end = i;
    while (end < text.size() && (is_letter(text[end]) || (text[end] >= '0' && text[end] <= '9'))) {
      ++end;
    }
    names.emplace_back(text.substr(i, end - i));
    i = end;
  }
  return names;
}

// The parts of a contract in which names stand.
struct Parts {
  std::vector<std::string> in_shapes;
  std::vector<std::string> lists;  // of `len(taus)`
  std::vector<std::string> of_kinds;
  std::vector<std::pair<std::string, std::string>> compared;  // behind `where`
};

Parts parts_of(std::string_view text) {
  Parts parts;
  const auto add = [](std::vector<std::string>& to, std::vector<std::string> names) {
    to.insert(to.end(), names.begin(), names.end());
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '[') {
      const std::size_t end = std::min(text.find(']', i), text.size());
      std::vector<std::string> names = names_in(text.substr(i, end - i));
      for (std::size_t k = 0; k + 1 < names.size(); ++k) {
        if (names[k] == "len") parts.lists.push_back(names[k + 1]);
      }
      add(parts.in_shapes, std::move(names));
      i = end;
    } else if (text[i] == '(' && i > 0 && is_letter(text[i - 1])) {
      const std::size_t end = std::min(text.find(')', i), text.size());
      add(parts.of_kinds, names_in(text.substr(i, end - i)));
      i = end;
    } else if (text.substr(i, 6) == "where ") {
      const std::size_t end = std::min(text.find('|', i), text.size());
      std::string_view rest = text.substr(i + 6, end - i - 6);
      while (!rest.empty()) {
        const std::size_t comma = std::min(rest.find(','), rest.size());
        const std::vector<std::string> names = names_in(rest.substr(0, comma));
        if (!names.empty() && !(names.size() == 3 && names[1] == "excludes")) {
          parts.compared.emplace_back(names[0], names.size() > 1 ? names[1] : "");
        }
        rest.remove_prefix(std::min(comma + 1, rest.size()));
      }
      i = end;
    }
  }
  return parts;
}

}  // namespace

Contract parse_without_options(std::string_view lines) {
  std::string text(lines);
  // Of a contract over several lines, as it stands in code. Columns stay what they are.
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c == '\n' || c == '\t' || c == '\r'; }, ' ');
  const Parts parts = parts_of(text);
  OptionNames options;
  options.finds_lonely_names = true;
  const auto add = [&](const std::string& name, const std::vector<std::string>& words) {
    const auto known = std::find(options.names.begin(), options.names.end(), name);
    if (known == options.names.end()) return options.add(name, words);
    auto& choices = options.words[static_cast<std::size_t>(known - options.names.begin())];
    choices.insert(choices.end(), words.begin(), words.end());
  };
  const auto is_size = [&](const std::string& name) {
    return std::find(parts.in_shapes.begin(), parts.in_shapes.end(), name) != parts.in_shapes.end();
  };
  for (const std::string& list : parts.lists) add("len(" + list + ")", {});
  for (const std::string& name : parts.of_kinds) {
    if (!is_size(name)) add(name, {});
  }
  for (const auto& [left, right] : parts.compared) {
    if (is_size(left)) continue;
    add(left, right.empty() || is_size(right) ? std::vector<std::string>{}
                                              : std::vector<std::string>{right});
  }
  return parse_contract(text, options);
}

Contract by_shapes(Contract contract) {
  const std::size_t options = contract.options.size();
  for (Alternative& alternative : contract.alternatives) {
    auto& constraints = alternative.constraints;
    constraints.erase(std::remove_if(constraints.begin(), constraints.end(),
                                     [&](const Constraint& constraint) {
                                       const bool right =
                                           constraint.right.type != Dim::Type::kNumber &&
                                           constraint.right.name < options;
                                       return constraint.left < options || right;
                                     }),
                      constraints.end());
    for (OperandPattern& operand : alternative.operands) {
      auto& arguments = operand.arguments;
      const bool of_option = operand.kind == Kind::kIndex && !arguments.empty() &&
                             arguments.front().type != Dim::Type::kNumber &&
                             arguments.front().name < options;
      if (of_option) arguments.clear();  // below what, nobody knows
    }
  }
  contract.options.clear();
  return contract;
}

Program CompiledContract::program() const {
  return {places.data(), operands.data(), comparisons.data(), alternatives.data(),
          alternatives.size()};
}

CompiledContract compile(const Contract& contract) {
  CompiledContract compiled;
  for (const Alternative& alternative : contract.alternatives) add(alternative, compiled);
  return compiled;
}

}  // namespace shapefuzz
