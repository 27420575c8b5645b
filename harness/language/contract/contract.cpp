// SPDX-License-Identifier: BSD-3-Clause
#include "harness/language/contract/contract.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/language/contract/words.h"

namespace shapefuzz {
namespace {

std::string to_string(const OperandPattern& operand, const std::vector<std::string>& names) {
  std::string arguments;
  for (const Dim& argument : operand.arguments) {
    arguments += (arguments.empty() ? "" : ",") + to_string(argument, names);
  }
  if (!arguments.empty()) arguments = "(" + arguments + ")";
  return fmt::format("{}{}: {}{}{}", operand.name, operand.optional ? "?" : "",
                     info(operand.kind).name, arguments, to_string(operand.pattern, names));
}

}  // namespace

std::set<std::int64_t> sizes_named_by(const Contract& contract) {
  std::set<std::int64_t> numbers;
  const auto take = [&](const Dim& dim) {
    if (dim.type == Dim::Type::kNumber) numbers.insert(dim.number);
  };
  for (const Alternative& alternative : contract.alternatives) {
    for (const OperandPattern& operand : alternative.operands) {
      std::for_each(operand.pattern.begin(), operand.pattern.end(), take);
    }
    std::for_each(alternative.result.begin(), alternative.result.end(), take);
    for (const Constraint& constraint : alternative.constraints) take(constraint.right);
  }
  return numbers;
}

bool is_size(const Contract& contract, std::string_view option) {
  const auto found = std::find(contract.options.begin(), contract.options.end(), option);
  const auto name = static_cast<std::size_t>(found - contract.options.begin());
  if (name == contract.options.size()) return false;
  for (const Alternative& alternative : contract.alternatives) {
    for (const OperandPattern& operand : alternative.operands) {
      const bool counts = info(operand.kind).integral && !operand.arguments.empty() &&
                          operand.arguments.front().type == Dim::Type::kName &&
                          operand.arguments.front().name == name;
      const bool stands = std::any_of(
          operand.pattern.begin(), operand.pattern.end(),
          [&](const Dim& dim) { return dim.type == Dim::Type::kName && dim.name == name; });
      if (counts || stands) return true;
    }
  }
  return false;
}

std::string to_string(const Dim& dim, const std::vector<std::string>& names) {
  switch (dim.type) {
    case Dim::Type::kNumber:
      return std::to_string(dim.number);
    case Dim::Type::kName:
      return (dim.factor == 1 ? "" : std::to_string(dim.factor)) + names[dim.name] +
             (dim.number == 0 ? "" : fmt::format("{:+}", dim.number));
    case Dim::Type::kPack:
      break;
  }
  return "*" + names[dim.name];
}

std::string to_string(const Pattern& pattern, const std::vector<std::string>& names) {
  std::string text;
  for (const Dim& dim : pattern) text += (text.empty() ? "" : ",") + to_string(dim, names);
  return "[" + text + "]";
}

std::string to_string(const Alternative& alternative) {
  std::string operands;
  for (const OperandPattern& operand : alternative.operands) {
    operands += (operands.empty() ? "" : ", ") + to_string(operand, alternative.names);
  }
  std::string text =
      fmt::format("({}) -> {}{}", operands, kFolds[static_cast<std::size_t>(alternative.fold)],
                  to_string(alternative.result, alternative.names));
  const char* separator = " where ";
  for (const Constraint& constraint : alternative.constraints) {
    text += fmt::format(
        "{}{} {} {}", separator, alternative.names[constraint.left],
        kOps[static_cast<std::size_t>(constraint.op)],
        constraint.word.empty() ? to_string(constraint.right, alternative.names) : constraint.word);
    separator = ", ";
  }
  for (const auto& [left, right] : alternative.exclusive) {
    text += fmt::format("{}{} {} {}", separator, alternative.operands[left].name, kExcludes,
                        alternative.operands[right].name);
    separator = ", ";
  }
  return text;
}

std::string to_string(const Contract& contract) {
  std::string text;
  for (const Alternative& alternative : contract.alternatives) {
    text += (text.empty() ? "" : " | ") + to_string(alternative);
  }
  return text;
}

}  // namespace shapefuzz
