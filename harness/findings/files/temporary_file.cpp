// SPDX-License-Identifier: BSD-3-Clause
#include "harness/findings/files/temporary_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <utility>

#include "harness/findings/files/calls.h"

namespace shapefuzz {
namespace {

// The temporary files of this process, for a signal that ends it without any destructor. All that a
// handler may do is read atomics and make system calls.
std::array<std::atomic<const char*>, 8> temporaries;
pid_t owner = -1;

// Whose default is to end the process, but for SIGKILL.
constexpr int kDeadly[] = {SIGHUP,  SIGINT,  SIGQUIT, SIGILL,  SIGTRAP,   SIGABRT, SIGBUS,
                           SIGFPE,  SIGUSR1, SIGSEGV, SIGUSR2, SIGPIPE,   SIGALRM, SIGTERM,
                           SIGXCPU, SIGXFSZ, SIGPROF, SIGIO,   SIGVTALRM, SIGSYS,  SIGPWR};

extern "C" void remove_temporaries(int signal) {
  // A worker process has inherited the handler and the names, but the files are its parent's.
  if (::getpid() == owner) {
    for (const auto& path : temporaries) {
      if (path != nullptr) ::unlink(path);
    }
  }
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

}  // namespace

void remove_on_signal(const char* path) {
  if (owner != ::getpid()) {
    owner = ::getpid();
    for (auto& place : temporaries) place = nullptr;  // those of a parent
    for (const int signal : kDeadly) {
      struct sigaction before {};
      ::sigaction(signal, nullptr, &before);
      // What is ignored stays ignored: a job in the background must not end with Ctrl-C. What has a
      // handler belongs to somebody else.
      const bool ends = (before.sa_flags & SA_SIGINFO) == 0 && before.sa_handler == SIG_DFL;
      if (ends) std::signal(signal, remove_temporaries);
    }
  }
  for (auto& place : temporaries) {
    if (place != nullptr) continue;
    place = path;
    return;
  }
}

void keep_on_signal(const char* path) {
  for (auto& place : temporaries) {
    if (place == path) place = nullptr;
  }
}

namespace {

// The mode of the file that is there, or the one that a new file has.
mode_t mode_for(const std::string& target) {
  struct stat file = {};
  if (::stat(target.c_str(), &file) == 0) return file.st_mode & 07777;
  const mode_t mask = ::umask(0);
  ::umask(mask);
  return 0666 & ~mask;
}

}  // namespace

TemporaryFile::TemporaryFile(std::string target) : target_(std::move(target)) {
  constexpr int kSuffix = 4;
  path_ = target_ + ".XXXXXX.tmp";
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::sigprocmask(SIG_BLOCK, &all, &before);  // none comes between its creation and its entry
  fd_ = ::mkostemps(path_.data(), kSuffix, O_CLOEXEC);
  const int error = errno;
  if (fd_ >= 0) remove_on_signal(path_.c_str());
  ::sigprocmask(SIG_SETMASK, &before, nullptr);
  if (fd_ >= 0) {
    const int changed = ::fchmod(fd_, mode_for(target_));
    static_cast<void>(changed);  // on file systems without modes
  } else {
    path_.clear();
  }
  errno = error;
}

TemporaryFile::~TemporaryFile() {
  if (path_.empty()) return;
  close();
  ::unlink(path_.c_str());
  forget();
}

bool TemporaryFile::put_in_place(bool on_disk) {
  if (on_disk && file_calls().sync(fd_) != 0) return false;
  if (!close()) return false;
  if (file_calls().rename(path_.c_str(), target_.c_str()) != 0) return false;
  forget();
  return true;
}

bool TemporaryFile::close() {
  const int fd = std::exchange(fd_, -1);
  return fd < 0 || ::close(fd) == 0;
}

void TemporaryFile::forget() {
  keep_on_signal(path_.c_str());
  path_.clear();
}

}  // namespace shapefuzz
