// SPDX-License-Identifier: BSD-3-Clause
// Corpus files: case lines that say what is to be expected of them.
//
//   mse_loss(input=f64[64,1], target=f64[64])  # expect accepted silent_broadcast []
//   ctc_loss(...)  # expect <2.0: crashed|accepted *; rejected pass
//
// `# expect OUTCOME VERDICT [SHAPE]`, clauses separated by `;`. The first clause whose version
// matches counts; `|` separates what may happen, `*` stands for any verdict. A shape is only stated
// of an accepted call. Behind `--` comes a note for people.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/oracle/judgement/verdict.h"

namespace shapefuzz {

struct Expectation {
  std::vector<std::string> outcomes;
  std::vector<std::string> verdicts;  ///< empty: any
  std::optional<Shape> result_shape;

  /// Empty, or what differs: "expected rejected, got accepted".
  std::string differs_from(const Judgement& judgement) const;
};

struct CorpusCase {
  std::string path;
  std::size_t line = 0;
  Case c;
  Expectation expectation;
};

/// Every `*.cases` and `*.case` file below `directory`, sorted by path. Throws InputError with file
/// and line for a line that cannot be read or does not say what to expect.
std::vector<CorpusCase> read_corpus(const std::string& directory, const LossSpecs& specs,
                                    const std::string& libtorch);

/// The expectation of the text behind `# expect`, which the cursor stands at; fails where it is
/// none.
Expectation parse_expectation(Cursor& cursor, const std::string& libtorch);

}  // namespace shapefuzz
