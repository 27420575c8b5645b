// SPDX-License-Identifier: BSD-3-Clause
#include "harness/findings/records/summary.h"

#include <fmt/core.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "harness/findings/files/file.h"
#include "harness/findings/records/json_text.h"
#include "harness/findings/records/record.h"
#include "harness/language/case/order.h"
#include "harness/language/text/errors.h"
#include "harness/language/text/parse_error.h"

namespace shapefuzz {
namespace {

using Json = nlohmann::ordered_json;

std::optional<Case> read_case(const std::string& text, const LossSpecs& specs) {
  try {
    return parse_case(text, specs);
  } catch (const ParseError&) {
    return std::nullopt;
  }
}

std::string text_at(const Json& record, const char* name) {
  const auto found = record.find(name);
  return found != record.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// Where both can be read, the order of cases; else the shorter text.
bool is_smaller(const std::optional<Case>& a, const std::string& text,
                const RecordedFinding& known) {
  if (a && known.smallest) return shapefuzz::is_smaller(*a, *known.smallest);
  return text.size() < known.text.size();
}

void add(const Json& record, const LossSpecs& specs, RecordSummary& summary) {
  const Record fields = read_record(record);
  const std::string& loss = fields.loss;
  const std::string& entry = fields.entry;
  const std::string& verdict = fields.verdict;
  const std::string mistake = word_in(record, "mistake");
  ++summary.records;
  ++summary.cells[{loss, entry}][mistake][verdict];
  summary.libtorch.insert(fields.libtorch);
  if (verdict == "pass") return;
  const std::string cause = fields.cause.empty() ? "" : " | " + fields.cause;
  RecordedFinding& known = summary.findings[fields.signature + cause];
  const std::string& text = fields.text;
  auto c = read_case(text, specs);
  if (++known.records > 1 && !is_smaller(c, text, known)) return;
  known = {loss,           entry,           verdict,       mistake,
           text,           std::move(c),    fields.zone,   text_at(record, "detail"),
           fields.message, fields.libtorch, known.records, fields.cause};
}

Moment moment_in(const Json& json) {
  const Json& seconds = field_of(json, "seconds");
  if (!seconds.is_number()) throw FieldError("seconds", seconds, "a number");
  const auto count = [&](const char* field) { return static_cast<double>(count_in(json, field)); };
  return {seconds.get<double>(), count("executions"), count("features"), count("findings")};
}

std::vector<std::string> files_in(const std::string& directory) {
  std::vector<std::string> files;
  for (std::string& path : entries_in(directory)) {
    if (std::filesystem::path(path).extension() == ".jsonl") files.push_back(std::move(path));
  }
  if (files.empty())
    throw InputError(printable_path(directory) + ": holds no file of records, *.jsonl");
  return files;
}

}  // namespace

RecordSummary read_records(const std::string& path, const LossSpecs& specs) {
  RecordSummary summary;
  std::error_code error;
  const bool is_directory = std::filesystem::is_directory(path, error);
  const auto files = is_directory ? files_in(path) : std::vector<std::string>{path};
  for (const std::string& file : files) {
    const bool is_progress = std::filesystem::path(file).filename() == "progress.jsonl";
    for_each_line(file, is_directory ? Input::kFile : Input::kAnything, [&](const Line& line) {
      Cursor cursor(line.text);
      if (is_progress) {
        read_json(cursor, "a moment of a campaign", [&](const Json& json) {
          summary.curve.push_back(moment_in(json));
          return true;
        });
      } else {
        read_json(cursor, "a result record", [&](const Json& json) {
          add(json, specs, summary);
          return true;
        });
      }
      if (!cursor.failed()) return;
      if (line.ended) throw error_in_file(file, line, *cursor.failure());
      ++summary.torn;  // by a power cut
    });
  }
  return summary;
}

}  // namespace shapefuzz
