#include "harness/findings/files/file.h"

#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>

namespace shapefuzz {
namespace {

// Millions of cases; what is longer is a device that never ends.
constexpr std::size_t kMostBytes = std::size_t{1} << 28;

// The temporary files of this process, for a signal that ends it without any destructor. All that a
// handler may do is read atomics and make system calls.
std::array<std::atomic<const char*>, 4> temporaries;
pid_t owner = -1;

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

void remove_on_signal(const char* path) {
  if (owner == -1) {
    owner = ::getpid();
    for (const int signal : {SIGHUP, SIGINT, SIGTERM}) {
      // What is ignored stays ignored: a job in the background must not end with Ctrl-C.
      if (std::signal(signal, remove_temporaries) == SIG_IGN) std::signal(signal, SIG_IGN);
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

// Whether standard output goes into this very file, as in `--out /dev/stdout >file`.
bool is_standard_output(const std::string& path) {
  struct stat file = {};
  struct stat output = {};
  return ::stat(path.c_str(), &file) == 0 && ::fstat(STDOUT_FILENO, &output) == 0 &&
         file.st_dev == output.st_dev && file.st_ino == output.st_ino;
}

// Stops with an error behind `most` bytes of the file, and of a line.
void read(const std::string& path, std::uint64_t most,
          const std::function<void(const Line&)>& use) {
  std::error_code status;
  if (std::filesystem::is_directory(path, status)) {
    throw InputError(fmt::format("{}: is a directory, expected a file", path));
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) throw InputError(fmt::format("{}: {}", path, std::strerror(errno)));
  Line line;
  const auto end_line = [&] {
    if (!line.text.empty() && line.text.back() == '\r') line.text.pop_back();
    const std::size_t first = line.text.find_first_not_of(" \t");
    if (first != std::string::npos && line.text[first] != '#') use(line);
    ++line.number;
    line.text.clear();
  };
  std::uint64_t bytes = 0;
  for (char c = '\0'; file.get(c);) {
    if (++bytes > most || line.text.size() == kMostBytes) {
      throw InputError(fmt::format("{}: more than {} bytes", path, kMostBytes));
    }
    if (c == '\n') {
      end_line();
    } else {
      line.text += c;
    }
  }
  if (file.bad()) throw InputError(fmt::format("{}: {}", path, std::strerror(errno)));
  end_line();
}

}  // namespace

std::vector<Line> read_lines(const std::string& path) {
  std::vector<Line> lines;
  read(path, kMostBytes, [&](const Line& line) { lines.push_back(line); });
  return lines;
}

void for_each_line(const std::string& path, const std::function<void(const Line&)>& use) {
  read(path, std::numeric_limits<std::uint64_t>::max(), use);
}

InputError error_in_file(const std::string& path, const Line& line, const ParseError& error) {
  return InputError(fmt::format("{}:{}: {}", path, line.number, explain(error, line.text)));
}

OutputFile::OutputFile(std::string path) : path_(std::move(path)) {
  std::error_code status;
  const auto type = std::filesystem::status(path_, status).type();
  const bool regular = type == std::filesystem::file_type::regular;
  if (type == std::filesystem::file_type::directory) {
    throw InputError(fmt::format("{}: is a directory, expected a file", path_));
  }
  if (regular && is_standard_output(path_)) {
    throw InputError(fmt::format("{}: standard output goes there, expected another file", path_));
  }
  const bool in_place = !regular && type != std::filesystem::file_type::not_found;
  if (!in_place) {
    // A symbolic link stays; what it leads to is replaced.
    const std::string resolved = std::filesystem::canonical(path_, status).string();
    target_ = status ? path_ : resolved;
    temporary_ = fmt::format("{}.{}.tmp", target_, ::getpid());
    remove_on_signal(temporary_.c_str());
  }
  file_ = std::fopen((in_place ? path_ : temporary_).c_str(), "wb");
  if (file_ == nullptr) {
    const int error = errno;
    forget_temporary();
    errno = error;
    fail("cannot be written");
  }
}

OutputFile::~OutputFile() {
  if (file_ != nullptr) std::fclose(file_);
  if (!temporary_.empty()) std::remove(temporary_.c_str());
  forget_temporary();
}

void OutputFile::write(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), file_) != text.size()) fail("cannot be written");
}

void OutputFile::commit() {
  std::FILE* const file = file_;
  file_ = nullptr;
  if (std::fclose(file) != 0) fail("cannot be written");
  if (temporary_.empty()) return;
  if (std::rename(temporary_.c_str(), target_.c_str()) != 0) fail("cannot be put in its place");
  forget_temporary();
}

void OutputFile::forget_temporary() {
  keep_on_signal(temporary_.c_str());
  temporary_.clear();
}

void OutputFile::fail(const char* what) const {
  throw InputError(fmt::format("{}: {}: {}", path_, what, std::strerror(errno)));
}

}  // namespace shapefuzz
