// SPDX-License-Identifier: BSD-3-Clause
#include "harness/search/process/program.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/core.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "harness/language/text/errors.h"

namespace shapefuzz {

namespace {

// In the child: becomes the program, with these as its input, output and errors.
[[noreturn]] void become(const std::vector<std::string>& command, std::array<int, 3> streams) {
  for (int fd = 0; fd < 3; ++fd) ::dup2(streams[static_cast<std::size_t>(fd)], fd);
  std::vector<char*> arguments;
  for (const std::string& argument : command) {
    arguments.push_back(const_cast<char*>(argument.c_str()));  // execvp takes them so
  }
  arguments.push_back(nullptr);
  ::execvp(arguments[0], arguments.data());
  ::_exit(127);
}

int wait_for(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

// A file without a name, gone when it is closed.
using Scratch = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

Scratch make_scratch() {
  Scratch file(std::tmpfile(), std::fclose);
  if (!file) throw HarnessError(fmt::format("no temporary file: {}", std::strerror(errno)));
  return file;
}

std::string text_of(std::FILE* file) {
  std::string text;
  std::array<char, 4096> part{};
  std::rewind(file);
  while (const std::size_t size = std::fread(part.data(), 1, part.size(), file)) {
    text.append(part.data(), size);
  }
  return text;
}

}  // namespace

void run_program_quietly(const std::vector<std::string>& command) {
  const pid_t pid = ::fork();
  if (pid < 0) throw HarnessError("cannot fork");
  if (pid == 0) {
    const int nowhere = ::open("/dev/null", O_RDWR);
    become(command, {nowhere, nowhere, nowhere});
  }
  wait_for(pid);
}

ProgramOutput run_program(const std::vector<std::string>& command, const std::string& input,
                          unsigned seconds) {
  const Scratch in = make_scratch();
  const Scratch out = make_scratch();
  const Scratch errors = make_scratch();
  std::fwrite(input.data(), 1, input.size(), in.get());
  std::rewind(in.get());
  const pid_t pid = ::fork();
  if (pid < 0) throw HarnessError("cannot fork");
  if (pid == 0) {
    ::alarm(seconds);
    become(command, {::fileno(in.get()), ::fileno(out.get()), ::fileno(errors.get())});
  }
  ProgramOutput output;
  output.status = wait_for(pid);
  output.out = text_of(out.get());
  output.errors = text_of(errors.get());
  return output;
}

}  // namespace shapefuzz
