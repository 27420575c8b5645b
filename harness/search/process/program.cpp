// SPDX-License-Identifier: BSD-3-Clause
#include "harness/search/process/program.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "harness/language/text/errors.h"

namespace shapefuzz {

void run_program_quietly(const std::vector<std::string>& command) {
  const pid_t pid = ::fork();
  if (pid < 0) throw HarnessError("cannot fork");
  if (pid == 0) {
    const int nowhere = ::open("/dev/null", O_RDWR);
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::dup2(nowhere, fd);
    std::vector<char*> arguments;
    for (const std::string& argument : command) {
      arguments.push_back(const_cast<char*>(argument.c_str()));  // execvp takes them so
    }
    arguments.push_back(nullptr);
    ::execvp(arguments[0], arguments.data());
    ::_exit(127);
  }
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
}

}  // namespace shapefuzz
