// A position in a text that is being parsed: the few steps that every parser here is made of.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "harness/text/parse_error.h"

namespace shapefuzz {

/// Reads a text from left to right. Every failure is a ParseError at the current byte.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}

  bool at_end() const { return offset_ == text_.size(); }
  std::size_t offset() const { return offset_; }
  /// The next character, or NUL at the end (a NUL byte in the text is never expected, so it fails).
  char peek() const { return at_end() ? '\0' : text_[offset_]; }
  /// Whether the rest starts with `token`.
  bool sees(std::string_view token) const { return text_.substr(offset_, token.size()) == token; }

  void skip_spaces();
  /// Skips spaces, then takes `token` if it is there.
  bool take(std::string_view token);
  /// Skips spaces, then takes `token` or fails.
  void expect(std::string_view token, std::string_view why = "");
  /// Skips spaces, then takes `[A-Za-z_][A-Za-z0-9_]*`; `what` names it in the error.
  std::string_view name(std::string_view what);
  /// Takes characters as long as they are in `alphabet`; may be empty.
  std::string_view while_in(std::string_view alphabet);
  /// Skips spaces, then takes a whole number in [low, high]; the sign is part of it.
  std::int64_t integer(std::int64_t low, std::int64_t high, std::string_view what);
  /// Fails unless only spaces are left.
  void expect_end(std::string_view what);

  [[noreturn]] void fail(std::string_view expected) const { fail_at(offset_, expected); }
  [[noreturn]] void fail_at(std::size_t offset, std::string_view expected) const;

 private:
  std::string_view text_;
  std::size_t offset_ = 0;
};

}  // namespace shapefuzz
