// SPDX-License-Identifier: BSD-3-Clause
// For tests: what a parser must say of a bad text, and anything else of bad input.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "harness/language/text/errors.h"
#include "harness/language/text/parse_error.h"

namespace shapefuzz {

/// Expects that `parse` refuses a text with a ParseError whose message contains `message`. A `^` in
/// `marked` stands before the byte that the error must name; it is no part of the text, and none of
/// our formats has one.
template <class Parse>
void expect_error(Parse parse, const std::string& marked, std::string_view message) {
  SCOPED_TRACE(printable(marked, 160));
  const std::size_t mark = marked.find('^');
  ASSERT_NE(mark, std::string::npos) << "the test marks no column";
  const std::string text = marked.substr(0, mark) + marked.substr(mark + 1);
  try {
    parse(text);
    ADD_FAILURE() << "was accepted";
  } catch (const ParseError& error) {
    EXPECT_EQ(error.column(), mark + 1) << error.what();
    EXPECT_NE(std::string_view(error.what()).find(message), std::string_view::npos) << error.what();
    // Whatever the text, the message stays something that a person can read.
    EXPECT_LT(std::string_view(error.what()).size(), 600U);
  }
}

/// The message with which `function` refuses its input; empty if it does not.
template <class Function>
std::string refusal(Function function) {
  try {
    function();
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

}  // namespace shapefuzz
