// SPDX-License-Identifier: BSD-3-Clause
// What a report, a table and the formats for CI say of findings, and that no text breaks out.
#include <gtest/gtest.h>

#include <string>

#include "harness/tell/report/causes.h"
#include "harness/tell/report/ci.h"
#include "harness/tell/report/table.h"
#include "harness/testing/test_specs.h"

namespace shapefuzz {
namespace {

const Case& some_case() {
  static const Case c = parse_case("mse_loss(input=f64[2,1], target=f64[2])", test_specs());
  return c;
}

Tally tally_of(Verdict verdict, const std::string& message) {
  Judgement judgement;
  judgement.zone = Zone::kIncompatible;
  judgement.verdict = verdict;
  judgement.mistake = find_mistake(some_case(), mse_spec());
  judgement.message = message;
  Tally tally;
  tally.add(some_case(), judgement);
  return tally;
}

SweepResult result_of(const Tally& tally, const Baseline& known, const BaselineNews& news) {
  SweepResult result;
  result.libtorch = "1.13.1";
  result.policy = "expand";
  result.tally = &tally;
  result.findings = &tally.findings();
  result.known = &known;
  result.news = &news;
  return result;
}

TEST(Table, GroupsFindingsBySeverity) {
  const Tally tally = tally_of(Verdict::kSilentBroadcast, "");
  const std::string list = finding_list(tally.findings(), {tally.findings().begin()->first});
  EXPECT_NE(list.find("Hazards"), std::string::npos) << list;
  EXPECT_EQ(list.find("Miscalculations"), std::string::npos) << list;
  EXPECT_NE(list.find("<- new"), std::string::npos) << list;
}

// Of a loss of somebody's own nothing is registered: its findings are grouped in the same words.
TEST(CauseList, GroupsTheFindingsOfALossWithoutCauses) {
  Tally tally = tally_of(Verdict::kSilentBroadcast, "");
  tally.add(tally_of(Verdict::kWrongValue, "one"));
  tally.add(tally_of(Verdict::kWrongValue, "another"));
  const std::string list = cause_list(Causes({}), tally.findings(), {});
  EXPECT_NE(list.find("Findings without a cause: 1"), std::string::npos) << list;
  EXPECT_NE(list.find("mse_loss wrong_value"), std::string::npos) << list;
  EXPECT_NE(list.find("by target:forgot_unsqueeze"), std::string::npos) << list;
  EXPECT_NE(list.find("broadcasts: lets through forgot_unsqueeze"), std::string::npos) << list;
  // Of a loss that has causes, what none of them explains is printed in full.
  const std::string known = cause_list(known_causes(), tally.findings(), {});
  EXPECT_NE(known.find("Unexplained: no cause is known"), std::string::npos) << known;
}

TEST(Table, TellsWhatWasNotJudged) {
  Judgement judgement;
  judgement.verdict = Verdict::kNotJudged;
  judgement.detail = "too little memory";
  Tally tally;
  tally.add(some_case(), judgement);
  EXPECT_NE(not_judged_list(tally).find("Not judged: 1 case"), std::string::npos);
  EXPECT_EQ(not_judged_list(tally_of(Verdict::kPass, "")), "");
}

TEST(Table, CountsResultsThatKeepMemory) {
  Judgement judgement;
  EXPECT_EQ(kept_memory_list(tally_of(Verdict::kPass, "")), "");
  judgement.kept_bytes = 8;
  Tally tally;
  tally.add(some_case(), judgement);
  EXPECT_EQ(kept_memory_list(tally),
            "\n1 case returned a result that holds more memory than its elements need: mse_loss\n");
}

TEST(Tally, IsTheSameBehindItsText) {
  const Tally tally = tally_of(Verdict::kSilentBroadcast, "a 'message' with \"quotes\"\n");
  EXPECT_EQ(Tally::parse(tally.to_text(), test_specs()).to_text(), tally.to_text());
}

TEST(JUnit, EscapesWhatLibTorchSays) {
  const Tally tally = tally_of(Verdict::kUncleanRejection, "a < b & \"c\" \x01 ]]>");
  const Baseline known;
  const BaselineNews news = {{tally.findings().begin()->first}, {}, {}, {}};
  const std::string xml = to_junit(result_of(tally, known, news));
  EXPECT_EQ(xml.find("a < b"), std::string::npos) << xml;
  EXPECT_EQ(xml.find('\x01'), std::string::npos) << xml;
  EXPECT_NE(xml.find("a &lt; b &amp; &quot;c&quot;"), std::string::npos) << xml;
}

TEST(GitHub, KeepsAnAnnotationOnOneLine) {
  const Tally tally = tally_of(Verdict::kUncleanRejection, "first\nsecond ::error::forged");
  const Baseline known;
  const BaselineNews news = {{tally.findings().begin()->first}, {}, {}, {}};
  const std::string text = to_github(result_of(tally, known, news));
  EXPECT_EQ(text.find("\n::error::forged"), std::string::npos) << text;
}

}  // namespace
}  // namespace shapefuzz
