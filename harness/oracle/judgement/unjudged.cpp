// SPDX-License-Identifier: BSD-3-Clause
#include "harness/oracle/judgement/unjudged.h"

#include "harness/oracle/memory/limit.h"

namespace shapefuzz {

void leave_unjudged(Judgement& judgement) {
  judgement.verdict = Verdict::kNotJudged;
  judgement.mistake = {};
  judgement.detail = MemoryLimit::instance().reason();
}

std::string reason_of(const Judgement& judgement) {
  return judgement.detail.substr(0, judgement.detail.find(": "));
}

}  // namespace shapefuzz
