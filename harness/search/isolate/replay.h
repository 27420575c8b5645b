// SPDX-License-Identifier: BSD-3-Clause
// Replaying corpus cases, each in a process of its own.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/findings/corpus/expectation.h"

namespace shapefuzz {

/// What of each case differs from its expectation: empty if nothing; none if it was not run, which
/// never happens.
std::vector<std::optional<std::string>> replay_corpus(const std::vector<CorpusCase>& cases,
                                                      std::size_t jobs);

}  // namespace shapefuzz
