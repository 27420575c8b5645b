// SPDX-License-Identifier: BSD-3-Clause
#include "harness/search/sweep/journal.h"

#include <fmt/core.h>
#include <unistd.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "harness/language/text/errors.h"
#include "harness/language/text/parse_error.h"

namespace shapefuzz {
namespace {

using Json = nlohmann::json;

bool is_end_of_part(const Json& json) {
  const auto has = [&](const char* key, bool (Json::*is)() const noexcept) {
    return json.contains(key) && (json.at(key).*is)();
  };
  return json.is_object() && has("unit", &Json::is_number_unsigned) &&
         has("next", &Json::is_number_unsigned) && has("tally", &Json::is_object);
}

void take_part(const Json& end, const std::string& records,
               std::map<std::size_t, Pool::Earlier>& earlier) {
  Pool::Earlier& unit = earlier[end.at("unit").get<std::size_t>()];
  unit.parts.push_back(end.at("tally").dump() + "\n" + records);
  unit.first_case = end.at("next").get<std::uint64_t>();
  unit.done = unit.first_case == Pool::kWholeUnit;
}

}  // namespace

Journal::Journal(std::string path, const std::string& sweep, bool resume) : file_(std::move(path)) {
  file_.lock();
  if (!is_ours()) {
    throw InputError(fmt::format(
        "{}: is there and is no unfinished sweep of shapefuzz, so it is left alone; expected "
        "another --out",
        printable_path(file_.path())));
  }
  if (resume) {
    read(sweep);
  } else {
    file_.cut_off(0);
  }
  if (file_.size() == 0) file_.append(Json{{"sweep", sweep}}.dump() + "\n");
}

// A journal begins with its header, or with as much of it as was written.
bool Journal::is_ours() const {
  constexpr std::string_view kHead = R"({"sweep":")";
  std::ifstream in(file_.path());
  std::string start(kHead.size(), '\0');
  in.read(start.data(), static_cast<std::streamsize>(start.size()));
  start.resize(static_cast<std::size_t>(in.gcount()));
  return kHead.substr(0, start.size()) == start;
}

void Journal::read(const std::string& sweep) {
  std::ifstream in(file_.path());
  std::string line;
  if (!std::getline(in, line) || in.eof())
    return file_.cut_off(0);  // not even its first line is whole
  const Json header = Json::parse(line, nullptr, false);
  if (!header.is_object() || header.value("sweep", "") != sweep) {
    throw InputError(fmt::format("--resume: {} is no unfinished sweep of '{}'; found '{}'",
                                 file_.path(), sweep, printable(line, 300)));
  }
  auto whole = static_cast<std::int64_t>(line.size() + 1);
  std::int64_t position = whole;
  std::string records;
  std::size_t number = 1;
  std::string wrong;  // what stands where a part should go on, unless it is the torn end
  while (std::getline(in, line) && !in.eof()) {
    if (!wrong.empty()) throw InputError(wrong);
    ++number;
    position += static_cast<std::int64_t>(line.size() + 1);
    const Json json = Json::parse(line, nullptr, false);
    if (json.is_object() && !json.contains("unit")) {
      records += line + "\n";
      continue;
    }
    if (!is_end_of_part(json)) {
      wrong = fmt::format("--resume: {}:{}: found '{}', expected a record or the end of a part",
                          file_.path(), number, printable(line, 100));
      continue;
    }
    take_part(json, records, earlier_);
    records.clear();
    whole = position;
  }
  file_.cut_off(whole);
}

void Journal::add(std::size_t unit, std::uint64_t next_case, const std::string& part) {
  const std::size_t end = part.find('\n');
  const Json line = {
      {"unit", unit}, {"next", next_case}, {"tally", Json::parse(part.substr(0, end))}};
  file_.append(part.substr(end + 1) + line.dump() + "\n");
}

void Journal::remove() { ::unlink(file_.path().c_str()); }

}  // namespace shapefuzz
