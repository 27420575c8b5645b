// SPDX-License-Identifier: BSD-3-Clause
// What a process writes down in its last moment. No LibTorch in here.
#pragma once

#include <optional>

#include "harness/oracle/memory/fault.h"

namespace shapefuzz {

/// On a signal that ends the process (SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT), writes what is
/// known to `fault`, which should be memory that outlives the process, and leaves the signal to
/// what handled it before, or lets it end the process. Handles an overflow of the calling thread's
/// stack too.
///
/// An access of the case itself to the inaccessible memory around a tensor does not end the
/// process: the case goes on, with bytes 0xFF behind the tensor, and `take_fault` tells of it. A
/// new process would cost a thousand times as much.
void report_faults_to(Fault& fault);

/// A device has an error that outlives the case: writes down what it said and ends the process, so
/// that the next case has a new one. Returns in a process that reports to nobody.
void end_by_device(const char* said);

/// The first access of the case out of bounds since the last call, if there was one. The memory
/// around the tensors is inaccessible again.
std::optional<Fault> take_fault();

/// An operator of LibTorch begins, or the innermost one ends; for the report.
void enter_operator(const char* name);
void leave_operator();

/// Whether what runs is the case itself, not a reference; for the report. Whoever begins and ends
/// the one or the other says so.
void set_runs_case(bool runs);

/// Whether another device than the CPU is being asked; for the report.
void set_on_device(bool asked);

/// Whether the loss is being called, the case itself or a reference; for the report. A fault at any
/// other time is none of LibTorch's.
void set_calls_loss(bool calls);

}  // namespace shapefuzz
