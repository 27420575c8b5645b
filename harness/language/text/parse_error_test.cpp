// SPDX-License-Identifier: BSD-3-Clause
#include "harness/language/text/parse_error.h"

#include <gtest/gtest.h>

#include <sstream>

namespace shapefuzz {
namespace {

// An explanation taken apart: the message, the shown part of the text, and what the caret is under.
struct Shown {
  std::string message;
  std::string line;
  std::size_t caret = 0;  // index in `line`; its length stands for "behind the text"
};

Shown show(std::size_t offset, std::string_view text) {
  std::istringstream explanation(explain(ParseError(offset, "this", "that"), text));
  Shown shown;
  std::string carets;
  std::string rest;
  std::getline(explanation, shown.message);
  std::getline(explanation, shown.line);
  std::getline(explanation, carets);
  EXPECT_FALSE(std::getline(explanation, rest)) << "more than three lines: " << rest;
  EXPECT_EQ(carets.find_first_not_of(' '), carets.size() - 1);
  EXPECT_EQ(carets.back(), '^');
  shown.caret = carets.size() - 1;
  return shown;
}

TEST(ParseError, NamesTheColumnWhatWasFoundAndWhatWasExpected) {
  const ParseError error(4, "'x'", "a size");
  EXPECT_EQ(error.offset(), 4U);
  EXPECT_EQ(error.column(), 5U);
  EXPECT_STREQ(error.what(), "column 5: found 'x', expected a size");
}

TEST(ParseError, PutsTheCaretUnderEveryColumnOfAShortText) {
  const std::string text = "[64,1]";
  for (std::size_t offset = 0; offset <= text.size(); ++offset) {
    const Shown shown = show(offset, text);
    EXPECT_EQ(shown.line, "  [64,1]");
    EXPECT_EQ(shown.caret, 2 + offset);
  }
}

TEST(ParseError, PutsTheCaretBehindTheTextForAnOffsetBeyondIt) {
  EXPECT_EQ(show(99, "abc").caret, std::string("  abc").size());
  EXPECT_EQ(show(0, "").caret, 2U);
}

TEST(ParseError, ShowsAWindowOfALongTextWithTheCaretUnderTheByte) {
  std::string text(1 << 20, '.');
  for (const std::size_t offset : {0UL, 1UL, 35UL, 36UL, 37UL, 500000UL, text.size() - 1}) {
    SCOPED_TRACE(offset);
    text[offset] = 'X';
    const Shown shown = show(offset, text);
    EXPECT_LT(shown.line.size(), 100U);
    ASSERT_LT(shown.caret, shown.line.size());
    EXPECT_EQ(shown.line[shown.caret], 'X');
    text[offset] = '.';
  }
  const Shown at_end = show(text.size(), text);
  EXPECT_EQ(at_end.caret, at_end.line.size());
}

TEST(ParseError, SaysThatALongTextIsCutOnEitherSide) {
  const std::string text(1000, 'a');
  EXPECT_EQ(show(500, text).line.substr(0, 6), "  ...a");
  EXPECT_EQ(show(500, text).line.substr(show(500, text).line.size() - 4), "a...");
  EXPECT_EQ(show(0, text).line.substr(0, 3), "  a");
  EXPECT_EQ(show(1000, text).line.back(), 'a');
}

TEST(ParseError, ShowsBytesThatDoNotPrintAsOneQuestionMarkEach) {
  const std::string text("a\0\tb\n\xc3\x97X", 8);
  const Shown shown = show(7, text);
  EXPECT_EQ(shown.line, "  a??b???X");
  EXPECT_EQ(shown.line[shown.caret], 'X');
}

TEST(Printable, WritesBytesThatDoNotPrintInHexAndCutsLongTexts) {
  EXPECT_EQ(printable(std::string_view("a\0\xff", 3)), "a\\x00\\xff");
  EXPECT_EQ(printable("abcdef", 6), "abcdef");
  EXPECT_EQ(printable("abcdefg", 6), "abcdef...");
}

TEST(EditDistance, CountsTheKeystrokesBetweenTwoWords) {
  EXPECT_EQ(edit_distance("", ""), 0U);
  EXPECT_EQ(edit_distance("abc", ""), 3U);
  EXPECT_EQ(edit_distance("", "abc"), 3U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
  EXPECT_EQ(edit_distance("mse_loss", "mse_los"), 1U);
}

const std::vector<std::string> kNames = {"l1_loss", "mse_loss", "smooth_l1_loss", "huber_loss"};

TEST(DidYouMean, SuggestsANameAFewKeystrokesAway) {
  EXPECT_EQ(did_you_mean("msa_loss", kNames), " (did you mean mse_loss?)");
  EXPECT_EQ(did_you_mean("hubber_los", kNames), " (did you mean huber_loss?)");
}

TEST(DidYouMean, SuggestsANameThatTheWordIsAPartOf) {
  EXPECT_EQ(did_you_mean("mse", kNames), " (did you mean mse_loss?)");
  EXPECT_EQ(did_you_mean("smooth", kNames), " (did you mean smooth_l1_loss?)");
}

TEST(DidYouMean, SuggestsTheNearestNamesFirstAndAtMostThree) {
  EXPECT_EQ(did_you_mean("abcd", {"abcdxx", "abce", "abcd2", "abcf"}),
            " (did you mean abcdxx, abce, abcd2?)");
  EXPECT_EQ(did_you_mean("l2_loss", {"l234_loss", "l1_loss"}),
            " (did you mean l1_loss, l234_loss?)");
}

TEST(DidYouMean, SaysNothingOfAWordThatIsLikeNone) {
  EXPECT_EQ(did_you_mean("quantile", kNames), "");
  EXPECT_EQ(did_you_mean("", kNames), "");
}

TEST(DidYouMean, SaysNothingOfAWordThatIsTooLongForASlip) {
  EXPECT_NE(did_you_mean(std::string(64, 'a'), {std::string(65, 'a')}), "");
  EXPECT_EQ(did_you_mean(std::string(65, 'a'), {std::string(65, 'a')}), "");
  EXPECT_EQ(did_you_mean(std::string(1 << 20, 'a'), kNames), "");
}

TEST(PrintablePath, ShowsNamesOfEveryLanguage) {
  EXPECT_EQ(printable_path("Fehler/größe.jsonl"), "Fehler/größe.jsonl");
  EXPECT_EQ(printable_path("損失/🔥.case"), "損失/🔥.case");
}

TEST(PrintablePath, ShowsNothingThatATerminalObeys) {
  EXPECT_EQ(printable_path("a\x1b[2J\nb"), "a\\x1b[2J\\x0ab");
  EXPECT_EQ(printable_path("a\u009b2J"), "a\\xc2\\x9b2J");  // an escape sequence of one byte
  // NOLINTNEXTLINE(misc-misleading-bidirectional)
  EXPECT_EQ(printable_path("a\u202egnp.exe"),
            "a\\xe2\\x80\\xaegnp.exe");  // turns what follows around
}

TEST(PrintablePath, ShowsWhatIsNoTextByItsBytes) {
  EXPECT_EQ(printable_path("a\xff\xc3"), "a\\xff\\xc3");
  EXPECT_EQ(printable_path("\xc0\xaf"), "\\xc0\\xaf");           // too long for what it says
  EXPECT_EQ(printable_path("\xed\xa0\x80"), "\\xed\\xa0\\x80");  // half a pair
}

TEST(PrintableLines, KeepsNewlinesAndNothingElseThatATerminalObeys) {
  EXPECT_EQ(printable_lines("größe\n損失"), "größe\n損失");
  EXPECT_EQ(printable_lines("a\r\x1b[2J\n\u009b2J\x9b\a"),
            "a\\x0d\\x1b[2J\n\\xc2\\x9b2J\\x9b\\x07");
}

TEST(FindUnprintable, KnowsEveryControlCharacterAndNoLetter) {
  EXPECT_EQ(find_unprintable("größe 損失 🔥"), std::string("größe 損失 🔥").size());
  EXPECT_EQ(find_unprintable(""), 0U);
  // NOLINTBEGIN(misc-misleading-bidirectional)
  for (const char* bad : {"\x01", "\x1b", "\x7f", "\u0080", "\u009b", "\u009f", "\u202a", "\u202e",
                          "\u2066", "\u2069", "\x80", "\x9b", "\x9f", "\xff"}) {
    // NOLINTEND(misc-misleading-bidirectional)
    EXPECT_EQ(find_unprintable(std::string("ab") + bad + "c"), 2U) << printable(bad);
  }
}

TEST(ShellQuoted, IsOneWordOfAShell) {
  EXPECT_EQ(shell_quoted("it's"), "'it'\\''s'");
  EXPECT_EQ(shell_quoted("größe"), "'größe'");
  EXPECT_EQ(shell_quoted("a\nb'c\\"), "$'a\\x0ab\\'c\\\\'");
}

}  // namespace
}  // namespace shapefuzz
