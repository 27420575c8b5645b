// SPDX-License-Identifier: BSD-3-Clause
#include "harness/findings/corpus/expectation.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>

#include "harness/findings/files/file.h"
#include "harness/language/text/cursor.h"
#include "harness/language/text/parse_error.h"
#include "harness/language/text/release.h"

namespace shapefuzz {
namespace {

constexpr std::string_view kMark = "# expect";
constexpr std::string_view kNote = "--";
constexpr std::int64_t kMostVersion = 1000000;

template <class Names>
std::vector<std::string> parse_alternatives(Cursor& cursor, std::string_view what,
                                            const Names& known) {
  std::vector<std::string> words;
  if (cursor.take("*")) return words;
  do {
    cursor.skip_spaces();
    const std::size_t start = cursor.offset();
    words.emplace_back(cursor.name(what));
    if (std::find(known.begin(), known.end(), words.back()) == known.end()) {
      cursor.fail_at(start, fmt::format("{}{}", what, did_you_mean(words.back(), known)));
    }
  } while (cursor.take("|"));
  return words;
}

Expectation parse_clause(Cursor& cursor) {
  static const std::vector<std::string> kOutcomes = {"accepted", "rejected", "crashed",
                                                     "timed_out"};
  static const std::vector<std::string> kVerdicts = [] {
    std::vector<std::string> names;
    for (const Verdict verdict : all_verdicts()) names.emplace_back(to_string(verdict));
    return names;
  }();
  Expectation expectation;
  expectation.outcomes = parse_alternatives(cursor, "an outcome", kOutcomes);
  expectation.verdicts = parse_alternatives(cursor, "a verdict", kVerdicts);
  cursor.skip_spaces();
  if (cursor.peek() == '[') expectation.result_shape = parse_shape(cursor);
  return expectation;
}

// `2.6`: what is_older reads.
std::string parse_version(Cursor& cursor) {
  std::string version;
  do {
    const std::int64_t number = cursor.integer(0, kMostVersion, "a version, like 2.6");
    version += (version.empty() ? "" : ".") + std::to_string(number);
  } while (cursor.take("."));
  return version;
}

bool contains(const std::vector<std::string>& words, std::string_view word) {
  return words.empty() || std::find(words.begin(), words.end(), word) != words.end();
}

CorpusCase parse_line(const std::string& path, const Line& line, const LossSpecs& specs,
                      const std::string& libtorch) {
  const std::size_t mark = line.text.find(kMark);
  if (mark == std::string::npos) {
    throw ParseError(line.text.size(), "the end of the line", "'# expect OUTCOME VERDICT'");
  }
  CorpusCase result{path, line.number, parse_case(line.text.substr(0, mark), specs), {}};
  Cursor cursor(line.text, mark + kMark.size());
  result.expectation = parse_expectation(cursor, libtorch);
  cursor.finish();
  return result;
}

}  // namespace

Expectation parse_expectation(Cursor& cursor, const std::string& libtorch) {
  const std::size_t start = cursor.offset();
  std::optional<Expectation> chosen;
  do {
    bool applies = true;
    if (cursor.take("<")) {
      applies = is_older(libtorch, parse_version(cursor));
      cursor.expect(":", "behind the version");
    }
    Expectation clause = parse_clause(cursor);
    if (applies && !chosen) chosen = std::move(clause);
  } while (cursor.take(";"));
  if (!cursor.take(kNote)) cursor.expect_end("the expectation");
  if (!chosen) {
    cursor.fail_with({start, "no clause for this LibTorch", "one without a version"});
    return {};
  }
  return std::move(*chosen);
}

std::string Expectation::differs_from(const Judgement& judgement) const {
  const std::string_view outcome = to_string(judgement.outcome);
  if (!contains(outcomes, outcome)) {
    return fmt::format("expected {}, got {} ({})", fmt::join(outcomes, " or "), outcome,
                       judgement.message);
  }
  const std::string_view verdict = to_string(judgement.verdict);
  if (!contains(verdicts, verdict)) {
    return fmt::format("expected the verdict {}, got {} ({})", fmt::join(verdicts, " or "), verdict,
                       judgement.detail);
  }
  if (result_shape && judgement.result_shape && *result_shape != *judgement.result_shape) {
    return fmt::format("expected the shape {}, got {}", to_string(*result_shape),
                       to_string(*judgement.result_shape));
  }
  return "";
}

std::vector<CorpusCase> read_corpus(const std::string& directory, const LossSpecs& specs,
                                    const std::string& libtorch) {
  std::vector<std::string> paths;
  for (std::string& path : entries_below(directory)) {
    const std::string extension = std::filesystem::path(path).extension().string();
    if (extension == ".cases" || extension == ".case") paths.push_back(std::move(path));
  }
  std::sort(paths.begin(), paths.end());
  std::vector<CorpusCase> cases;
  for (const std::string& path : paths) {
    const std::vector<Line> lines = read_lines(path);
    if (lines.empty() && std::filesystem::path(path).extension() == ".case") {
      throw InputError(fmt::format("{}: holds no case; remove it, or promote the finding again",
                                   printable_path(path)));
    }
    for (const Line& line : lines) {
      try {
        cases.push_back(parse_line(path, line, specs, libtorch));
      } catch (const ParseError& error) {
        throw error_in_file(path, line, error);
      }
    }
  }
  return cases;
}

}  // namespace shapefuzz
