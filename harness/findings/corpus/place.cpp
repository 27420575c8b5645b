// SPDX-License-Identifier: BSD-3-Clause
#include "harness/findings/corpus/place.h"

#include <cstdlib>

#include "harness/findings/records/version.h"

namespace shapefuzz {

std::string corpus_directory() {
  const char* const chosen = std::getenv("SHAPEFUZZ_CORPUS");
  return chosen != nullptr && *chosen != '\0' ? chosen : kCorpusDirectory;
}

}  // namespace shapefuzz
