// SPDX-License-Identifier: BSD-3-Clause
// The documentation names everything that there is.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "harness/findings/corpus/place.h"
#include "harness/findings/records/record.h"
#include "harness/language/contract/kind.h"
#include "harness/oracle/causes/cause.h"
#include "harness/oracle/judgement/verdict.h"
#include "harness/testing/test_specs.h"

namespace shapefuzz {
namespace {

std::string text_of(const std::string& file) {
  std::ifstream in(corpus_directory() + "/../" + file);
  EXPECT_TRUE(in) << file;
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

void expect_named(const std::string& text, std::string_view name, const char* file) {
  EXPECT_NE(text.find("`" + std::string(name)), std::string::npos)
      << file << " does not name " << name;
}

TEST(Docs, NameEveryVerdict) {
  const std::string text = text_of("README.md");
  for (const Verdict verdict : all_verdicts()) expect_named(text, to_string(verdict), "README.md");
}

TEST(Docs, NameEveryKind) {
  const std::string text = text_of("docs/contracts.md");
  for (const KindInfo& kind : all_kinds()) expect_named(text, kind.name, "docs/contracts.md");
}

TEST(Docs, NameEveryFieldOfARecord) {
  const std::string text = text_of("docs/formats.md");
  const LossSpecs& specs = test_specs();
  const Case c = parse_case("mse_loss(input=f64[2], target=f64[2])", specs);
  const auto record = nlohmann::json::parse(to_record(c, *specs.front(), {}, {}, "1.13.1"));
  for (const auto& field : record.items()) expect_named(text, field.key(), "docs/formats.md");
}

// "* Cause: `kl-div-batchmean`: 1.13.1, 2.6.0 and 2.14.1; pytorch#138810", once for each.
TEST(Docs, HaveEachCauseAsTheRegistryHasIt) {
  const std::string text = text_of("docs/findings.md");
  std::size_t lines = 0;
  for (std::size_t at = 0; (at = text.find("\n* Cause: ", at)) != std::string::npos; ++at) ++lines;
  EXPECT_EQ(lines, known_causes().all().size());
  for (const Cause& cause : known_causes().all()) {
    const std::string line =
        "\n* Cause: `" + std::string(cause.name) + "`: " + cause.known_where() + "\n";
    EXPECT_NE(text.find(line), std::string::npos) << "docs/findings.md lacks:" << line;
  }
}

TEST(Docs, HaveEachCauseOfAnotherDevice) {
  const std::string text = text_of("docs/versions.md");
  for (const Device device : all_devices()) {
    if (device == Device::kCpu) continue;
    for (const Cause& cause : known_causes(device).all()) {
      const std::string cell = "| `" + std::string(cause.name) + "`: " + std::string(cause.title) +
                               " | " + cause.known_where() + " |";
      EXPECT_NE(text.find(cell), std::string::npos) << "docs/versions.md lacks " << cell;
    }
  }
}

// docs/upstream/NN-name.md: `<!-- WHAT TO DO; causes: NAME, NAME -->`, the title, ...
struct Report {
  std::string file;
  std::string text;
  std::string action;
  std::vector<std::string> causes;
};

std::vector<Report> reports() {
  static const std::regex head("^<!-- (new|comment on #[0-9]+|do not file); causes: (.*) -->\n# ");
  std::vector<Report> found;
  const std::string directory = corpus_directory() + "/../docs/upstream";
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    Report report;
    report.file = entry.path().filename();
    if (report.file == "README.md") continue;
    report.text = text_of("docs/upstream/" + report.file);
    std::smatch match;
    const bool has_head = std::regex_search(report.text, match, head);
    EXPECT_TRUE(has_head) << report.file;
    if (!has_head) continue;
    report.action = match[1];
    std::stringstream names(match[2]);
    for (std::string name; std::getline(names >> std::ws, name, ',');) {
      if (name != "none") report.causes.push_back(name);
    }
    found.push_back(std::move(report));
  }
  return found;
}

TEST(Upstream, HasOneReportForEachBugThatIsAlive) {
  std::multiset<std::string> reported;
  for (const Report& report : reports()) {
    reported.insert(report.causes.begin(), report.causes.end());
  }
  std::multiset<std::string> alive;
  for (const Cause& cause : known_causes().all()) {
    const bool lives = cause.versions.may_strike(measured_releases().back());
    if (cause.sort == Sort::kBug && lives) alive.emplace(cause.name);
  }
  EXPECT_EQ(reported, alive);
}

TEST(Upstream, SaysOfEachBugWhatTheRegistrySays) {
  const std::string index = text_of("docs/upstream/README.md");
  for (const Report& report : reports()) {
    const std::size_t title = report.text.find("\n# ") + 3;
    const std::string row = "[" + report.text.substr(title, report.text.find('\n', title) - title) +
                            "](" + report.file + ") | " + report.action + " |\n";
    EXPECT_NE(index.find(row), std::string::npos) << "README.md lacks " << row;
    const std::size_t related = report.text.find("\n* Related: ");
    const std::string numbers =
        report.text.substr(related, report.text.find('\n', related + 1) - related);
    if (report.action.rfind("comment", 0) == 0) {
      EXPECT_NE(numbers.find(report.action.substr(report.action.find('#'))), std::string::npos)
          << report.file << ": " << report.action;
    }
    for (const std::string& name : report.causes) {
      const Cause* const cause = known_causes().find(name);
      ASSERT_NE(cause, nullptr) << report.file << ": " << name;
      const std::string versions = "\n* Versions: " + cause->versions.text() + ", ";
      EXPECT_NE(report.text.find(versions), std::string::npos) << report.file << ":" << versions;
      for (const std::string_view number : cause->upstream) {
        EXPECT_NE(numbers.find("pytorch/pytorch#" + std::string(number)), std::string::npos)
            << report.file << ": " << number << " of " << name;
      }
    }
  }
}

TEST(Docs, NameEveryCauseOfChance) {
  const std::string text = text_of("docs/causes.md");
  for (const Cause& cause : known_causes().all()) {
    if (!cause.chance.empty()) expect_named(text, cause.name, "docs/causes.md");
  }
}

}  // namespace
}  // namespace shapefuzz
