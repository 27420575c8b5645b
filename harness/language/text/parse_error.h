// SPDX-License-Identifier: BSD-3-Clause
// One error type for everything that shapefuzz reads: shapes, contracts, case lines, baselines.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace shapefuzz {

/// What is wrong with a text: at which byte, what was found there, and what was expected.
class ParseError : public std::runtime_error {
 public:
  /// `offset` counts bytes from 0; people are shown the column, which counts from 1.
  ParseError(std::size_t offset, const std::string& found, const std::string& expected);

  std::size_t offset() const { return offset_; }
  std::size_t column() const { return offset_ + 1; }
  const std::string& expected() const { return expected_; }

 private:
  std::size_t offset_;
  std::string expected_;
};

/// The message, the line around the error and a caret under it. Long lines are cut to a window and
/// bytes that do not print are shown as `?`, so that the caret stays under its column.
std::string explain(const ParseError& error, std::string_view text);

/// `text` with bytes that do not print as `\xNN`, cut to `limit` bytes.
std::string printable(std::string_view text, std::size_t limit = 40);

/// The name of a file as a message shows it: no escape sequence reaches the terminal, no newline
/// forges a line.
std::string printable_path(std::string_view path);

/// The text of several lines likewise: its newlines stay, and nothing else that a terminal obeys.
std::string printable_lines(std::string_view text);

/// The first byte that they would not show as it is; the length of the text if there is none. UTF-8
/// is shown but for control characters, also those of one byte behind ASCII, and what hides or
/// turns around what stands beside it.
std::size_t find_unprintable(std::string_view text);

/// The text as one word of a shell's command, in single quotes.
std::string shell_quoted(std::string_view text);

/// The entries of `known` that are most like `word`, as ` (did you mean a, b?)`; empty if none is.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& known);

/// Levenshtein distance: the number of single-character edits that turn `a` into `b`.
std::size_t edit_distance(std::string_view a, std::string_view b);

}  // namespace shapefuzz
