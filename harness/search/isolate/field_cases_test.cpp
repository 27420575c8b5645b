// SPDX-License-Identifier: BSD-3-Clause
// What people hit, from public reports: each case of corpus/field-cases.tsv, judged as `shapefuzz
// run` judges it, has one of the verdicts that stand beside it, the repair, and the words.
#include <gtest/gtest.h>

#include <algorithm>
#include <regex>

#include "harness/findings/corpus/place.h"
#include "harness/findings/files/file.h"
#include "harness/language/spelling/spelling.h"
#include "harness/losses/loss/loss.h"
#include "harness/losses/registry/registry.h"
#include "harness/oracle/judge/exhibit.h"
#include "harness/search/isolate/exhibits.h"
#include "harness/tell/narrate/narrative.h"

namespace shapefuzz {
namespace {

struct FieldCase {
  Case c;
  std::vector<std::string> verdicts;  // any of them is right
  std::vector<std::string> repaired;  // the case after the first repair, any of them; or none
  std::string text;                   // what `run` says matches it; or nothing is demanded
};

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == separator) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

std::vector<std::string> split_at(const std::string& text, const std::string& separator) {
  std::vector<std::string> parts;
  std::size_t start = 0;
  for (std::size_t end = text.find(separator); end != std::string::npos;
       end = text.find(separator, start)) {
    parts.push_back(text.substr(start, end - start));
    start = end + separator.size();
  }
  parts.push_back(text.substr(start));
  return parts;
}

// As `shapefuzz run` reads it.
Case read(const std::string& text) {
  return parse_case(translated(text, all_specs()), all_specs());
}

// Shapes and dtypes alone.
std::string outline(Case c) {
  c.seed = 0;
  for (Operand& operand : c.operands) operand.values.clear();
  return to_string(c);
}

std::vector<FieldCase> read_field_cases() {
  std::vector<FieldCase> cases;
  for (const Line& line : read_lines(corpus_directory() + "/field-cases.tsv")) {
    const std::vector<std::string> columns = split(line.text, '\t');
    EXPECT_EQ(columns.size(), 4U) << line.text;
    FieldCase field = {read(columns[0]), split(columns.at(1), ','), {}, columns.at(3)};
    if (columns.at(2) != "-") {
      for (const std::string& text : split_at(columns[2], " || ")) {
        field.repaired.push_back(outline(parse_case(text, all_specs())));
      }
    }
    cases.push_back(std::move(field));
  }
  return cases;
}

// A regular expression as the file has them: `(?i)` in front for any case of the letters.
std::regex expression(std::string text) {
  auto flags = std::regex::ECMAScript;
  if (text.rfind("(?i)", 0) == 0) {
    text.erase(0, 4);
    flags |= std::regex::icase;
  }
  return std::regex(text, flags);
}

TEST(FieldCases, HoldInAllColumns) {
  const std::vector<FieldCase> cases = read_field_cases();
  ASSERT_EQ(cases.size(), 40U);
  std::vector<Case> lines;
  for (const FieldCase& field : cases) lines.push_back(field.c);
  std::size_t judged = 0;
  const auto told = [](const Exhibit& exhibit) {
    const std::string repaired =
        exhibit.tried.helping.empty() ? "" : outline(exhibit.tried.helping.front().c);
    return std::string(to_string(exhibit.judgement.verdict)) + "\n" + repaired + "\n" +
           narrative(exhibit, /*colour=*/false);
  };
  exhibit_all(lines, {}, told, [&](const std::string& answer) {
    const FieldCase& field = cases[judged++];
    const std::size_t first = answer.find('\n');
    const std::size_t second = answer.find('\n', first + 1);
    const std::string verdict = answer.substr(0, first);
    const std::string repaired = answer.substr(first + 1, second - first - 1);
    const std::string text = answer.substr(second + 1);
    EXPECT_TRUE(std::count(field.verdicts.begin(), field.verdicts.end(), verdict) > 0)
        << to_string(field.c) << "\n  is " << verdict << ", expected "
        << ::testing::PrintToString(field.verdicts);
    if (!field.repaired.empty()) {
      EXPECT_TRUE(std::count(field.repaired.begin(), field.repaired.end(), repaired) > 0)
          << to_string(field.c) << "\n  becomes " << repaired << ", expected "
          << ::testing::PrintToString(field.repaired);
    }
    if (field.text != "-") {
      EXPECT_TRUE(std::regex_search(text, expression(field.text)))
          << "expected " << field.text << " in\n"
          << text;
    }
  });
  EXPECT_EQ(judged, cases.size());
}

}  // namespace
}  // namespace shapefuzz
