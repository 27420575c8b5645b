#include "harness/text/file.h"

#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace shapefuzz {
namespace {

// Five million cases. What is longer is a device that never ends.
constexpr std::size_t kMostBytes = std::size_t{1} << 28;

// The temporary files of this process, for the signals that end it without destructors. A handler
// may read a lock-free atomic and call unlink(), and not much else.
std::array<std::atomic<const char*>, 4> temporaries;
pid_t owner = -1;

extern "C" void remove_temporaries(int signal) {
  // A worker has inherited the handler and the names, but not the files.
  if (::getpid() == owner) {
    for (const auto& path : temporaries) {
      if (path.load() != nullptr) ::unlink(path.load());
    }
  }
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

void remove_at_a_signal(const char* path) {
  if (owner == -1) {
    owner = ::getpid();
    for (const int signal : {SIGHUP, SIGINT, SIGTERM}) {
      // Ignored, as for a background job, stays ignored.
      if (std::signal(signal, remove_temporaries) == SIG_IGN) std::signal(signal, SIG_IGN);
    }
  }
  const char* none = nullptr;
  std::any_of(temporaries.begin(), temporaries.end(), [&](auto& place) {
    none = nullptr;
    return place.compare_exchange_strong(none, path);
  });
}

void keep_at_a_signal(const char* path) {
  for (auto& place : temporaries) {
    const char* expected = path;
    place.compare_exchange_strong(expected, nullptr);
  }
}

// Whether standard output goes into this very file, as with `--out /dev/stdout >file`.
bool is_standard_output(const std::string& path) {
  struct stat file {};
  struct stat output {};
  return ::stat(path.c_str(), &file) == 0 && ::fstat(STDOUT_FILENO, &output) == 0 &&
         file.st_dev == output.st_dev && file.st_ino == output.st_ino;
}

}  // namespace

std::vector<Line> read_lines(const std::string& path) {
  std::error_code status;
  if (std::filesystem::is_directory(path, status)) {
    throw InputError(fmt::format("{}: is a directory, expected a file", path));
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) throw InputError(fmt::format("{}: {}", path, std::strerror(errno)));
  std::vector<Line> lines;
  Line line;
  while (std::getline(file, line.text)) {
    if (!line.text.empty() && line.text.back() == '\r') line.text.pop_back();
    const std::size_t first = line.text.find_first_not_of(" \t");
    if (first != std::string::npos && line.text[first] != '#') lines.push_back(line);
    ++line.number;
  }
  if (file.bad()) throw InputError(fmt::format("{}: {}", path, std::strerror(errno)));
  return lines;
}

InputError error_in_file(const std::string& path, const Line& line, const ParseError& error) {
  return InputError(fmt::format("{}:{}: {}", path, line.number, explain(error, line.text)));
}

OutputFile::OutputFile(std::string path) : path_(std::move(path)) {
  std::error_code status;
  const auto type = std::filesystem::status(path_, status).type();
  const bool in_place = type != std::filesystem::file_type::not_found &&
                        type != std::filesystem::file_type::regular &&
                        type != std::filesystem::file_type::directory;
  if (type == std::filesystem::file_type::directory) {
    throw InputError(fmt::format("{}: is a directory, expected a file", path_));
  }
  if (!in_place) temporary_ = fmt::format("{}.{}.tmp", path_, ::getpid());
  file_ = std::fopen((in_place ? path_ : temporary_).c_str(), "wb");
  if (file_ == nullptr) {
    temporary_.clear();
    fail("cannot be written");
  }
}

OutputFile::~OutputFile() {
  if (file_ != nullptr) std::fclose(file_);
  if (!temporary_.empty()) std::remove(temporary_.c_str());
}

void OutputFile::write(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), file_) != text.size()) fail("cannot be written");
}

void OutputFile::commit() {
  std::FILE* const file = file_;
  file_ = nullptr;
  if (std::fclose(file) != 0) fail("cannot be written");
  if (temporary_.empty()) return;
  if (std::rename(temporary_.c_str(), path_.c_str()) != 0) fail("cannot be put in its place");
  temporary_.clear();
}

void OutputFile::fail(const char* what) const {
  throw InputError(fmt::format("{}: {}: {}", path_, what, std::strerror(errno)));
}

}  // namespace shapefuzz
