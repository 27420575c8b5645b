// SPDX-License-Identifier: BSD-3-Clause
// Where the corpus is.
#pragma once

#include <string>

namespace shapefuzz {

/// $SHAPEFUZZ_CORPUS, or where the checkout had it when this was built. It need not be there.
std::string corpus_directory();

}  // namespace shapefuzz
