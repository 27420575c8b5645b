// SPDX-License-Identifier: BSD-3-Clause
// The faces of the known causes: a small case of each way in which one shows. For tests only.
#pragma once

#include <vector>

#include "harness/findings/corpus/place.h"
#include "harness/findings/files/file.h"
#include "harness/losses/registry/registry.h"

namespace shapefuzz {

/// The cases of corpus/faces.txt.
inline std::vector<Case> faces() {
  std::vector<Case> cases;
  for (const Line& line : read_lines(corpus_directory() + "/faces.txt")) {
    cases.push_back(parse_case(line.text, all_specs()));
  }
  return cases;
}

}  // namespace shapefuzz
