#include "harness/sweep/journal.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>

#include "harness/text/file.h"

namespace shapefuzz {
namespace {

using Json = nlohmann::json;

// Throws what nlohmann throws on a line that is no part's end.
void take_part(const Json& end, const std::string& records,
               std::map<std::size_t, Pool::Earlier>& earlier) {
  Pool::Earlier& unit = earlier[end.at("unit").get<std::size_t>()];
  unit.parts.push_back(end.at("tally").dump() + "\n" + records);
  unit.first_case = end.at("next").get<std::uint64_t>();
  unit.done = unit.first_case == Pool::kWholeUnit;
}

}  // namespace

Journal::Journal(std::string path, const std::string& sweep, bool resume) : path_(std::move(path)) {
  fd_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (fd_ < 0) {
    throw InputError(fmt::format("{}: cannot be written: {}", path_, std::strerror(errno)));
  }
  if (resume) {
    read(sweep);
  } else {
    cut_off(0);
  }
  if (::lseek(fd_, 0, SEEK_END) == 0) append(Json{{"sweep", sweep}}.dump() + "\n");
}

Journal::~Journal() { ::close(fd_); }

void Journal::read(const std::string& sweep) {
  std::ifstream in(path_);
  std::string line;
  if (!std::getline(in, line) || in.eof()) return cut_off(0);  // not even its first line is whole
  const Json header = Json::parse(line, nullptr, false);
  if (!header.is_object() || header.value("sweep", "") != sweep) {
    throw InputError(fmt::format("--resume: {} is no unfinished sweep of '{}'; found '{}'", path_,
                                 sweep, printable(line, 300)));
  }
  auto whole = static_cast<off_t>(line.size() + 1);
  off_t position = whole;
  std::string records;
  while (std::getline(in, line) && !in.eof()) {
    position += static_cast<off_t>(line.size() + 1);
    if (line.rfind("{\"case\"", 0) == 0) {
      records += line + "\n";
      continue;
    }
    const Json end = Json::parse(line, nullptr, false);
    if (!end.is_object() || !end.contains("unit")) break;
    take_part(end, records, earlier_);
    records.clear();
    whole = position;
  }
  cut_off(whole);
}

void Journal::cut_off(std::int64_t size) const {
  if (::ftruncate(fd_, size) == 0) return;
  throw InputError(fmt::format("{}: cannot be written: {}", path_, std::strerror(errno)));
}

void Journal::add(std::size_t unit, std::uint64_t next_case, const std::string& part) {
  const std::size_t end = part.find('\n');
  append(fmt::format("{}{{\"unit\":{},\"next\":{},\"tally\":{}}}\n", part.substr(end + 1), unit,
                     next_case, part.substr(0, end)));
}

void Journal::remove() { ::unlink(path_.c_str()); }

void Journal::append(const std::string& text) {
  if (write_all(fd_, text.data(), text.size())) return;
  throw InputError(fmt::format("{}: cannot be written: {}", path_, std::strerror(errno)));
}

}  // namespace shapefuzz
