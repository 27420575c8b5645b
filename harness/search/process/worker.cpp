// SPDX-License-Identifier: BSD-3-Clause
#include "harness/search/process/worker.h"

#include <fmt/core.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>
#include <fstream>
#include <new>

#include "harness/findings/files/descriptor.h"
#include "harness/oracle/memory/limit.h"
#include "harness/oracle/memory/trap.h"

namespace shapefuzz {
namespace {

double cpu_seconds(pid_t pid) {
  clockid_t clock{};
  timespec time{};
  if (::clock_getcpuclockid(pid, &clock) != 0) return 0;
  if (::clock_gettime(clock, &time) != 0) return 0;
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

// How long it has stood in the kernel's queue; 0 where the kernel does not say.
double queued_seconds(pid_t pid) {
  std::ifstream file(fmt::format("/proc/{}/schedstat", pid));
  std::uint64_t used = 0;
  std::uint64_t queued = 0;
  return file >> used >> queued ? 1e-9 * static_cast<double>(queued) : 0;
}

// A worker's signals are its own, whatever the caller has blocked or ignored: what ends a case must
// end the worker.
void own_signals() {
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  for (int signal = 1; signal < NSIG; ++signal) {
    const bool stays = signal == SIGPIPE || signal == SIGKILL || signal == SIGSTOP;
    if (!stays) ::signal(signal, SIG_DFL);
  }
}

}  // namespace

bool send_text(int fd, std::uint64_t number, const std::string& text) {
  const std::uint64_t header[2] = {number, text.size()};
  return write_all(fd, header, sizeof header) && write_all(fd, text.data(), text.size());
}

bool receive_text(int fd, std::uint64_t& number, std::string& text) {
  std::uint64_t header[2];
  if (!read_all(fd, header, sizeof header)) return false;
  number = header[0];
  text.resize(header[1]);
  return read_all(fd, text.data(), text.size());
}

void Position::hand_over(std::uint64_t next, const std::string& part) const {
  if (!send_text(pipe, next, part)) ::_exit(0);  // the parent is gone
}

SharedPositions::SharedPositions(std::size_t count) : count_(count) {
  void* memory = ::mmap(nullptr, count * sizeof(Position), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw HarnessError("no shared memory for the workers");
  positions_ = static_cast<Position*>(memory);
  for (std::size_t i = 0; i < count; ++i) new (positions_ + i) Position();
}

SharedPositions::~SharedPositions() { ::munmap(positions_, count_ * sizeof(Position)); }

void WorkerProcess::start(Position& position, const std::vector<int>& others, std::size_t workers,
                          const std::function<void(int in, int out)>& serve) {
  // A worker that died must not take the parent along when something is sent to it.
  std::signal(SIGPIPE, SIG_IGN);
  int down[2];
  int up[2];
  if (::pipe(down) != 0 || ::pipe(up) != 0) throw HarnessError("no pipe to a worker");
  MemoryLimit::instance().divide(workers);
  position.fault = {};   // of the one before it
  std::fflush(nullptr);  // or the child would print our buffers again
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) throw HarnessError(fmt::format("cannot fork: {}", std::strerror(errno)));
  if (pid == 0) {
    // However the parent ends, nobody is left who computes for it.
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(0);
    for (const int other : others) ::close(other);
    ::close(down[1]);
    ::close(up[0]);
    position.pipe = up[1];
    // Nothing of this may unwind into the parent's functions, whose copies are here too.
    try {
      own_signals();
      // In place of the handler of a library behind LibTorch (UCX), which prints a page.
      report_faults_to(position.fault);
      report_shortages_to(position.shortage);
      MemoryLimit::instance().enforce();
      serve(down[0], up[1]);
    } catch (const std::bad_alloc&) {
      note_shortage();  // the case that it was at has left too little even to tell of it
      ::_exit(kShortOfMemory);
    } catch (const std::exception& error) {
      std::fputs(fmt::format("shapefuzz: a worker failed: {}\n", error.what()).c_str(), stderr);
      ::_exit(kHarnessFailed);
    } catch (...) {
      std::fputs("shapefuzz: a worker failed\n", stderr);
      ::_exit(kHarnessFailed);
    }
    ::_exit(0);  // without LibTorch's destructors
  }
  ::close(down[0]);
  ::close(up[1]);
  pid_ = pid;
  to_ = down[1];
  from_ = up[0];
}

int WorkerProcess::reap() {
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  forget();
  return status;
}

std::optional<int> WorkerProcess::reap_if_ended() {
  int status = 0;
  if (::waitpid(pid_, &status, WNOHANG) != pid_) return std::nullopt;
  forget();
  return status;
}

void WorkerProcess::forget() {
  ::close(to_);
  ::close(from_);
  pid_ = -1;
}

void WorkerProcess::end() {
  if (!runs()) return;
  ::kill(pid_, SIGKILL);
  reap();
}

int Ending::signal() const {
  if (ended_by_us) return 0;
  return WIFSIGNALED(status) ? WTERMSIG(status) : SIGTERM;
}

bool Ending::is_from_outside(const Fault& fault) const {
  if (ended_by_us || !WIFSIGNALED(status)) return false;
  switch (WTERMSIG(status)) {
    case SIGSEGV:
    case SIGBUS:
    case SIGFPE:
    case SIGILL:
    case SIGABRT:
      return fault.was_sent;
    default:  // SIGKILL among them, which a kernel without memory sends
      return true;
  }
}

bool Ending::is_ours() const {
  return WIFEXITED(status) && WEXITSTATUS(status) == WorkerProcess::kHarnessFailed;
}

StallClock::Time StallClock::now(const WorkerProcess& worker, const Position& position) {
  const auto wall = std::chrono::steady_clock::now().time_since_epoch();
  return {position.cases.load(), std::chrono::duration<double>(wall).count(),
          cpu_seconds(worker.pid()), queued_seconds(worker.pid())};
}

bool StallClock::lasts(const Time& now, double limit) {
  if (now.cases != since_.cases) {
    *this = StallClock(now);
    return false;
  }
  const double waited = now.seconds - since_.seconds - (now.queued_seconds - since_.queued_seconds);
  if (waited < limit) return false;
  constexpr double kIdle = 4;
  idle_ = now.cpu_seconds - since_.cpu_seconds < limit;
  return !idle_ || waited >= kIdle * limit;
}

}  // namespace shapefuzz
