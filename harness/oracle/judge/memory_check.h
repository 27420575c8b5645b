// SPDX-License-Identifier: BSD-3-Clause
// What a case does to memory that no signal tells: operands that change, results that depend on
// what fresh memory happens to hold. Includes torch headers.
#pragma once

#include <string>
#include <vector>

#include "harness/oracle/judge/execute.h"
#include "harness/oracle/judgement/verdict.h"
#include "harness/oracle/memory/fault.h"
#include "harness/oracle/memory/mode.h"

namespace shapefuzz {

/// Call it before the operands of a case are made: from here tensors end where their memory ends,
/// and fresh memory holds 0xFF in every byte.
void begin_watched_case();

class MemoryCheck {
 public:
  /// Remembers the operands' bytes, and names them for the reports of a fault.
  MemoryCheck(const Loss& loss, const Tensors& operands, MemoryMode mode);

  /// Executes `c` on the operands.
  Execution execute_first(const Loss& loss, const Case& c);

  /// Whether a call has changed an operand; the verdict and the detail of `judgement` say which.
  bool finds_changed_operand(Judgement& judgement) const;

  /// Whether `actual`, which `execute_first` gave, depends on what fresh memory holds, or on
  /// nothing; the verdict and the detail of `judgement` say which. In the mode kFull this runs the
  /// case again, unless it was refused before it took any memory: no kernel has run then, and there
  /// was nothing fresh to read.
  bool finds_dependence(const Loss& loss, const Case& c, const Execution& actual,
                        Judgement& judgement);

  /// Runs the case once more, to see in which operator the fault happens. Leaves that open where it
  /// does not happen again.
  void name_operator(const Loss& loss, const Case& c, Fault& fault) const;

 private:
  void name(const Tensors& operands) const;
  std::string changed_operand() const;
  Tensors fresh_operands() const;
  std::string find_difference(const Loss& loss, const Case& c, const Execution& actual,
                              const Tensors& operands) const;

  const Loss* loss_;
  MemoryMode mode_;
  Tensors operands_;
  std::array<std::vector<char>, kMaxOperands> bytes_;  // of the storages, before any call
  Tensors others_;                                     // the operands of the second runs,
  bool has_others_ = false;                            // once there is one
  bool took_memory_ = false;                           // whether the first run did
};

}  // namespace shapefuzz
