#include "harness/sweep/pool.h"

#include <fmt/core.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "harness/memory/trap.h"

namespace shapefuzz {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kTick(200);
constexpr int kHarnessFailed = 70;  // a worker's exit status for an exception of our own

// Whole reads and writes on a pipe; false at the end of it.
bool read_all(int fd, void* data, std::size_t size) {
  auto* bytes = static_cast<char*>(data);
  while (size > 0) {
    const ssize_t count = ::read(fd, bytes, size);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    bytes += count;
    size -= static_cast<std::size_t>(count);
  }
  return true;
}

bool write_all(int fd, const void* data, std::size_t size) {
  const auto* bytes = static_cast<const char*>(data);
  while (size > 0) {
    const ssize_t count = ::write(fd, bytes, size);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    bytes += count;
    size -= static_cast<std::size_t>(count);
  }
  return true;
}

struct Task {
  std::size_t unit = 0;
  std::vector<std::uint64_t> skipped;
  std::optional<std::uint64_t> repeated;  // the case that has its second chance
};

bool send(int fd, const Task& task) {
  const std::uint64_t header[2] = {task.unit, task.skipped.size()};
  return write_all(fd, header, sizeof header) &&
         write_all(fd, task.skipped.data(), task.skipped.size() * sizeof(std::uint64_t));
}

bool receive(int fd, Task& task) {
  std::uint64_t header[2];
  if (!read_all(fd, header, sizeof header)) return false;
  task.unit = header[0];
  task.skipped.resize(header[1]);
  return read_all(fd, task.skipped.data(), header[1] * sizeof(std::uint64_t));
}

// Somebody may have killed the worker, or the kernel, for want of memory: the case that it was
// about to run is to blame only if the same happens to it again.
bool may_come_from_outside(int status) {
  if (!WIFSIGNALED(status)) return false;
  const int signal = WTERMSIG(status);
  return signal == SIGKILL || signal == SIGTERM || signal == SIGINT || signal == SIGHUP;
}

// One slot a worker, in memory that survives it.
class SharedPositions {
 public:
  explicit SharedPositions(std::size_t count) : count_(count) {
    void* memory = ::mmap(nullptr, count * sizeof(Position), PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw HarnessError("no shared memory for the workers");
    positions_ = static_cast<Position*>(memory);
    for (std::size_t i = 0; i < count; ++i) new (positions_ + i) Position();
  }
  SharedPositions(const SharedPositions&) = delete;
  SharedPositions& operator=(const SharedPositions&) = delete;
  ~SharedPositions() { ::munmap(positions_, count_ * sizeof(Position)); }

  Position& operator[](std::size_t i) { return positions_[i]; }

 private:
  std::size_t count_;
  Position* positions_ = nullptr;
};

struct Worker {
  pid_t pid = -1;
  int to = -1;
  int from = -1;
  Position* position = nullptr;
  std::optional<Task> task;
  std::uint64_t seen_cases = 0;  // for the stall clock
  Clock::time_point moved_at;
  bool ended_by_us = false;
};

class Run {
 public:
  explicit Run(const Pool& pool)
      : pool_(pool), positions_(pool.jobs), workers_(std::min(pool.jobs, pool.units)) {
    for (std::size_t unit = 0; unit < pool.units; ++unit) waiting_.push_back({unit, {}, {}});
    for (std::size_t i = 0; i < workers_.size(); ++i) workers_[i].position = &positions_[i];
  }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  ~Run() {
    for (Worker& worker : workers_) {
      if (worker.pid < 0) continue;
      ::kill(worker.pid, SIGKILL);
      reap(worker);
    }
  }

  void operator()() {
    for (Worker& worker : workers_) assign(worker);
    Clock::time_point shown;
    while (done_ < pool_.units) {
      wait_for_results();
      end_stalled();
      if (!pool_.on_progress || Clock::now() - shown < kTick) continue;
      pool_.on_progress(cases(), done_);
      shown = Clock::now();
    }
  }

 private:
  std::uint64_t cases() {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < workers_.size(); ++i) sum += positions_[i].cases.load();
    return sum;
  }

  void start(Worker& worker) {
    int down[2];
    int up[2];
    if (::pipe(down) != 0 || ::pipe(up) != 0) throw HarnessError("no pipe to a worker");
    std::fflush(nullptr);  // or the child would print our buffers again
    const pid_t parent = ::getpid();
    const pid_t pid = ::fork();
    if (pid < 0) throw HarnessError(fmt::format("cannot fork: {}", std::strerror(errno)));
    if (pid == 0) {
      // However the parent ends, nobody is left who computes for it.
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      if (::getppid() != parent) ::_exit(0);
      // In place of the handler of a library behind LibTorch (UCX), which prints a page.
      report_faults_to(worker.position->fault);
      // A copy of another worker's pipe would hide that worker's end from the parent.
      for (const Worker& other : workers_) {
        if (other.pid < 0) continue;
        ::close(other.to);
        ::close(other.from);
      }
      ::close(down[1]);
      ::close(up[0]);
      serve(down[0], up[1], *worker.position);
    }
    ::close(down[0]);
    ::close(up[1]);
    worker.pid = pid;
    worker.to = down[1];
    worker.from = up[0];
    worker.ended_by_us = false;
  }

  // The life of a worker: units in, results out, until the parent closes the pipe.
  [[noreturn]] void serve(int in, int out, Position& position) const {
    Task task;
    while (receive(in, task)) {
      std::string result;
      try {
        result = pool_.work(task.unit, task.skipped, position);
      } catch (const std::exception& error) {
        std::fputs(fmt::format("shapefuzz: a worker failed: {}\n", error.what()).c_str(), stderr);
        ::_exit(kHarnessFailed);
      }
      const std::uint64_t size = result.size();
      if (!write_all(out, &size, sizeof size) || !write_all(out, result.data(), size)) break;
    }
    ::_exit(0);  // without LibTorch's destructors
  }

  // Gives a worker its next unit, starting it if need be.
  void assign(Worker& worker) {
    if (waiting_.empty()) return;
    if (worker.pid < 0) start(worker);
    worker.task = waiting_.front();
    waiting_.pop_front();
    worker.position->next_case.store(0);
    worker.moved_at = Clock::now();
    worker.seen_cases = worker.position->cases.load();
    send(worker.to, *worker.task);  // a worker that is gone shows at its other pipe
  }

  void wait_for_results() {
    std::vector<pollfd> fds;
    std::vector<Worker*> owners;
    for (Worker& worker : workers_) {
      if (worker.pid < 0 || !worker.task) continue;
      fds.push_back({worker.from, POLLIN, 0});
      owners.push_back(&worker);
    }
    if (::poll(fds.data(), fds.size(), static_cast<int>(kTick.count())) <= 0) return;
    for (std::size_t i = 0; i < fds.size(); ++i) {
      if (fds[i].revents != 0) take_result(*owners[i]);
    }
  }

  void take_result(Worker& worker) {
    std::uint64_t size = 0;
    std::string result;
    bool whole = read_all(worker.from, &size, sizeof size);
    if (whole) {
      result.resize(size);
      whole = read_all(worker.from, result.data(), size);
    }
    if (!whole) return bury(worker);
    finished_[worker.task->unit] = std::move(result);
    worker.task.reset();
    if (!pool_.reuse_workers) {
      ::kill(worker.pid, SIGKILL);
      reap(worker);
    }
    assign(worker);
    for (auto next = finished_.find(done_); next != finished_.end(); next = finished_.find(done_)) {
      pool_.on_result(done_, next->second);
      finished_.erase(next);
      ++done_;
    }
  }

  int reap(Worker& worker) {
    int status = 0;
    while (::waitpid(worker.pid, &status, 0) < 0 && errno == EINTR) {
    }
    ::close(worker.to);
    ::close(worker.from);
    worker.pid = -1;
    return status;
  }

  void bury(Worker& worker) {
    const int status = reap(worker);
    if (WIFEXITED(status) && WEXITSTATUS(status) == kHarnessFailed) {
      throw HarnessError("a worker of the sweep failed");
    }
    Task task = std::move(*worker.task);
    worker.task.reset();
    const std::uint64_t at_case = worker.position->next_case.load();
    if (!worker.ended_by_us && may_come_from_outside(status) && task.repeated != at_case) {
      task.repeated = at_case;
      waiting_.push_front(std::move(task));
      return assign(worker);
    }
    const bool again = std::binary_search(task.skipped.begin(), task.skipped.end(), at_case);
    if (again) throw HarnessError("a worker dies between two cases");
    // A loss that calls exit() has no signal; it is a crash all the same.
    const int signal = worker.ended_by_us ? 0 : WIFSIGNALED(status) ? WTERMSIG(status) : SIGTERM;
    const Fault fault = std::exchange(worker.position->fault, {});
    if (pool_.on_death) pool_.on_death({task.unit, at_case, signal, fault});
    task.skipped.insert(std::lower_bound(task.skipped.begin(), task.skipped.end(), at_case),
                        at_case);
    waiting_.push_front(std::move(task));
    assign(worker);
  }

  void end_stalled() {
    for (Worker& worker : workers_) {
      if (worker.pid < 0 || !worker.task) continue;
      const std::uint64_t cases = worker.position->cases.load();
      const std::chrono::duration<double> still = Clock::now() - worker.moved_at;
      if (cases != worker.seen_cases) {
        worker.seen_cases = cases;
        worker.moved_at = Clock::now();
      } else if (still.count() > pool_.seconds_per_case && !worker.ended_by_us) {
        worker.ended_by_us = true;
        ::kill(worker.pid, SIGKILL);
      }
    }
  }

  const Pool& pool_;
  SharedPositions positions_;
  std::vector<Worker> workers_;
  std::deque<Task> waiting_;
  std::map<std::size_t, std::string> finished_;  // that wait for an earlier unit
  std::size_t done_ = 0;
};

}  // namespace

void Pool::run() const {
  // A worker that died must not take the parent along when a unit is sent to it.
  std::signal(SIGPIPE, SIG_IGN);
  Run run(*this);
  run();
}

}  // namespace shapefuzz
