#include "harness/text/file.h"

#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace shapefuzz {

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
