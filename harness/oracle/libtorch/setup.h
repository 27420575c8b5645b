// SPDX-License-Identifier: BSD-3-Clause
// The set-up of LibTorch for judging. No LibTorch in here.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/oracle/memory/mode.h"

namespace shapefuzz {

/// One thread inside LibTorch, no symbolised stack in its errors (3 ms each in LibTorch 1.13), and
/// warnings counted instead of printed. Idempotent. Throws HarnessError where LibTorch would wait
/// for threads that it cannot have.
void prepare_libtorch();

/// Does once for all what the first case of a process would pay for, so that workers are forked
/// warm. No backward: in some builds that starts threads, which a fork does not copy.
void warm_up_libtorch(MemoryMode memory);

/// The version of the LibTorch that is linked, as in `1.13.1`.
std::string libtorch_version();

/// Warnings that LibTorch has issued so far; they are counted, not printed.
std::uint64_t warnings_so_far();

/// Counts a warning that comes by another way than LibTorch's own, as a warning of Python's does.
void note_warning(const std::string& text);

/// Keeps the texts of the warnings that come as long as it lives; one at a time.
class WarningTexts {
 public:
  WarningTexts();
  ~WarningTexts();
  WarningTexts(const WarningTexts&) = delete;
  WarningTexts& operator=(const WarningTexts&) = delete;
  /// Each text once, in their order.
  const std::vector<std::string>& texts() const { return texts_; }

 private:
  std::vector<std::string> texts_;
};

}  // namespace shapefuzz
