// SPDX-License-Identifier: BSD-3-Clause
// A judge in a process of its own, for who judges one case after the other: what a case does to its
// process is a judgement, and the next case is judged by another process. No LibTorch in here.
#pragma once

#include <memory>

#include "harness/losses/loss/loss.h"
#include "harness/oracle/judgement/judging.h"

namespace shapefuzz {

class IsolatedJudge {
 public:
  explicit IsolatedJudge(Judging judging = {Policy::kExpand, MemoryMode::kGuard});
  IsolatedJudge(Policy policy, MemoryMode memory) : IsolatedJudge(Judging(policy, memory)) {}
  ~IsolatedJudge();

  /// A case may use the processor this long.
  void limit_seconds(double seconds);
  /// Judges `c`, a case of `loss`. Throws HarnessError.
  Judgement judge(const Loss& loss, const Case& c);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace shapefuzz
