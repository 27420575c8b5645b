// SPDX-License-Identifier: BSD-3-Clause
#include "harness/oracle/causes/cause.h"

namespace shapefuzz {

const Causes& known_causes() {
  static const Causes causes = [] {
    std::vector<Cause> all;
    for (const auto& family : {elementwise_causes, class_causes, pair_causes, sequence_causes,
                               operator_causes, hazards}) {
      for (Cause& cause : family()) all.push_back(std::move(cause));
    }
    return Causes(std::move(all));
  }();
  return causes;
}

}  // namespace shapefuzz
