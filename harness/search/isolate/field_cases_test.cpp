// SPDX-License-Identifier: BSD-3-Clause
// What people hit, from public reports: each case of corpus/field-cases.tsv, judged as `shapefuzz
// run` judges it, has one of the verdicts that stand beside it.
#include <gtest/gtest.h>

#include <algorithm>

#include "harness/findings/files/file.h"
#include "harness/findings/records/version.h"
#include "harness/losses/loss/loss.h"
#include "harness/losses/registry/registry.h"
#include "harness/oracle/judge/exhibit.h"
#include "harness/search/isolate/exhibits.h"

namespace shapefuzz {
namespace {

struct FieldCase {
  Case c;
  std::vector<std::string> verdicts;  // any of them is right
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

// PyTorch's own spellings of a loss are not read yet.
bool is_spelled_as_typed(const std::string& line) { return line.rfind("MSELoss(", 0) == 0; }

std::vector<FieldCase> read_field_cases() {
  std::vector<FieldCase> cases;
  for (const Line& line : read_lines(std::string(kCorpusDirectory) + "/field-cases.tsv")) {
    if (is_spelled_as_typed(line.text)) continue;
    const std::vector<std::string> columns = split(line.text, '\t');
    EXPECT_EQ(columns.size(), 4U) << line.text;
    cases.push_back({parse_case(columns[0], all_specs()), split(columns.at(1), ',')});
  }
  return cases;
}

TEST(FieldCases, HaveTheVerdictsThatAreRight) {
  const std::vector<FieldCase> cases = read_field_cases();
  ASSERT_EQ(cases.size(), 39U);
  std::vector<Case> lines;
  for (const FieldCase& field : cases) lines.push_back(field.c);
  std::size_t judged = 0;
  const auto verdict = [](const Exhibit& exhibit) {
    return std::string(to_string(exhibit.judgement.verdict));
  };
  exhibit_all(lines, {}, verdict, [&](const std::string& found) {
    const FieldCase& field = cases[judged++];
    EXPECT_TRUE(std::count(field.verdicts.begin(), field.verdicts.end(), found) > 0)
        << to_string(field.c) << "\n  is " << found << ", expected "
        << ::testing::PrintToString(field.verdicts);
  });
  EXPECT_EQ(judged, cases.size());
}

}  // namespace
}  // namespace shapefuzz
