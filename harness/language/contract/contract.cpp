// SPDX-License-Identifier: BSD-3-Clause
#include "harness/language/contract/contract.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "harness/language/shape/shape.h"
#include "harness/language/text/cursor.h"

namespace shapefuzz {
namespace {

constexpr std::array<std::string_view, 3> kOps = {"=", ">=", "<="};

// Reads one alternative. Names get their index where they first stand; what only uses a name (a
// kind's argument, the result, a constraint) is checked against what shapes and options bind.
class AlternativeParser {
 public:
  AlternativeParser(Cursor& cursor, const std::vector<std::string>& options) : cursor_(cursor) {
    result_.names = options;
    bound_.assign(options.size(), true);
    packs_.assign(options.size(), 0);
  }

  Alternative parse() {
    cursor_.expect("(", "that opens the operands");
    do parse_operand();
    while (cursor_.take(","));
    cursor_.expect(")", "or ','");
    cursor_.expect("->", "and the shape of the unreduced result");
    result_.result = parse_pattern(/*binds=*/false);
    if (cursor_.take("where")) {
      do parse_constraint();
      while (cursor_.take(","));
    }
    if (cursor_.failed()) return {};
    for (const auto& [offset, name] : uses_) {
      if (!bound_[name]) cursor_.fail_at(offset, "a name that an operand's shape binds");
    }
    for (const auto& [offset, name] : single_uses_) {
      if (packs_[name] == 1) cursor_.fail_at(offset, "a name of one size, not of a '*name'");
    }
    return std::move(result_);
  }

 private:
  void parse_operand() {
    OperandPattern operand;
    cursor_.skip_spaces();
    const std::size_t start = cursor_.offset();
    if (result_.operands.size() == kMaxOperands) {
      cursor_.fail(fmt::format("at most {} operands", kMaxOperands));
    }
    operand.name = cursor_.name("an operand's name");
    for (const OperandPattern& other : result_.operands) {
      if (other.name == operand.name) cursor_.fail_at(start, "an operand not named before");
    }
    operand.optional = cursor_.take("?");
    if (operand.optional && result_.operands.empty()) {
      cursor_.fail_at(start, "a first operand that is always there");
    }
    cursor_.expect(":", "and the operand's kind");
    parse_kind(operand);
    operand.pattern = parse_pattern(/*binds=*/!operand.optional);
    result_.operands.push_back(std::move(operand));
  }

  void parse_kind(OperandPattern& operand) {
    cursor_.skip_spaces();
    const std::size_t start = cursor_.offset();
    const std::string_view word = cursor_.name("a kind of values");
    const auto& kinds = all_kinds();
    const auto found = std::find_if(kinds.begin(), kinds.end(),
                                    [&](const KindInfo& kind) { return kind.name == word; });
    if (found == kinds.end()) {
      std::vector<std::string> names;
      for (const KindInfo& kind : kinds) names.emplace_back(kind.name);
      cursor_.fail_at(start, "a kind of values" + did_you_mean(word, names));
      return;
    }
    operand.kind = found->value;
    if (found->most_arguments == 0) return;
    cursor_.expect("(");
    operand.arguments.push_back(use_single_name());
    while (operand.arguments.size() < found->least_arguments ||
           (operand.arguments.size() < found->most_arguments && cursor_.take(","))) {
      if (operand.arguments.size() < found->least_arguments) cursor_.expect(",");
      operand.arguments.push_back(use_single_name());
    }
    cursor_.expect(")");
  }

  Pattern parse_pattern(bool binds) {
    cursor_.expect("[");
    Pattern pattern;
    bool has_pack = false;
    if (cursor_.take("]")) return pattern;
    do {
      cursor_.skip_spaces();
      const std::size_t start = cursor_.offset();
      if (pattern.size() == kMaxRank) cursor_.fail(fmt::format("at most {} sizes", kMaxRank));
      if (cursor_.peek() >= '0' && cursor_.peek() <= '9') {
        pattern.push_back({Dim::Type::kNumber, cursor_.integer(0, kMaxSize, "a size"), 0});
        continue;
      }
      const bool pack = cursor_.take("*");
      if (pack && has_pack) cursor_.fail_at(start, "at most one '*name' in a shape");
      has_pack = has_pack || pack;
      const std::size_t name = use_name();
      if (cursor_.failed()) break;
      if (packs_[name] >= 0 && (packs_[name] == 1) != pack) {
        cursor_.fail_at(start, "a name that is always '*name' or never");
      }
      packs_[name] = pack ? 1 : 0;
      if (binds) bound_[name] = true;
      pattern.push_back({pack ? Dim::Type::kPack : Dim::Type::kName, 0, name});
    } while (cursor_.take(","));
    cursor_.expect("]", "or ','");
    return pattern;
  }

  void parse_constraint() {
    Constraint constraint;
    constraint.left = use_single_name();
    std::size_t op = 0;
    while (op < kOps.size() && !cursor_.take(kOps[op])) ++op;
    if (op == kOps.size()) cursor_.fail("'=', '>=' or '<='");
    constraint.op = static_cast<Constraint::Op>(op);
    cursor_.skip_spaces();
    if (cursor_.peek() >= '0' && cursor_.peek() <= '9') {
      constraint.right = {Dim::Type::kNumber, cursor_.integer(0, kMaxSize, "a size"), 0};
    } else {
      constraint.right = {Dim::Type::kName, 0, use_single_name()};
    }
    result_.constraints.push_back(constraint);
  }

  // Outside a shape, a name stands for a number.
  std::size_t use_single_name() {
    const std::size_t name = use_name();
    single_uses_.push_back(uses_.back());
    return name;
  }

  std::size_t use_name() {
    cursor_.skip_spaces();
    const std::size_t start = cursor_.offset();
    const std::string_view word = cursor_.name("a name");
    const auto found = std::find(result_.names.begin(), result_.names.end(), word);
    const std::size_t index = static_cast<std::size_t>(found - result_.names.begin());
    if (found == result_.names.end()) {
      if (index == kMaxNames) cursor_.fail_at(start, fmt::format("at most {} names", kMaxNames));
      result_.names.emplace_back(word);
      bound_.push_back(false);
      packs_.push_back(-1);
    }
    uses_.emplace_back(start, index);
    return index;
  }

  Cursor& cursor_;
  Alternative result_;
  std::vector<bool> bound_;
  std::vector<int> packs_;  // by name: -1 not seen in a shape, 0 one size, 1 a pack
  std::vector<std::pair<std::size_t, std::size_t>> uses_;  // offset and name
  std::vector<std::pair<std::size_t, std::size_t>> single_uses_;
};

std::string to_string(const Dim& dim, const std::vector<std::string>& names) {
  switch (dim.type) {
    case Dim::Type::kNumber:
      return std::to_string(dim.number);
    case Dim::Type::kName:
      return names[dim.name];
    case Dim::Type::kPack:
      break;
  }
  return "*" + names[dim.name];
}

std::string to_string(const OperandPattern& operand, const std::vector<std::string>& names) {
  std::string arguments;
  for (const std::size_t argument : operand.arguments) {
    arguments += (arguments.empty() ? "" : ",") + names[argument];
  }
  if (!arguments.empty()) arguments = "(" + arguments + ")";
  return fmt::format("{}{}: {}{}{}", operand.name, operand.optional ? "?" : "",
                     info(operand.kind).name, arguments, to_string(operand.pattern, names));
}

bool same_operands(const Alternative& a, const Alternative& b) {
  return std::equal(a.operands.begin(), a.operands.end(), b.operands.begin(), b.operands.end(),
                    [](const OperandPattern& x, const OperandPattern& y) {
                      return x.name == y.name && x.optional == y.optional;
                    });
}

}  // namespace

Contract parse_contract(std::string_view text, const std::vector<std::string>& options) {
  return parse_text(text, [&](Cursor& cursor) { return parse_contract(cursor, options); });
}

Contract parse_contract(Cursor& cursor, const std::vector<std::string>& options) {
  if (options.size() > kMaxNames) cursor.fail(fmt::format("at most {} options", kMaxNames));
  Contract contract;
  contract.options = options;
  do {
    cursor.skip_spaces();
    const std::size_t start = cursor.offset();
    contract.alternatives.push_back(AlternativeParser(cursor, options).parse());
    if (!same_operands(contract.alternatives.front(), contract.alternatives.back())) {
      cursor.fail_at(start, "the same operands in every alternative");
    }
  } while (cursor.take("|"));
  cursor.expect_end("the contract");
  return contract;
}

bool is_size(const Contract& contract, std::string_view option) {
  const auto found = std::find(contract.options.begin(), contract.options.end(), option);
  const auto name = static_cast<std::size_t>(found - contract.options.begin());
  if (name == contract.options.size()) return false;
  for (const Alternative& alternative : contract.alternatives) {
    for (const OperandPattern& operand : alternative.operands) {
      const bool counts = info(operand.kind).integral && !operand.arguments.empty() &&
                          operand.arguments.front() == name;
      const bool stands = std::any_of(
          operand.pattern.begin(), operand.pattern.end(),
          [&](const Dim& dim) { return dim.type == Dim::Type::kName && dim.name == name; });
      if (counts || stands) return true;
    }
  }
  return false;
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
      fmt::format("({}) -> {}", operands, to_string(alternative.result, alternative.names));
  const char* separator = " where ";
  for (const Constraint& constraint : alternative.constraints) {
    text += fmt::format("{}{} {} {}", separator, alternative.names[constraint.left],
                        kOps[static_cast<std::size_t>(constraint.op)],
                        to_string(constraint.right, alternative.names));
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
