// SPDX-License-Identifier: BSD-3-Clause
// The documentation names everything that there is.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>

#include "harness/findings/records/record.h"
#include "harness/findings/records/version.h"
#include "harness/language/contract/kind.h"
#include "harness/oracle/causes/cause.h"
#include "harness/oracle/judgement/verdict.h"
#include "harness/testing/test_specs.h"

namespace shapefuzz {
namespace {

std::string text_of(const std::string& file) {
  std::ifstream in(std::string(kCorpusDirectory) + "/../" + file);
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

TEST(Docs, NameEveryCauseOfChance) {
  const std::string text = text_of("docs/causes.md");
  for (const Cause& cause : known_causes().all()) {
    if (!cause.chance.empty()) expect_named(text, cause.name, "docs/causes.md");
  }
}

}  // namespace
}  // namespace shapefuzz
