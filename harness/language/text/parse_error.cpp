// SPDX-License-Identifier: BSD-3-Clause
#include "harness/language/text/parse_error.h"

#include <fmt/core.h>

#include <algorithm>
#include <numeric>
#include <vector>

namespace shapefuzz {
namespace {

// A terminal line holds this much; the window around an error in a longer text is cut to it.
constexpr std::size_t kWindow = 72;

bool prints(char c) { return c >= ' ' && c <= '~'; }

// Of UTF-8: whether a terminal shows the character, and nothing else happens. The others are
// control characters, and marks that hide or turn what stands beside them, so that a name reads as
// another.
bool is_harmless(char32_t c) {
  struct Range {
    char32_t first;
    char32_t last;
  };
  constexpr Range kHidden[] = {{0x00, 0x9f},     {0xad, 0xad},     {0x200b, 0x200f},
                               {0x2028, 0x202e}, {0x2060, 0x206f}, {0xd800, 0xdfff},
                               {0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0xe0000, 0xe0fff}};
  return std::none_of(std::begin(kHidden), std::end(kHidden),
                      [c](const Range& range) { return c >= range.first && c <= range.last; });
}

// How many bytes the character at the front of the text has, if it can be shown as it is; else 0.
std::size_t shown_length(std::string_view text) {
  if (prints(text.front())) return 1;
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t length = lead >= 0xf0 && lead < 0xf5 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead >= 0xf5 || text.size() < length) return 0;
  char32_t code = lead & (0x7fU >> length);
  for (const char c : text.substr(1, length - 1)) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xc0U) != 0x80) return 0;
    code = code << 6 | (byte & 0x3fU);
  }
  constexpr char32_t kFirstOfLength[] = {0, 0, 0x80, 0x800, 0x10000};
  return code >= kFirstOfLength[length] && code <= 0x10ffff && is_harmless(code) ? length : 0;
}

// The character at the front of the text as a terminal may have it, and takes it off.
std::string take_shown(std::string_view& text) {
  const std::size_t length = shown_length(text);
  const std::string_view first = text.substr(0, std::max<std::size_t>(length, 1));
  text.remove_prefix(first.size());
  return length > 0 ? std::string(first) : printable(first);
}

}  // namespace

ParseError::ParseError(std::size_t offset, const std::string& found, const std::string& expected)
    : std::runtime_error(
          fmt::format("column {}: found {}, expected {}", offset + 1, found, expected)),
      offset_(offset),
      expected_(expected) {}

std::string explain(const ParseError& error, std::string_view text) {
  const std::size_t at = std::min(error.offset(), text.size());
  const std::size_t begin = at > kWindow / 2 ? at - kWindow / 2 : 0;
  const std::size_t end = std::min(text.size(), begin + kWindow);
  std::string line(text.substr(begin, end - begin));
  std::replace_if(
      line.begin(), line.end(), [](char c) { return !prints(c); }, '?');
  const std::string_view before = begin > 0 ? "..." : "";
  const std::string_view after = end < text.size() ? "..." : "";
  return fmt::format("{}\n  {}{}{}\n  {}^", error.what(), before, line, after,
                     std::string(before.size() + at - begin, ' '));
}

std::string printable(std::string_view text, std::size_t limit) {
  std::string result;
  for (const char c : text.substr(0, limit)) {
    if (prints(c)) {
      result += c;
    } else {
      result += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    }
  }
  return text.size() > limit ? result + "..." : result;
}

std::string printable_path(std::string_view path) {
  constexpr std::size_t kMost = 400;
  std::string result;
  while (!path.empty()) {
    if (result.size() >= kMost) return result + "...";
    result += take_shown(path);
  }
  return result;
}

std::string printable_lines(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const bool ends_line = text.front() == '\n';
    result += ends_line ? "\n" : take_shown(text);
    if (ends_line) text.remove_prefix(1);
  }
  return result;
}

std::size_t find_unprintable(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t length = shown_length(text.substr(at));
    if (length == 0) break;
    at += length;
  }
  return at;
}

std::string shell_quoted(std::string_view text) {
  bool plain = true;
  std::string shown;  // between the quotes, and between `$'` and `'`, where `\x1b` is an escape
  std::string escaped;
  std::size_t length = 0;
  for (std::size_t i = 0; i < text.size(); i += length) {
    length = shown_length(text.substr(i));
    plain = plain && length > 0;
    const std::string_view character = text.substr(i, std::max<std::size_t>(length, 1));
    const bool special = character == "'" || character == "\\";
    shown += character == "'" ? "'\\''" : character;
    if (special) escaped += '\\';
    escaped += length > 0 ? std::string(character) : printable(character);
    length = character.size();
  }
  return plain ? "'" + shown + "'" : "$'" + escaped + "'";
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& known) {
  // A longer word than this is no slip of the keyboard, and the distance costs its square.
  if (word.empty() || word.size() > 64) return "";
  std::vector<std::pair<std::size_t, std::string>> near;
  for (const std::string& name : known) {
    // A prefix or a part ("mse" for "mse_loss") is as near as a small slip.
    const bool part = word.size() >= 2 && name.find(word) != std::string::npos;
    const std::size_t distance = part ? 1 : edit_distance(word, name);
    if (distance <= std::max<std::size_t>(2, word.size() / 3)) near.emplace_back(distance, name);
  }
  if (near.empty()) return "";
  std::stable_sort(near.begin(), near.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::string names;
  for (std::size_t i = 0; i < std::min<std::size_t>(near.size(), 3); ++i) {
    names += (i == 0 ? "" : ", ") + near[i].second;
  }
  return fmt::format(" (did you mean {}?)", names);
}

}  // namespace shapefuzz
