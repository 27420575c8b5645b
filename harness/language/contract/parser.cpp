// SPDX-License-Identifier: BSD-3-Clause
// Reads a contract.
#include <fmt/ranges.h>

#include <algorithm>

#include "harness/language/contract/contract.h"
#include "harness/language/contract/words.h"
#include "harness/language/shape/shape.h"
#include "harness/language/text/cursor.h"

namespace shapefuzz {
namespace {

constexpr std::string_view kLength = "len";

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool begins_name(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

// Reads one alternative. Names get their index where they first stand; what only uses a name (a
// kind's argument, the result, a constraint) is checked against what shapes and options bind.
class AlternativeParser {
 public:
  AlternativeParser(Cursor& cursor, const OptionNames& options)
      : cursor_(cursor), options_(options) {
    result_.names = options.names;
    bound_.assign(options.names.size(), true);
    packs_.assign(options.names.size(), 0);
  }

  Alternative parse() {
    cursor_.expect("(", "that opens the operands");
    do parse_operand();
    while (cursor_.take(","));
    cursor_.expect(")", "or ','");
    cursor_.expect("->", "and the shape of the unreduced result");
    parse_fold();
    earlier_ = bound_;
    result_.result = parse_pattern(/*binds=*/false);
    if (cursor_.take("where")) {
      do parse_constraint();
      while (cursor_.take(","));
    }
    if (cursor_.failed()) return {};
    if (options_.finds_lonely_names) find_lonely_name();
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
    earlier_ = bound_;
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
    const bool may_have_none = found->least_arguments == 0;
    cursor_.skip_spaces();
    if (found->most_arguments == 0 || (may_have_none && cursor_.peek() != '(')) return;
    cursor_.expect("(");
    operand.arguments.push_back(parse_number());
    while (operand.arguments.size() < found->least_arguments ||
           (operand.arguments.size() < found->most_arguments && cursor_.take(","))) {
      if (operand.arguments.size() < found->least_arguments) cursor_.expect(",");
      operand.arguments.push_back(parse_number());
    }
    cursor_.expect(")");
  }

  void parse_fold() {
    if (cursor_.take("mean")) {
      result_.fold = Fold::kMean;
    } else if (cursor_.take("sum")) {
      result_.fold = Fold::kSum;
    }
  }

  // `4`, `N`, `2N` or `T-1`: one size, or another number.
  Dim parse_number() {
    cursor_.skip_spaces();
    Dim dim = {Dim::Type::kNumber};
    if (is_digit(cursor_.peek())) {
      dim.number = cursor_.integer(0, kMaxSize, "a size");
      if (!begins_name(cursor_.peek())) return dim;
      dim.factor = dim.number;
      if (dim.factor == 0) cursor_.fail("a number of at least 1 before a name");
      dim.number = 0;
    }
    dim.type = Dim::Type::kName;
    dim.name = use_single_name();
    constexpr std::int64_t kMostAdded = 1000;
    if (cursor_.take("+")) {
      dim.number = cursor_.integer(0, kMostAdded, "a number to add");
    } else if (cursor_.sees("-") && !cursor_.sees("->")) {
      dim.number = cursor_.integer(-kMostAdded, 0, "a number to subtract");
    }
    return dim;
  }

  Pattern parse_pattern(bool binds) {
    cursor_.expect("[");
    Pattern pattern;
    std::size_t open_packs = 0;
    if (cursor_.take("]")) return pattern;
    do {
      cursor_.skip_spaces();
      const std::size_t start = cursor_.offset();
      if (pattern.size() == kMaxRank) cursor_.fail(fmt::format("at most {} sizes", kMaxRank));
      const bool pack = cursor_.take("*");
      const Dim dim = pack ? Dim{Dim::Type::kPack, 0, use_name()} : parse_number();
      if (cursor_.failed()) break;
      pattern.push_back(dim);
      if (dim.type == Dim::Type::kNumber) continue;
      if (packs_[dim.name] >= 0 && (packs_[dim.name] == 1) != pack) {
        cursor_.fail_at(start, "a name that is always '*name' or never");
      }
      packs_[dim.name] = pack ? 1 : 0;
      const bool is_open = pack && !(dim.name < earlier_.size() && earlier_[dim.name]);
      if (is_open && ++open_packs > 1) {
        cursor_.fail_at(start,
                        "a '*name' that an operand before has by itself: else nothing tells where "
                        "the one on its left ends");
      }
      if (binds) bound_[dim.name] = true;
    } while (cursor_.take(","));
    cursor_.expect("]", "or ','");
    return pattern;
  }

  // A name that stands in one place says nothing there, unless it is the output's.
  void find_lonely_name() {
    const auto& output = result_.operands.front().pattern;
    for (std::size_t name = options_.names.size(); name < result_.names.size(); ++name) {
      const auto is_used = [&](const auto& use) { return use.second == name; };
      const bool is_output = std::any_of(output.begin(), output.end(), [&](const Dim& dim) {
        return dim.type != Dim::Type::kNumber && dim.name == name;
      });
      if (is_output || result_.names[name] == kAnySize) continue;
      if (std::count_if(uses_.begin(), uses_.end(), is_used) != 1) continue;
      cursor_.fail_at(std::find_if(uses_.begin(), uses_.end(), is_used)->first,
                      "a name that something else uses too ('_' is any size)");
    }
  }

  void parse_constraint() {
    if (parse_exclusion()) return;
    Constraint constraint;
    constraint.left = use_single_name();
    std::size_t op = 0;
    while (op < kOps.size() && !cursor_.take(kOps[op])) ++op;
    if (op == kOps.size()) cursor_.fail("'=', '>=' or '<='");
    constraint.op = static_cast<Constraint::Op>(op);
    if (constraint.left < options_.words.size() && !options_.words[constraint.left].empty()) {
      parse_word(constraint);
    } else {
      constraint.right = parse_number();
    }
    result_.constraints.push_back(constraint);
  }

  // `mode = binary`
  void parse_word(Constraint& constraint) {
    const auto& words = options_.words[constraint.left];
    if (constraint.op != Constraint::Op::kEqual) cursor_.fail("'=' before a word");
    cursor_.skip_spaces();
    const std::size_t start = cursor_.offset();
    constraint.word = cursor_.name("a word of the option");
    const auto at = std::find(words.begin(), words.end(), constraint.word);
    if (at == words.end()) {
      cursor_.fail_at(start, fmt::format("one of {}{}", fmt::join(words, ", "),
                                         did_you_mean(constraint.word, words)));
    }
    constraint.right = {Dim::Type::kNumber, at - words.begin()};
  }

  // `labels excludes mask`
  bool parse_exclusion() {
    Cursor ahead = cursor_;
    ahead.name("a name");
    if (!ahead.take(kExcludes)) return false;
    const std::size_t left = use_optional_operand();
    cursor_.expect(kExcludes);
    result_.exclusive.emplace_back(left, use_optional_operand());
    return true;
  }

  std::size_t use_optional_operand() {
    cursor_.skip_spaces();
    const std::size_t start = cursor_.offset();
    const std::string_view name = cursor_.name("an operand");
    for (std::size_t i = 0; i < result_.operands.size(); ++i) {
      if (result_.operands[i].name == name && result_.operands[i].optional) return i;
    }
    cursor_.fail_at(start, "an operand that may be missing");
    return 0;
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
    std::string word(cursor_.name("a name"));
    if (word == kLength && cursor_.sees("(")) word = length_of_option(start);
    const bool is_any = word == kAnySize;
    const auto found =
        is_any ? result_.names.end() : std::find(result_.names.begin(), result_.names.end(), word);
    const std::size_t index = static_cast<std::size_t>(found - result_.names.begin());
    if (found == result_.names.end()) {
      if (index == kMaxNames) cursor_.fail_at(start, fmt::format("at most {} names", kMaxNames));
      result_.names.push_back(std::move(word));
      bound_.push_back(is_any);
      packs_.push_back(-1);
    }
    uses_.emplace_back(start, index);
    return index;
  }

  // `len(taus)`
  std::string length_of_option(std::size_t start) {
    cursor_.skip(1);
    const std::string word = fmt::format("{}({})", kLength, cursor_.name("an option"));
    cursor_.expect(")");
    const auto& options = options_.names;
    if (std::find(options.begin(), options.end(), word) == options.end()) {
      cursor_.fail_at(start, "the length of an option that is a list");
    }
    return word;
  }

  Cursor& cursor_;
  const OptionNames& options_;
  Alternative result_;
  std::vector<bool> bound_;
  std::vector<bool> earlier_;  // bound_ as it was before the operand that is read
  std::vector<int> packs_;     // by name: -1 not seen in a shape, 0 one size, 1 a pack
  std::vector<std::pair<std::size_t, std::size_t>> uses_;  // offset and name
  std::vector<std::pair<std::size_t, std::size_t>> single_uses_;
};

bool same_operands(const Alternative& a, const Alternative& b) {
  return std::equal(a.operands.begin(), a.operands.end(), b.operands.begin(), b.operands.end(),
                    [](const OperandPattern& x, const OperandPattern& y) {
                      return x.name == y.name && x.optional == y.optional;
                    });
}

}  // namespace

Contract parse_contract(std::string_view text, const OptionNames& options) {
  return parse_text(text, [&](Cursor& cursor) { return parse_contract(cursor, options); });
}

Contract parse_contract(Cursor& cursor, const OptionNames& options) {
  if (options.names.size() > kMaxNames) cursor.fail(fmt::format("at most {} options", kMaxNames));
  Contract contract;
  contract.options = options.names;
  do {
    cursor.skip_spaces();
    const std::size_t start = cursor.offset();
    contract.alternatives.push_back(AlternativeParser(cursor, options).parse());
    if (!same_operands(contract.alternatives.front(), contract.alternatives.back())) {
      cursor.fail_at(start, "the same operands in every alternative");
    }
    if (contract.alternatives.front().fold != contract.alternatives.back().fold) {
      cursor.fail_at(start, "the same word (mean, sum or none) before every result");
    }
  } while (cursor.take("|"));
  cursor.expect_end("the contract");
  return contract;
}

}  // namespace shapefuzz
