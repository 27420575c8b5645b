// SPDX-License-Identifier: BSD-3-Clause
#include "harness/language/spelling/argument_text.h"

#include <fmt/core.h>

#include "harness/language/case/option.h"
#include "harness/language/spelling/names.h"

namespace shapefuzz {
namespace {

char closing(char open) { return open == '(' ? ')' : open == '[' ? ']' : '}'; }

bool is_number_start(char c) { return (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '+'; }

class ArgumentParser {
 public:
  explicit ArgumentParser(Cursor& cursor) : cursor_(cursor) {}

  std::vector<Argument> parse() {
    std::vector<Argument> arguments;
    cursor_.expect("(");
    if (cursor_.take(")")) return arguments;
    do {
      cursor_.skip_spaces();
      if (cursor_.peek() == ')') break;  // behind a comma at the end
      arguments.push_back(parse_argument());
    } while (cursor_.take(","));
    cursor_.expect(")", "or ','");
    return arguments;
  }

 private:
  Argument parse_argument() {
    Argument argument;
    Cursor ahead = cursor_;
    const std::string_view word = take_qualified_name(ahead);
    ahead.skip_spaces();
    if (!word.empty() && ahead.peek() == '=') {
      argument.key = word;
      cursor_ = ahead;
      cursor_.skip(1);
      cursor_.skip_spaces();
    }
    const char next = cursor_.peek();
    const bool is_literal = next == '(' || next == '[' || next == '{' || is_number_start(next) ||
                            cursor_.sees("True") || cursor_.sees("False");
    if (is_literal) {
      argument.literal = Literal();
      parse_literal(0, *argument.literal);
      return argument;
    }
    take_words(argument);
    return argument;
  }

  // `torch.long`, `torch::dtype(torch::kLong).requires_grad(true)`, `'mean'`.
  void take_words(Argument& argument) {
    const std::size_t start = cursor_.offset();
    int depth = 0;
    while (!cursor_.at_end()) {
      const char next = cursor_.peek();
      if (depth == 0 && (next == ',' || next == ')')) break;
      const std::string_view word = take_qualified_name(cursor_);
      if (!word.empty()) {
        if (const auto dtype = find_named_dtype(word)) argument.dtype = dtype;
        continue;
      }
      depth += next == '(' ? 1 : next == ')' ? -1 : 0;
      cursor_.skip(1);
    }
    if (cursor_.offset() == start) cursor_.fail("an argument");
  }

  void parse_literal(std::size_t depth, Literal& literal) {
    cursor_.skip_spaces();
    const char open = cursor_.peek();
    if (open == '(' || open == '[' || open == '{') {
      cursor_.skip(1);
      const char close = closing(open);
      std::int64_t count = 0;
      if (depth == kMaxRank) {
        return cursor_.fail(fmt::format("at most {} brackets in one another", kMaxRank));
      }
      if (literal.shape.rank() == depth) {
        if (!literal.values.empty()) return cursor_.fail("rows of equal length");
        literal.shape.push_back(-1);
      }
      cursor_.skip_spaces();
      while (!cursor_.failed() && cursor_.peek() != close) {
        parse_literal(depth + 1, literal);
        ++count;
        cursor_.skip_spaces();
        if (!cursor_.take(",")) break;
        cursor_.skip_spaces();
      }
      cursor_.expect(std::string_view(&close, 1), "or ','");
      if (literal.shape[depth] < 0) literal.shape[depth] = count;
      if (literal.shape[depth] != count) cursor_.fail("rows of equal length");
      return;
    }
    if (literal.shape.rank() != depth) return cursor_.fail("rows of equal length");
    if (cursor_.take("True") || cursor_.take("true")) return add_flag(1, literal);
    if (cursor_.take("False") || cursor_.take("false")) return add_flag(0, literal);
    const std::size_t start = cursor_.offset();
    Cursor ahead = cursor_;
    literal.values.push_back(parse_real(cursor_, "a number"));
    if (cursor_.failed()) return;
    const std::string_view digits = ahead.rest().substr(0, cursor_.offset() - start);
    literal.is_real = literal.is_real || digits.find_first_of(".einEIN") != std::string_view::npos;
    if (cursor_.peek() == 'f' || cursor_.peek() == 'L') cursor_.skip(1);  // of C++
  }

  void add_flag(double value, Literal& literal) {
    literal.is_flag = true;
    literal.values.push_back(value);
  }

  Cursor& cursor_;
};

}  // namespace

std::string_view take_qualified_name(Cursor& cursor) {
  cursor.skip_spaces();
  const std::string_view rest = cursor.rest();
  const auto is_start = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  const auto is_inside = [&](char c) { return is_start(c) || (c >= '0' && c <= '9'); };
  std::size_t length = 0;
  while (length < rest.size() && is_start(rest[length])) {
    while (length < rest.size() && is_inside(rest[length])) ++length;
    const std::size_t separator = rest.substr(length, 2) == "::"                ? 2
                                  : length < rest.size() && rest[length] == '.' ? 1
                                                                                : 0;
    const bool goes_on =
        separator > 0 && length + separator < rest.size() && is_start(rest[length + separator]);
    if (!goes_on) break;
    length += separator;
  }
  cursor.skip(length);
  return rest.substr(0, length);
}

std::vector<Argument> parse_arguments(Cursor& cursor) { return ArgumentParser(cursor).parse(); }

void skip_arguments(Cursor& cursor) {
  int depth = 1;
  while (!cursor.at_end() && depth > 0) {
    depth += cursor.peek() == '(' ? 1 : cursor.peek() == ')' ? -1 : 0;
    cursor.skip(1);
  }
  if (depth > 0) cursor.fail("')'");
}

}  // namespace shapefuzz
