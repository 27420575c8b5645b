// SPDX-License-Identifier: BSD-3-Clause
// A position in a text that is being parsed: the few steps that every parser here is made of.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "harness/language/text/parse_error.h"

namespace shapefuzz {

/// Reads a text from left to right. The first failure is kept and moves the cursor to the end,
/// where nothing more is found: a parser runs on to its own end, and whoever began it calls
/// `finish`, which throws. A throw through all frames of a parser would cost more than all of its
/// other work.
class Cursor {
 public:
  explicit Cursor(std::string_view text, std::size_t offset = 0) : text_(text), offset_(offset) {}

  bool at_end() const { return offset_ == text_.size(); }
  std::size_t offset() const { return offset_; }
  /// The next character, or NUL at the end (a NUL byte in the text is never expected, so it fails).
  char peek() const { return at_end() ? '\0' : text_[offset_]; }
  std::string_view rest() const { return text_.substr(offset_); }
  /// Whether the rest starts with `token`, which is not empty.
  bool sees(std::string_view token) const {
    // Most tokens are one character, and most are not there.
    return peek() == token.front() &&
           (token.size() == 1 || text_.substr(offset_, token.size()) == token);
  }

  /// Leaves `bytes` out, which are no more than the rest has.
  void skip(std::size_t bytes) { offset_ += bytes; }
  void skip_spaces();
  /// Skips spaces, then takes `token` if it is there.
  bool take(std::string_view token);
  /// Skips spaces, then takes `token` or fails.
  void expect(std::string_view token, std::string_view why = "");
  /// Skips spaces, then takes `[A-Za-z_][A-Za-z0-9_]*`; `what` names it in the error. Empty if it
  /// is not there.
  std::string_view name(std::string_view what);
  /// Takes characters as long as they are in `alphabet`; may be empty.
  std::string_view while_in(std::string_view alphabet);
  /// Skips spaces, then takes a whole number in [low, high]; the sign is part of it. `low` if it is
  /// not there.
  std::int64_t integer(std::int64_t low, std::int64_t high, std::string_view what);
  /// Fails unless only spaces are left.
  void expect_end(std::string_view what);

  void fail(std::string_view expected) { fail_at(offset_, expected); }
  /// What stands at `offset` is not what was expected. Of several failures the first is kept.
  void fail_at(std::size_t offset, std::string_view expected);
  /// The same in other words than what stands there.
  void fail_with(const ParseError& failure);
  bool failed() const { return failure_.has_value(); }
  const std::optional<ParseError>& failure() const { return failure_; }
  /// Throws the failure, if there was one.
  void finish() const {
    if (failure_) throw ParseError(*failure_);
  }

 private:
  std::string_view text_;
  std::size_t offset_ = 0;
  std::optional<ParseError> failure_;
};

/// What `parse` reads of a text with a cursor at its start; throws the cursor's failure.
template <class Parse>
auto parse_text(std::string_view text, Parse parse) {
  Cursor cursor(text);
  auto read = parse(cursor);
  cursor.finish();
  return read;
}

}  // namespace shapefuzz
