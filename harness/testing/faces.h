// SPDX-License-Identifier: BSD-3-Clause
// Cases that are kept for tests.
#pragma once

#include <string>
#include <vector>

#include "harness/findings/corpus/place.h"
#include "harness/findings/files/file.h"
#include "harness/losses/registry/registry.h"

namespace shapefuzz {

inline std::vector<Case> cases_of(const std::string& file) {
  std::vector<Case> cases;
  for (const Line& line : read_lines(corpus_directory() + "/" + file)) {
    cases.push_back(parse_case(line.text, all_specs()));
  }
  return cases;
}

/// A small case of each way in which a known cause shows.
inline std::vector<Case> faces() { return cases_of("faces.txt"); }
/// What campaigns have met between the causes: several things out of the ordinary at once.
inline std::vector<Case> combinations() { return cases_of("combinations.txt"); }

}  // namespace shapefuzz
