// SPDX-License-Identifier: BSD-3-Clause
#include "harness/language/text/cursor.h"

#include <fmt/core.h>

#include <charconv>

namespace shapefuzz {
namespace {

bool starts_name(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

void Cursor::skip_spaces() {
  while (peek() == ' ' || peek() == '\t') ++offset_;
}

bool Cursor::take(std::string_view token) {
  skip_spaces();
  if (!sees(token)) return false;
  offset_ += token.size();
  return true;
}

void Cursor::expect(std::string_view token, std::string_view why) {
  if (!take(token)) {
    fail(why.empty() ? fmt::format("'{}'", token) : fmt::format("'{}' {}", token, why));
  }
}

std::string_view Cursor::name(std::string_view what) {
  skip_spaces();
  if (!starts_name(peek())) {
    fail(what);
    return {};
  }
  const std::size_t begin = offset_;
  while (starts_name(peek()) || is_digit(peek())) ++offset_;
  return text_.substr(begin, offset_ - begin);
}

std::string_view Cursor::while_in(std::string_view alphabet) {
  const std::size_t begin = offset_;
  while (!at_end() && alphabet.find(peek()) != std::string_view::npos) ++offset_;
  return text_.substr(begin, offset_ - begin);
}

std::int64_t Cursor::integer(std::int64_t low, std::int64_t high, std::string_view what) {
  skip_spaces();
  const std::size_t begin = offset_;
  if (peek() == '-') ++offset_;
  while (is_digit(peek())) ++offset_;
  std::int64_t value = 0;
  const char* const first = text_.data() + begin;
  const char* const last = text_.data() + offset_;
  const auto [end, status] = std::from_chars(first, last, value);
  const bool whole = end == last && first != last;
  if (!whole || status != std::errc() || value < low || value > high) {
    if (whole) {
      fail_at(begin, fmt::format("{} in [{}, {}]", what, low, high));
    } else {
      fail_at(begin, what);
    }
    return low;
  }
  return value;
}

void Cursor::expect_end(std::string_view what) {
  skip_spaces();
  if (!at_end()) fail(fmt::format("the end of {}", what));
}

void Cursor::fail_at(std::size_t offset, std::string_view expected) {
  if (failed()) return;
  std::string found = "the end of the text";
  if (offset < text_.size()) {
    // A whole word or number says more than its first letter.
    std::size_t end = offset + 1;
    if (starts_name(text_[offset]) || is_digit(text_[offset]) || text_[offset] == '-') {
      while (end < text_.size() && (starts_name(text_[end]) || is_digit(text_[end]))) ++end;
    }
    found = fmt::format("'{}'", printable(text_.substr(offset, end - offset), 24));
  }
  fail_with(ParseError(offset, found, std::string(expected)));
}

void Cursor::fail_with(const ParseError& failure) {
  if (failed()) return;
  failure_ = failure;
  offset_ = text_.size();
}

}  // namespace shapefuzz
