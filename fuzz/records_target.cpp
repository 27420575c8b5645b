// SPDX-License-Identifier: BSD-3-Clause
// The readers of what stands in files: a result record (`{` first), a line of a baseline (fields
// that ` | ` separates), or else the expectation of a corpus file. Each refuses with a ParseError
// or reads what can be written again.
#include "fuzz/property.h"
#include "harness/findings/baseline/baseline.h"
#include "harness/findings/corpus/expectation.h"
#include "harness/findings/records/record.h"
#include "harness/testing/test_specs.h"

namespace shapefuzz {
namespace {

void check_finding(const Signature& signature, const KnownFinding& known, std::string_view text) {
  const std::string line = to_string(signature) + " | " + to_string(known.smallest);
  const Baseline again = parse_baseline_line(line, test_specs());
  const auto& [same, found] = *again.findings.begin();
  require(same == signature && found.smallest == known.smallest,
          "a printed finding reads back as itself", text);
  // What such a finding leaves in a file of records.
  for (const LossSpec* spec : test_specs()) {
    if (spec->name != signature.loss) continue;
    const Judgement judgement = judgement_of_death(known.smallest, *spec, 0);
    const Record record = parse_record(to_record(known.smallest, *spec, judgement, {}, "1.13.0"));
    require(parse_case(record.text, test_specs()) == known.smallest, "a record has the case", text);
    require(record.signature == to_string(signature_of(known.smallest, judgement)),
            "a record has the signature", text);
  }
}

void check_line(const Baseline& baseline, std::string_view text) {
  for (const auto& [signature, known] : baseline.findings) check_finding(signature, known, text);
  for (const auto& [name, known] : baseline.causes) {
    const std::string line =
        "cause | " + name + " | " + std::to_string(known.cases) + " | " + to_string(known.smallest);
    const Baseline again = parse_baseline_line(line, test_specs());
    require(again.causes.begin()->first == name, "a printed cause reads back as itself", text);
  }
}

void check_record(const Record& record, std::string_view text) {
  for (const Shape& shape : record.shapes) {
    for (const std::int64_t size : shape) require(size >= 0, "no size is negative", text);
  }
}

}  // namespace
}  // namespace shapefuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace shapefuzz;
  const std::string_view text = as_text(data, size);
  if (size > 0 && text.front() == '{') {
    return require_parser(
        text, [](Cursor& cursor) { return parse_record(cursor); }, check_record);
  }
  if (text.find(" | ") != std::string_view::npos) {
    return require_parser(
        text, [](Cursor& cursor) { return parse_baseline_line(cursor, test_specs()); }, check_line);
  }
  return require_parser(
      text, [](Cursor& cursor) { return parse_expectation(cursor, "1.13.0"); },
      [](const Expectation& expectation, std::string_view whole) {
        require(expectation.verdicts.size() <= whole.size(), "no verdict comes from nowhere",
                whole);
      });
}
