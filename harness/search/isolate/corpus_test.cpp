// SPDX-License-Identifier: BSD-3-Clause
// Replays every case line of the corpus and proves that none was skipped.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>

#include "harness/findings/corpus/place.h"
#include "harness/findings/files/file.h"
#include "harness/language/text/errors.h"
#include "harness/language/text/hash.h"
#include "harness/language/text/release.h"
#include "harness/losses/loss/loss.h"
#include "harness/losses/registry/registry.h"
#include "harness/oracle/judge/judge.h"
#include "harness/oracle/libtorch/setup.h"
#include "harness/search/isolate/replay.h"
#include "harness/testing/test_directory.h"

namespace shapefuzz {
namespace {

const std::string kCorpus = corpus_directory();

// The case lines of the corpus, counted without our own parser.
std::size_t count_lines(const std::string& directory, const std::string& extension) {
  std::size_t count = 0;
  const std::string command =
      "cat $(find '" + directory + "' -name '*" + extension + "') | grep -vc '^ *\\(#\\|$\\)'";
  std::FILE* const pipe = ::popen(command.c_str(), "r");
  if (std::fscanf(pipe, "%zu", &count) != 1) count = 0;
  ::pclose(pipe);
  return count;
}

TEST(Corpus, EveryLineDoesWhatItExpects) {
  const std::vector<CorpusCase> cases = read_corpus(kCorpus, all_specs(), libtorch_version());
  ASSERT_EQ(cases.size(), count_lines(kCorpus, ".case") + count_lines(kCorpus, ".cases"));
  ASSERT_GT(cases.size(), 500U);
  const auto differences = replay_corpus(cases, 2);
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const std::string where = cases[i].path + ":" + std::to_string(cases[i].line);
    ASSERT_TRUE(differences[i]) << where << " was not replayed";
    EXPECT_EQ(*differences[i], "")
        << where << "\n  replay: shapefuzz run '" << to_string(cases[i].c) << "'";
  }
}

TEST(Corpus, RunsEveryRegression) {
  const std::string regression = kCorpus + "/regression";
  std::set<std::string> files;
  for (const auto& file : std::filesystem::directory_iterator(regression)) {
    if (file.path().extension() != ".md") files.insert(file.path().string());
  }
  std::set<std::string> run;
  for (const CorpusCase& entry : read_corpus(kCorpus, all_specs(), libtorch_version())) {
    if (entry.path.find(regression) == 0) run.insert(entry.path);
  }
  EXPECT_EQ(run, files);
  EXPECT_FALSE(files.empty());
}

// The ids that the lines of the suite's files name: in a note of a .cases file, or at the start of
// a line of not-runnable.txt.
std::vector<std::string> ids_of_the_suite() {
  const std::regex id(R"((?:^| -- |\()([a-z][a-z0-9_]*-[0-9]{3})(?![0-9]))");
  std::vector<std::string> ids;
  for (const auto& file : std::filesystem::directory_iterator(kCorpus + "/seeds/pytorch-suite")) {
    for (const Line& line : read_lines(file.path().string())) {
      const std::size_t note = line.text.rfind(" -- ");
      const std::string place = note == std::string::npos ? line.text : line.text.substr(note);
      std::smatch match;
      if (std::regex_search(place, match, id)) {
        ids.push_back(match[1]);
      } else {
        ADD_FAILURE() << file.path() << ":" << line.number << " names no case of the suite";
      }
    }
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

TEST(Corpus, AccountsForEveryCaseOfPyTorchsSuite) {
  constexpr std::size_t kCasesOfTheSuite = 628;
  constexpr std::uint64_t kHashOfTheirIds =
      0xb778a840c6f98b6c;  // FNV-1a of the sorted ids, a line each
  const std::vector<std::string> ids = ids_of_the_suite();
  EXPECT_EQ(ids.size(), kCasesOfTheSuite);
  EXPECT_EQ(std::adjacent_find(ids.begin(), ids.end()), ids.end()) << "an id is there twice";
  std::string lines;
  for (const std::string& id : ids) lines += id + "\n";
  EXPECT_EQ(hash_of(lines), kHashOfTheirIds) << "some id is not one of the suite's";
}

Expectation read_expectation(std::string_view text, const std::string& libtorch) {
  return parse_text(text, [&](Cursor& cursor) { return parse_expectation(cursor, libtorch); });
}

TEST(Expectation, ChoosesTheClauseOfTheVersion) {
  const std::string text = " <2.1: accepted|crashed *; rejected pass [3] -- a note; really";
  EXPECT_EQ(read_expectation(text, "1.13.1").outcomes.size(), 2U);
  EXPECT_EQ(read_expectation(text, "2.6.0").verdicts.front(), "pass");
  EXPECT_TRUE(is_older("1.13", "2.0"));
  EXPECT_TRUE(is_older("2.6.0", "2.14"));
  EXPECT_FALSE(is_older("2.6.0", "2.6"));
}

TEST(Expectation, IsAnErrorWhereItCannotBeRead) {
  for (const char* text :
       {"", "acepted pass", "accepted pas", "accepted pass [3", "<2.0 accepted *",
        "<1.0: accepted pass", "<: accepted pass", "<2.: accepted pass", "accepted pass extra"}) {
    EXPECT_THROW(read_expectation(text, "1.13.1"), ParseError) << text;
  }
}

TEST(Expectation, SaysWhatDiffers) {
  Judgement judgement;
  judgement.result_shape = Shape{3};
  EXPECT_EQ(read_expectation("accepted pass [3]", "2.0").differs_from(judgement), "");
  EXPECT_EQ(read_expectation("accepted pass [4]", "2.0").differs_from(judgement),
            "expected the shape [4], got [3]");
  EXPECT_NE(read_expectation("rejected pass", "2.0").differs_from(judgement), "");
  EXPECT_NE(read_expectation("accepted wrong_value", "2.0").differs_from(judgement), "");
}

TEST(Corpus, NamesFileAndLineOfWhatItCannotRead) {
  const TestDirectory directory;
  std::ofstream(directory.file("broken.cases")) << "# a comment\nmse_loss(input=f64[3])\n";
  try {
    read_corpus(directory.path(), all_specs(), "1.13.1");
    FAIL() << "no error";
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("broken.cases:2:"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace shapefuzz
