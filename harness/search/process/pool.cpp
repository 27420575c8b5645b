// SPDX-License-Identifier: BSD-3-Clause
#include "harness/search/process/pool.h"

#include <poll.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <deque>
#include <map>
#include <utility>

#include "harness/findings/files/descriptor.h"
#include "harness/language/text/errors.h"

namespace shapefuzz {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kTick(200);

struct Task {
  std::size_t unit = 0;
  std::uint64_t first_case = 0;
  std::vector<std::uint64_t> skipped;
  std::map<std::uint64_t, Chances> chances;   // of cases at which a worker has ended
  std::map<std::uint64_t, std::string> dead;  // parts that wait for the part before them
};

bool send(int fd, const Task& task) {
  const std::uint64_t header[3] = {task.unit, task.first_case, task.skipped.size()};
  return write_all(fd, header, sizeof header) &&
         write_all(fd, task.skipped.data(), task.skipped.size() * sizeof(std::uint64_t));
}

bool receive(int fd, Task& task) {
  std::uint64_t header[3];
  if (!read_all(fd, header, sizeof header)) return false;
  task.unit = header[0];
  task.first_case = header[1];
  task.skipped.resize(header[2]);
  return read_all(fd, task.skipped.data(), task.skipped.size() * sizeof(std::uint64_t));
}

struct Worker {
  WorkerProcess process;
  Position* position = nullptr;
  std::deque<Task> tasks;  // the first is in work, another one waits in the pipe
  StallClock stall;
  bool ended_by_us = false;
};

class Run {
 public:
  explicit Run(const Pool& pool)
      : pool_(pool), positions_(pool.jobs), workers_(std::min(pool.jobs, pool.units)) {
    for (std::size_t unit = 0; unit < pool.units; ++unit) begin(unit);
    for (std::size_t i = 0; i < workers_.size(); ++i) workers_[i].position = &positions_[i];
  }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  void operator()() {
    deliver();
    for (Worker& worker : workers_) assign(worker);
    Clock::time_point ticked;
    while (done_ < pool_.units) {
      wait_for_results();
      if (Clock::now() - ticked < kTick) continue;
      ticked = Clock::now();
      end_stalled();
      if (pool_.on_progress) pool_.on_progress(cases(), done_);
    }
  }

 private:
  void begin(std::size_t unit) {
    const auto earlier = pool_.earlier.find(unit);
    if (earlier == pool_.earlier.end()) {
      waiting_.push_back({unit, 0, {}, {}, {}});
      return;
    }
    results_[unit] = {earlier->second.parts, earlier->second.done};
    if (earlier->second.done) return;
    waiting_.push_back({unit, earlier->second.first_case, {}, {}, {}});
  }

  std::uint64_t cases() {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < workers_.size(); ++i) sum += positions_[i].cases.load();
    return sum;
  }

  void start(Worker& worker) {
    std::vector<int> others;
    for (const Worker& other : workers_) {
      if (!other.process.runs()) continue;
      others.push_back(other.process.to());
      others.push_back(other.process.from());
    }
    Position& position = *worker.position;
    position.unit = Position::kNoUnit;
    worker.process.start(position, others, pool_.jobs,
                         [&](int in, int out) { serve(in, out, position); });
    worker.ended_by_us = false;
  }

  // The life of a worker: units in, results out, until the parent closes the pipe.
  void serve(int in, int out, Position& position) const {
    Task task;
    while (receive(in, task)) {
      position.first_case = task.first_case;
      position.next_case.store(task.first_case);
      position.unit.store(task.unit);
      const std::string result = pool_.work(task.unit, task.skipped, position);
      if (!send_text(out, Pool::kWholeUnit, result)) break;
    }
  }

  // Gives a worker its next unit, starting it if need be; and one more, for when it is done with
  // that, or it would wait for this process in between.
  void assign(Worker& worker) {
    if (waiting_.empty()) return;
    if (worker.tasks.empty()) {
      if (!worker.process.runs()) start(worker);
      worker.stall = StallClock(StallClock::now(worker.process, *worker.position));
      give(worker);
    }
    if (worker.tasks.size() == 1 && may_give_ahead()) give(worker);
  }

  void give(Worker& worker) {
    worker.tasks.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
    send(worker.process.to(), worker.tasks.back());  // who is gone shows at the other pipe
  }

  // Not the last units, which another worker may have time for; and nothing that a pipe whose
  // reader is at work might not hold.
  bool may_give_ahead() const {
    constexpr std::size_t kLast = 8;
    return pool_.reuse_workers && waiting_.size() > kLast * workers_.size() &&
           waiting_.front().skipped.empty();
  }

  void wait_for_results() {
    std::vector<pollfd> fds;
    std::vector<Worker*> owners;
    for (Worker& worker : workers_) {
      if (!worker.process.runs() || worker.tasks.empty()) continue;
      fds.push_back({worker.process.from(), POLLIN, 0});
      owners.push_back(&worker);
    }
    if (::poll(fds.data(), fds.size(), static_cast<int>(kTick.count())) <= 0) return;
    for (std::size_t i = 0; i < fds.size(); ++i) {
      if (fds[i].revents != 0) take_result(*owners[i]);
    }
  }

  void take_result(Worker& worker) {
    std::uint64_t next_case = 0;
    std::string part;
    if (!receive_text(worker.process.from(), next_case, part)) return bury(worker);
    Task& task = worker.tasks.front();
    const auto dead = task.dead.find(next_case - 1);
    if (dead == task.dead.end()) {
      keep(task.unit, next_case, std::move(part));
    } else {
      keep(task.unit, next_case - 1, std::move(part));
      keep(task.unit, next_case, std::move(dead->second));
    }
    task.first_case = next_case;
    if (next_case == Pool::kWholeUnit) {
      results_[task.unit].whole = true;
      worker.tasks.pop_front();
      if (!pool_.reuse_workers) worker.process.end();
      assign(worker);
    }
    deliver();
  }

  void keep(std::size_t unit, std::uint64_t next_case, std::string part) {
    if (pool_.on_part) pool_.on_part(unit, next_case, part);
    results_[unit].parts.push_back(std::move(part));
  }

  // Hands on what has no earlier unit to wait for.
  void deliver() {
    for (auto next = results_.find(done_); next != results_.end(); next = results_.find(done_)) {
      for (const std::string& part : next->second.parts) pool_.on_result(done_, part);
      next->second.parts.clear();
      if (!next->second.whole) return;
      results_.erase(next);
      ++done_;
    }
  }

  void bury(Worker& worker) {
    const Ending ending{worker.process.reap(), worker.ended_by_us, worker.stall.is_idle()};
    if (ending.is_ours()) throw HarnessError("a worker of the pool failed");
    Task task = std::move(worker.tasks.front());
    worker.tasks.pop_front();
    for (; !worker.tasks.empty(); worker.tasks.pop_back()) {
      waiting_.push_front(std::move(worker.tasks.back()));
    }
    const bool began = worker.position->unit.load() == task.unit;
    const std::uint64_t at_case = began ? worker.position->next_case.load() : task.first_case;
    Fault fault = std::exchange(worker.position->fault, {});
    // Who has not begun can neither say that a signal was sent nor have died of a case.
    if (!began) fault.was_sent = true;
    if (task.chances[at_case].another(ending, fault)) {
      waiting_.push_front(std::move(task));
      return assign(worker);
    }
    const bool again = std::binary_search(task.skipped.begin(), task.skipped.end(), at_case);
    if (again) throw HarnessError("a worker dies between two cases");
    const bool short_of_memory = worker.position->shortage.refusals.load() != 0;
    const Death death = {task.unit, at_case,         ending.signal(),
                         fault,     short_of_memory, ending.is_from_outside(fault)};
    if (pool_.on_death) pool_.on_death(death);
    if (pool_.part_of_death) task.dead[at_case] = pool_.part_of_death(death);
    task.skipped.insert(std::lower_bound(task.skipped.begin(), task.skipped.end(), at_case),
                        at_case);
    waiting_.push_front(std::move(task));
    assign(worker);
  }

  void end_stalled() {
    for (Worker& worker : workers_) {
      if (!worker.process.runs() || worker.tasks.empty() || worker.ended_by_us) continue;
      worker.ended_by_us = worker.stall.lasts(StallClock::now(worker.process, *worker.position),
                                              pool_.seconds_per_case);
      if (worker.ended_by_us) ::kill(worker.process.pid(), SIGKILL);
    }
  }

  struct Result {
    std::vector<std::string> parts;  // that wait for an earlier unit
    bool whole = false;
  };

  const Pool& pool_;
  SharedPositions positions_;
  std::vector<Worker> workers_;
  std::deque<Task> waiting_;
  std::map<std::size_t, Result> results_;
  std::size_t done_ = 0;
};

}  // namespace

void Pool::run() const {
  Run run(*this);
  run();
}

}  // namespace shapefuzz
