// SPDX-License-Identifier: BSD-3-Clause
// Where the corpus is.
#pragma once

#include <string>

namespace shapefuzz {

/// $SHAPEFUZZ_CORPUS, or where the program's own is: installed beside it, or above it in a
/// checkout. It need not be there.
std::string corpus_directory();

}  // namespace shapefuzz
