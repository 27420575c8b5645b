// SPDX-License-Identifier: BSD-3-Clause
// What a fuzz target demands: a broken property says what is wrong and ends the process, which is
// what a fuzzer looks for.
#pragma once

#include <fmt/core.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "harness/language/text/cursor.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace shapefuzz {

/// Longer texts only repeat what shorter ones do.
constexpr std::size_t kMaxText = 4096;

inline std::string_view as_text(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// Ends the process unless `holds`.
inline void require(bool holds, std::string_view property, std::string_view text) {
  if (holds) return;
  const std::string message = fmt::format("broken: {}\n  {}\n", property, printable(text, 400));
  std::fputs(message.c_str(), stderr);
  std::abort();
}

/// An error must point into the text (or right behind it) and stay readable, whatever the text.
inline void require_good_error(const ParseError& error, std::string_view text) {
  require(error.offset() <= text.size(), "an error's column is within the text", text);
  const std::string_view message = error.what();
  bool prints = true;
  for (const char c : message) prints = prints && c >= ' ' && c <= '~';
  require(prints, "an error's message prints", text);
  // A list of what is known (operands, options, losses) may be long, a quotation never is.
  require(message.size() < 2000, "an error's message is short", text);
}

/// Runs a parser on a text and hands what it read to `check`, with the text. Any exception is left
/// to end the process; most inputs are refused, and a throw for each would take half of the time.
template <class Parse, class Check>
int require_parser(std::string_view text, Parse parse, Check check) {
  if (text.size() > kMaxText) return -1;
  Cursor cursor(text);
  const auto read = parse(cursor);
  if (cursor.failed()) {
    require_good_error(*cursor.failure(), text);
  } else {
    check(read, text);
  }
  return 0;  // a refusal is a result: the text stays in the corpus
}

}  // namespace shapefuzz
