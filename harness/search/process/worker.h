// SPDX-License-Identifier: BSD-3-Clause
// A process that works for this one, and may die of what it does. No LibTorch in here.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "harness/language/text/errors.h"
#include "harness/oracle/memory/fault.h"
#include "harness/oracle/memory/shortage.h"

namespace shapefuzz {

/// Where a worker is, in memory that it shares with the parent.
struct Position {
  static constexpr std::uint64_t kNoUnit = ~std::uint64_t{0};

  std::atomic<std::uint64_t> unit{kNoUnit};  ///< that it has begun
  std::atomic<std::uint64_t> next_case{0};   ///< within the unit; set before the case runs
  std::atomic<std::uint64_t> cases{0};       ///< done so far, over all units
  std::uint64_t first_case = 0;              ///< of the unit, that is not handed over yet
  Fault fault;                               ///< what the worker could say of its death
  Shortage shortage;                         ///< whether it was refused memory
  int pipe = -1;                             ///< of the worker

  /// In a worker: a part of the unit's result, of all its cases before `next`. Whatever happens
  /// to the worker, they do not run again.
  void hand_over(std::uint64_t next, const std::string& part) const;
};

/// One Position a worker, in memory that survives it.
class SharedPositions {
 public:
  explicit SharedPositions(std::size_t count);
  SharedPositions(const SharedPositions&) = delete;
  SharedPositions& operator=(const SharedPositions&) = delete;
  ~SharedPositions();

  Position& operator[](std::size_t i) { return positions_[i]; }

 private:
  std::size_t count_;
  Position* positions_ = nullptr;
};

/// Ends with this object, and with this process.
class WorkerProcess {
 public:
  /// A worker's exit status for an exception of our own.
  static constexpr int kHarnessFailed = 70;
  /// The same for want of memory, which is about the case.
  static constexpr int kShortOfMemory = 72;

  WorkerProcess() = default;
  WorkerProcess(const WorkerProcess&) = delete;
  WorkerProcess& operator=(const WorkerProcess&) = delete;
  ~WorkerProcess() { end(); }

  /// Forks; the child calls `serve` with its ends of two pipes, after that it ends. It closes
  /// `others`, our ends of other workers' pipes: with a copy of them it would hide their ends. Its
  /// memory is limited to its share of what `workers` may use (see limit.h).
  void start(Position& position, const std::vector<int>& others, std::size_t workers,
             const std::function<void(int in, int out)>& serve);
  bool runs() const { return pid_ > 0; }
  /// Waits for its end; returns its status as waitpid does.
  int reap();
  /// The same if it has ended; nothing while it runs.
  std::optional<int> reap_if_ended();
  /// Ends it, if it runs.
  void end();

  pid_t pid() const { return pid_; }
  int to() const { return to_; }
  int from() const { return from_; }

 private:
  void forget();

  pid_t pid_ = -1;
  int to_ = -1;
  int from_ = -1;
};

/// How a worker ended.
struct Ending {
  int status = 0;            ///< as waitpid has it
  bool ended_by_us = false;  ///< it hung
  bool idle = false;         ///< then: it waited, and did not use the processor

  /// 0 if it hung and was ended. A loss that calls exit() has no signal; it is a crash all the
  /// same, and SIGTERM stands for it.
  int signal() const;
  /// Whether the case that it was at need not be to blame: an earlier one may have damaged the
  /// heap, or somebody may have stopped the process. It is if the same happens to it again.
  bool deserves_a_second_chance() const { return !ended_by_us || idle; }
  /// Whether somebody has ended it: by a signal that no program earns, or by one that was sent. The
  /// case is never to blame for that.
  bool is_from_outside(const Fault& fault) const;
  /// Whether an exception of ours ended it.
  bool is_ours() const;
};

/// How often a case may run whose worker ends.
class Chances {
 public:
  /// Whether it runs once more.
  bool another(const Ending& ending, const Fault& fault) {
    if (!ending.deserves_a_second_chance()) return false;
    return ending.is_from_outside(fault) ? ++from_outside_ < kMostFromOutside : ++ends_ < 2;
  }

 private:
  static constexpr int kMostFromOutside = 20;  // on a loaded machine they come faster than cases

  int ends_ = 0;
  int from_outside_ = 0;
};

/// How long a worker has been at one case.
class StallClock {
 public:
  /// What the clocks say.
  struct Time {
    std::uint64_t cases = 0;    ///< that the worker has done
    double seconds = 0;         ///< of a clock on the wall
    double cpu_seconds = 0;     ///< that the worker has used of the processor
    double queued_seconds = 0;  ///< that it was ready to, and others used it
  };
  static Time now(const WorkerProcess& worker, const Position& position);

  StallClock() = default;
  explicit StallClock(const Time& since) : since_(since) {}

  /// Whether it has used the processor for `limit` seconds, or slept for four times as long: a
  /// loaded machine, on which it stands in a queue, must not look like a case that hangs. Asked
  /// again and again; a case that is done starts it anew.
  bool lasts(const Time& now, double limit);
  /// Whether what lasts is a wait.
  bool is_idle() const { return idle_; }

 private:
  Time since_;
  bool idle_ = false;
};

/// A text behind a number, on a pipe; false at the end of it.
bool send_text(int fd, std::uint64_t number, const std::string& text);
bool receive_text(int fd, std::uint64_t& number, std::string& text);

}  // namespace shapefuzz
