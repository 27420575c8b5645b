// SPDX-License-Identifier: BSD-3-Clause
// Whom the end of a process is blamed on.
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <functional>

#include "harness/search/process/worker.h"

namespace shapefuzz {
namespace {

// Whether a process that does that ended from outside; `sent` is sent to it once it runs.
bool is_from_outside(const std::function<void()>& act, int sent = 0) {
  SharedPositions positions(1);
  WorkerProcess worker;
  worker.start(positions[0], {}, 1, [&](int /*in*/, int out) {
    send_text(out, 0, "here");
    act();
  });
  std::uint64_t number = 0;
  std::string text;
  EXPECT_TRUE(receive_text(worker.from(), number, text));
  if (sent != 0) ::kill(worker.pid(), sent);
  const Ending ending{worker.reap()};
  return ending.is_from_outside(positions[0].fault);
}

TEST(Ending, IsFromOutsideIfTheSignalWasSent) {
  const auto wait = [] {
    while (true) ::pause();
  };
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGUSR1, SIGUSR2, SIGALRM,
                           SIGXCPU, SIGTERM, SIGHUP, SIGINT, SIGKILL, SIGTRAP, SIGSYS}) {
    EXPECT_TRUE(is_from_outside(wait, signal)) << signal;
  }
}

TEST(Ending, IsTheCasesOwnIfItDiesOfWhatItDoes) {
  EXPECT_FALSE(is_from_outside([] { std::abort(); }));
  EXPECT_FALSE(is_from_outside([] { ::raise(SIGSEGV); }));
  EXPECT_FALSE(is_from_outside([] { ::_exit(0); }));
  EXPECT_FALSE(is_from_outside([] {
    int* volatile nowhere = nullptr;
    *nowhere = 1;  // NOLINT(clang-analyzer-core.NullDereference): that is what it dies of
  }));
}

TEST(Chances, AreMoreForWhatComesFromOutside) {
  const auto runs = [](int status, const Fault& fault) {
    Chances chances;
    int runs = 1;
    while (chances.another({status}, fault)) ++runs;
    return runs;
  };
  EXPECT_EQ(runs(SIGSEGV, {}), 2);
  EXPECT_EQ(runs(SIGUSR1, {}), 20);
  Fault sent;
  sent.was_sent = true;
  EXPECT_EQ(runs(SIGSEGV, sent), 20);
  Chances chances;
  EXPECT_FALSE(chances.another({SIGKILL, true, false}, {})) << "it computes and computes";
}

}  // namespace
}  // namespace shapefuzz
