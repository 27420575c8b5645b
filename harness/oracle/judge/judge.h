// SPDX-License-Identifier: BSD-3-Clause
// The oracle: runs one case and judges what LibTorch did against what the contract says.
//
// An accepted call is compared, in shape, value and the gradient of every differentiable operand,
// with a reference: the unreduced loss on explicitly expanded operands, reduced as documented.
#pragma once

#include <memory>
#include <optional>

#include "harness/losses/loss/loss.h"
#include "harness/oracle/judgement/judging.h"
#include "harness/oracle/memory/mode.h"

namespace shapefuzz {

struct Execution;

class Judge {
 public:
  /// The first Judge of a process also sets LibTorch up (see `prepare_libtorch`).
  ///
  /// With a `memory` that is watched, what a case touches outside of its tensors is a finding in a
  /// process that reports faults (see report_faults_to), and ends any other by a signal.
  explicit Judge(Judging judging = {});
  Judge(Policy policy, MemoryMode memory) : Judge(Judging(policy, memory)) {}

  /// Runs `c`, a case of `loss`. LibTorch's exceptions end up in the judgement. Where memory was
  /// refused on the way, of the case or of what it is compared with, it is `not_judged`.
  ///
  /// What depends on the operands alone is kept for the next case: entries of one loss that are
  /// judged one after the other share it.
  Judgement judge(const Loss& loss, const Case& c);

 private:
  struct Prepared;
  const Prepared& prepare(const Loss& loss, const Case& c);
  Judgement judge_with_memory(const Loss& loss, const Case& c);
  /// Of a case on another device.
  Judgement on_cpu_first(const Loss& loss, const Case& c);
  Execution call_under_test(const Loss& loss, const Case& c);
  /// The judgement of a call that has touched memory out of bounds, if it has.
  std::optional<Judgement> take_death(const Loss& loss, const Case& c);
  /// The judgement, named; the operands are of no use for the next case.
  Judgement without_operands(const Loss& loss, const Case& c, Judgement judgement);
  /// Compares what an accepted call has given with what it should.
  void judge_result(const Loss& loss, const Case& c, const Execution& actual,
                    Judgement& judgement) const;

  const Causes& causes(const Loss& loss) const;
  /// Names the cause of a finding, if a known one explains it.
  void explain_result(const Loss& loss, const Case& c, const Execution& actual,
                      Judgement& judgement) const;

  // What the call did, in case there is no memory to judge it.
  struct Called {
    Outcome outcome;
    std::optional<Shape> result_shape;
  };

  Judging judging_;
  std::optional<Called> called_;
  std::shared_ptr<Prepared> prepared_;
  std::shared_ptr<Judge> on_cpu_;
};

}  // namespace shapefuzz
