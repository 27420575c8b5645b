// SPDX-License-Identifier: BSD-3-Clause
// The case parser: what it reads, it prints in one spelling and reads again as the same case, whose
// zone and mistake have a name. The losses are those of the tests: no LibTorch in here.
#include "fuzz/last_case.h"
#include "fuzz/property.h"
#include "fuzz/subjects.h"
#include "harness/language/case/mistake.h"
#include "harness/language/case/zone.h"
#include "harness/testing/test_specs.h"

namespace shapefuzz {

std::vector<Subject> fuzz_subjects() {
  std::vector<Subject> subjects;
  for (const LossSpec* spec : test_specs()) subjects.push_back({spec});
  return subjects;
}

bool mutates_bytes() { return true; }

namespace {

// Values are drawn for all elements; the mistakes of a large case only take longer. And they take
// as long as the parsing, so that one case in 32 has to do.
constexpr std::int64_t kMostElements = 64;
constexpr std::size_t kMistakesOneIn = 32;

void check_mistakes(const Case& c, std::string_view text) {
  for (const LossSpec* spec : test_specs()) {
    if (spec->name != c.loss) continue;
    const bool valid = zone_of(c, *spec) == Zone::kValid;
    for (const LocatedMistake& mistake : find_mistakes(c, *spec)) {
      require(!valid || mistake.kind == Mistake::kNone || mistake.kind == Mistake::kOtherOption ||
                  mistake.kind == Mistake::kOtherLayout || mistake.kind == Mistake::kBoundaryValue,
              "a valid case has no mistake in it", text);
    }
  }
}

void check_case(const Case& c, std::string_view text) {
  // The mutator's case, which was printed and is read back now.
  const Case* const written = last_case().of(text);
  require(written == nullptr || *written == c, "a mutant reads back as itself", text);
  if (written == nullptr) last_case().set(text, c);
  const std::string printed = to_string(c);
  if (printed != text) {
    const Case again = parse_case(printed, test_specs());
    require(again == c, "a printed case reads back as itself", text);
    require(to_string(again) == printed, "a case has one spelling", text);
  }
  std::int64_t elements = 0;
  for (const Operand& operand : c.operands) {
    require(operand.shape.is_countable(), "63 bits count the elements of every operand", text);
    elements += operand.shape.elements();
  }
  const bool chosen = std::hash<std::string_view>()(text) % kMistakesOneIn == 0;
  if (chosen && elements <= kMostElements) check_mistakes(c, text);
}

}  // namespace
}  // namespace shapefuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace shapefuzz;
  return require_parser(
      as_text(data, size), [](Cursor& cursor) { return parse_case(cursor, test_specs()); },
      check_case);
}
