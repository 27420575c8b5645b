// SPDX-License-Identifier: BSD-3-Clause
#include "harness/oracle/memory/trap.h"

#include <sys/mman.h>
#include <ucontext.h>

#include <array>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <new>
#include <utility>

#include "harness/oracle/memory/arena.h"

namespace shapefuzz {
namespace {

// The operators that run, the innermost last; more than fit are counted, not named.
class RunningOperators {
 public:
  void push(const char* name) {
    if (depth_ < kMost) names_[depth_] = name;
    ++depth_;
  }
  void pop() { depth_ -= depth_ > 0 ? 1 : 0; }
  const char* innermost() const {
    return depth_ == 0 || depth_ > kMost ? nullptr : names_[depth_ - 1];
  }

 private:
  static constexpr std::size_t kMost = 64;
  std::array<const char*, kMost> names_{};
  std::size_t depth_ = 0;
};

// All that a signal handler can know of the case that runs in this process.
struct RunningCase {
  bool calls = false;
  bool runs = false;  // the case itself, not what it is compared with
  Fault* report = nullptr;
  RunningOperators operators;
  // What handled the signals before: nothing in a worker, libFuzzer in a fuzz target.
  std::array<struct sigaction, 32> before_us{};
};
RunningCase running;

#if defined(__x86_64__)
Fault::Access access_of(const ucontext_t& context) {
  constexpr greg_t kWrite = 2;  // of the page fault's error code
  return (context.uc_mcontext.gregs[REG_ERR] & kWrite) != 0 ? Fault::Access::kWrite
                                                            : Fault::Access::kRead;
}
std::uint64_t stack_pointer(const ucontext_t& context) {
  return static_cast<std::uint64_t>(context.uc_mcontext.gregs[REG_RSP]);
}
#elif defined(__aarch64__)
Fault::Access access_of(const ucontext_t& /*context*/) { return Fault::Access::kUnknown; }
std::uint64_t stack_pointer(const ucontext_t& context) { return context.uc_mcontext.sp; }
#else
Fault::Access access_of(const ucontext_t& /*context*/) { return Fault::Access::kUnknown; }
std::uint64_t stack_pointer(const ucontext_t& /*context*/) { return 0; }
#endif

// A function's frame, or a call, begins at the stack's pointer; a large frame is touched beyond it.
bool is_stack_overflow(std::uint64_t address, std::uint64_t stack) {
  constexpr std::uint64_t kFrame = 64 << 10;
  return address + kFrame > stack && address < stack + kFrame;
}

void write_down(int signal, siginfo_t* info, void* raw_context) {
  Fault& fault = *running.report;
  Arena* const arena = Arena::existing();  // without watched memory there is none
  if (fault.signal == 0) {
    const auto& context = *static_cast<const ucontext_t*>(raw_context);
    fault.in_reference = !running.runs;
    fault.in_harness = !running.calls;
    if (const char* name = running.operators.innermost()) {
      std::strncpy(fault.running.data(), name, fault.running.size() - 1);
    }
    // Of a signal that somebody sent, or that abort() raises, there is no address.
    const bool is_of_the_kernel = info->si_code > 0;
    fault.was_sent = !is_of_the_kernel && info->si_pid != ::getpid();
    if ((signal == SIGSEGV || signal == SIGBUS) && is_of_the_kernel) {
      fault.address = reinterpret_cast<std::uint64_t>(info->si_addr);
      fault.access = access_of(context);
      const bool known = arena != nullptr && arena->explain(fault);
      if (!known && is_stack_overflow(fault.address, stack_pointer(context))) {
        fault.place = Fault::Place::kStack;
      }
    }
    fault.signal = signal;  // last: the report is whole
  }
  const bool is_access = (signal == SIGSEGV || signal == SIGBUS) && info->si_code > 0;
  if (is_access && running.runs && arena != nullptr &&
      arena->open_guard(reinterpret_cast<std::uint64_t>(info->si_addr))) {
    return;
  }
  ::sigaction(signal, &running.before_us[static_cast<std::size_t>(signal)], nullptr);
  ::raise(signal);
}

}  // namespace

void report_faults_to(Fault& fault) {
  running.report = &fault;
  constexpr std::size_t kSize = 64 << 10;
  static void* const stack =
      ::mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (stack == MAP_FAILED) throw std::bad_alloc();
  stack_t alternative{};
  alternative.ss_sp = stack;
  alternative.ss_size = kSize;
  ::sigaltstack(&alternative, nullptr);
  struct sigaction action {};
  action.sa_sigaction = write_down;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  ::sigfillset(&action.sa_mask);
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT}) {
    struct sigaction before {};
    ::sigaction(signal, &action, &before);
    const bool is_ours = (before.sa_flags & SA_SIGINFO) != 0 && before.sa_sigaction == write_down;
    if (!is_ours) running.before_us[static_cast<std::size_t>(signal)] = before;
  }
}

void end_by_device(const char* said) {
  if (running.report == nullptr) return;
  std::strncpy(running.report->said.data(), said, running.report->said.size() - 1);
  running.calls = true;
  ::raise(SIGABRT);
}

void enter_operator(const char* name) { running.operators.push(name); }
void leave_operator() { running.operators.pop(); }

void set_runs_case(bool runs) {
  running.runs = runs;
  if (running.report != nullptr) running.report->runs_case = runs;
}

void set_on_device(bool asked) {
  if (running.report != nullptr) running.report->on_device = asked;
}

void set_calls_loss(bool calls) { running.calls = calls; }

std::optional<Fault> take_fault() {
  if (running.report == nullptr || running.report->signal == 0) return std::nullopt;
  if (Arena* const arena = Arena::existing()) arena->close_guards();
  return std::exchange(*running.report, {});
}

}  // namespace shapefuzz
