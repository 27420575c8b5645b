// SPDX-License-Identifier: BSD-3-Clause
#include "harness/search/sweep/journal.h"

#include <fmt/core.h>
#include <unistd.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "harness/findings/files/file.h"
#include "harness/findings/records/json_text.h"
#include "harness/findings/records/record.h"
#include "harness/language/text/cursor.h"
#include "harness/language/text/errors.h"
#include "harness/language/text/parse_error.h"
#include "harness/oracle/judgement/verdict.h"

namespace shapefuzz {
namespace {

using Json = nlohmann::ordered_json;

bool is_end_of_part(const Json& json) { return json.is_object() && json.contains("unit"); }

void require_record(const Json& json) {
  const std::string verdict = read_record(json).verdict;
  if (!find_verdict(verdict)) throw FieldError("verdict", verdict, "one of ours");
}

std::string header_in(const std::string& line) {
  Cursor cursor(line);
  const Json header = parse_json(cursor, "a header");
  const bool has_text =
      header.is_object() && header.contains("sweep") && header.at("sweep").is_string();
  return has_text ? header.at("sweep").get<std::string>() : "";
}

}  // namespace

Journal::Journal(std::string path, const std::string& sweep, bool resume, Check check)
    : file_(std::move(path)), check_(std::move(check)) {
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
  if (header_in(line) != sweep) {
    throw InputError(fmt::format("--resume: {}:1: found '{}', expected an unfinished sweep of '{}'",
                                 printable_path(file_.path()), printable(line, 300), sweep));
  }
  auto whole = static_cast<std::int64_t>(line.size() + 1);
  std::int64_t position = whole;
  std::string records;
  std::size_t number = 1;
  std::string torn;  // what is no JSON, unless it is the end that a power cut has left
  while (std::getline(in, line) && !in.eof()) {
    if (!torn.empty()) throw InputError(torn);
    ++number;
    position += static_cast<std::int64_t>(line.size() + 1);
    const auto refuse = [&](const ParseError& error) {
      return InputError(std::string("--resume: ") +
                        error_in_file(file_.path(), {number, line}, error).what());
    };
    Cursor cursor(line);
    const Json json = parse_json(cursor, "a record or the end of a part");
    if (cursor.failed()) {
      torn = refuse(*cursor.failure()).what();
      continue;
    }
    try {
      if (is_end_of_part(json)) {
        take_part(json, records);
        records.clear();
        whole = position;
      } else {
        require_record(json);
        records += line + "\n";
      }
    } catch (const FieldError& error) {
      throw refuse({0, fmt::format("a line with an error ({})", error.what()),
                    "a record or the end of a part"});
    } catch (const ParseError& error) {
      throw refuse({0, fmt::format("the end of a part with an error ({})", error.what()),
                    "the end of one of this sweep"});
    }
  }
  file_.cut_off(whole);
}

void Journal::take_part(const Json& end, const std::string& records) {
  const std::size_t unit = count_in(end, "unit");
  const std::uint64_t next_case = count_in(end, "next", Pool::kWholeUnit);
  const Json& tally = field_of(end, "tally");
  const Json& counts = field_of(tally, "counts");
  if (check_) check_(unit, next_case, tally.dump());
  Pool::Earlier& earlier = earlier_[unit];
  // A worker that takes over at the very case that it leaves out hands over nothing before it.
  const bool is_nothing =
      next_case == earlier.first_case && counts.empty() && records.empty() && !earlier.done;
  if (next_case <= earlier.first_case && !is_nothing) {
    throw FieldError("next", next_case, fmt::format("more than {}", earlier.first_case));
  }
  earlier.parts.push_back(tally.dump() + "\n" + records);
  earlier.first_case = next_case;
  earlier.done = next_case == Pool::kWholeUnit;
}

void Journal::add(std::size_t unit, std::uint64_t next_case, const std::string& part) {
  const std::size_t end = part.find('\n');
  const Json line = {
      {"unit", unit}, {"next", next_case}, {"tally", Json::parse(part.substr(0, end))}};
  file_.append(part.substr(end + 1) + line.dump() + "\n");
}

void Journal::remove() { ::unlink(file_.path().c_str()); }

}  // namespace shapefuzz
