// SPDX-License-Identifier: BSD-3-Clause
#include "harness/tell/narrate/narrative.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <nlohmann/json.hpp>

#include "harness/findings/records/json_text.h"
#include "harness/findings/records/record.h"
#include "harness/language/text/program_name.h"
#include "harness/oracle/causes/cause.h"
#include "harness/oracle/judge/device.h"
#include "harness/oracle/memory/limit.h"
#include "harness/tell/emit/program.h"
#include "harness/tell/explain/explain.h"
#include "harness/tell/explain/number_text.h"
#include "harness/tell/explain/picture.h"
#include "harness/tell/shapes/alignment.h"

namespace shapefuzz {
namespace {

using Json = nlohmann::ordered_json;

// A line with more numbers is not read by anybody.
constexpr std::size_t kMostNumbers = 12;

class Text {
 public:
  explicit Text(bool colour) : colour_(colour) {}

  void add(const std::string& label, const std::string& line) {
    text_ += fmt::format("  {} {}\n", painted(fmt::format("{:<9}", label), "2"), line);
  }
  std::string painted(const std::string& text, const char* code) const {
    return colour_ && !text.empty() ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : text;
  }
  void head(const std::string& line) { text_ += painted(line, "1") + "\n"; }
  std::string take() && { return std::move(text_); }

 private:
  bool colour_;
  std::string text_;
};

const char* colour_of(Verdict verdict) {
  switch (severity_of(verdict)) {
    case Severity::kMemory:
    case Severity::kMiscalculation:
      return "1;31";
    case Severity::kHazard:
      return "1;33";
    case Severity::kNone:
      break;
  }
  return "1;32";
}

Shape original_shape(const Exhibit& exhibit, const Numbers& numbers) {
  return exhibit.twin ? exhibit.twin->original(numbers.shape) : numbers.shape;
}

// The shape in the sizes of the case, with the numbers if they are its own and few.
std::string few(const Exhibit& exhibit, const Numbers& numbers) {
  if (!exhibit.twin && numbers.values.size() <= kMostNumbers) return number_text(numbers);
  const Shape shape = original_shape(exhibit, numbers);
  return fmt::format("{}: {} numbers", pretty(shape), count_text(shape.elements()));
}

std::string without_name(const std::string& name) {
  return name == "broadcast" ? "on explicitly broadcast operands" : name;
}

void add_numbers(const Exhibit& exhibit, Text& text) {
  const std::string whose = exhibit.twin ? "twin's " : "";
  const char* label = "numbers";
  for (const PrintedLine& line : printed_lines(exhibit)) {
    const bool in_words = line.text.rfind("an error", 0) == 0 || line.text == "a result" ||
                          line.text.rfind("refused: ", 0) == 0;
    if (in_words) continue;
    const bool is_long =
        std::count(line.text.begin(), line.text.end(), ',') > static_cast<int>(2 * kMostNumbers);
    text.add(label, fmt::format("{}{} {}", whose, without_name(line.name),
                                is_long ? "(too many to print; --json has them)" : line.text));
    label = "";
  }
}

// What to write, in both languages where they differ, and what it does.
void add_repairs(const Exhibit& exhibit, const Explanation& explanation, Text& text) {
  if (explanation.instead.empty()) return;
  const TriedRepairs& tried = exhibit.tried;
  const std::vector<Repair> shown = tried.shown();
  const std::string left =
      tried.helping.empty() ? "; what is left is the known bug " + tried.spoiled_by : "";
  if (shown.empty()) return text.add("instead", text.painted(explanation.instead, "36"));
  const char* label = "instead";
  for (const Repair& repair : shown) {
    const std::string python = python_of(repair);
    const std::string cpp = exhibit.loss->spec.in_python ? python : cpp_of(repair);
    const std::string effect =
        repair.broadcasts ? "if every pair is meant; --policy broadcast takes the case as it is"
                          : effect_of(repair, exhibit.loss->spec);
    text.add(label, text.painted(cpp, "36"));
    if (python != cpp) text.add("", text.painted(python, "36") + " in Python");
    text.add("", fmt::format("({}{})", effect, left));
    label = "or";
  }
}

void add_picture(const Exhibit& exhibit, bool colour, Text& text) {
  const auto picture = picture_of(exhibit);
  if (!picture) {
    return text.add("picture", "none: only operands whose elements meet one another are drawn");
  }
  const char* label = "picture";
  for (const std::string& line : drawn_in_text(*picture, colour)) {
    text.add(label, line);
    label = "";
  }
}

Json repair_json(const Repair& repair) {
  Json edits = Json::array();
  for (const Edit& edit : repair.edits) {
    edits.push_back(
        {{"operand", edit.operand}, {"cpp", to_cpp(edit)}, {"python", to_python(edit)}});
  }
  // Another one would not have been kept.
  return {{"edits", edits}, {"case", to_string(repair.c)}, {"verdict", to_string(Verdict::kPass)}};
}

void add_losses(const Exhibit& exhibit, Text& text) {
  const Evidence& evidence = exhibit.evidence;
  if (!evidence.unreduced || !evidence.intended_unreduced) return;
  const auto count = [&](const Numbers& numbers) {
    return count_text(original_shape(exhibit, numbers).elements());
  };
  text.add("losses", fmt::format("{} before the reduction, {}", count(*evidence.unreduced),
                                 few(exhibit, *evidence.unreduced)));
  text.add("",
           fmt::format("{} with {} in the demanded shape, {}", count(*evidence.intended_unreduced),
                       find_mistake(exhibit.c, exhibit.loss->spec).operand,
                       few(exhibit, *evidence.intended_unreduced)));
  if (evidence.intended && !exhibit.twin) {
    text.add("", fmt::format("{} of those: {}", exhibit.loss->spec.reduction_of(exhibit.c),
                             number_text(*evidence.intended)));
  }
}

// What is behind a finding, where that is known, and where it is.
void add_cause(const Exhibit& exhibit, Text& text) {
  const Judgement& judgement = exhibit.judgement;
  if (!is_finding(judgement.verdict) || exhibit.loss->spec.own) return;
  const Cause* const cause = find_known_cause(judgement.cause);
  if (cause == nullptr) {
    text.add("cause", "none is known");
    return;
  }
  text.add("cause", fmt::format("{}: {}", cause->name, cause->title));
  text.add("", fmt::format("{}; when {}", cause->known_where(), cause->condition));
}

std::string in_one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

Json cause_json(const Judgement& judgement) {
  const Cause* const cause = find_known_cause(judgement.cause);
  if (cause == nullptr) return nullptr;
  Json upstream = Json::array();
  for (const std::string_view number : cause->upstream) upstream.push_back(number);
  return {{"name", cause->name},
          {"title", cause->title},
          {"sort", cause->sort == Sort::kBug ? "bug" : "hazard"},
          {"condition", cause->condition},
          {"releases", cause->versions.text()},
          {"upstream", upstream},
          {"advice", cause->advice}};
}

Json number(double value) {
  if (std::isfinite(value)) return value;
  return number_text(value);  // JSON has no NaN
}

Json numbers_json(const std::optional<Numbers>& numbers) {
  if (!numbers) return nullptr;
  constexpr std::size_t kMostValues = 4096;  // of a shape like [64, 64]
  if (numbers->values.size() > kMostValues) {
    return {{"shape", to_json(numbers->shape)}, {"values", nullptr}};
  }
  Json values = Json::array();
  for (const double value : numbers->values) values.push_back(number(value));
  return {{"shape", to_json(numbers->shape)}, {"values", values}};
}

std::string_view to_string(Evidence::Source source) {
  switch (source) {
    case Evidence::Source::kExpandedCall:
      return "expanded_call";
    case Evidence::Source::kFormula:
      return "formula";
    case Evidence::Source::kOtherEntry:
      return "other_entry";
    case Evidence::Source::kBase:
      return "cpu";
    case Evidence::Source::kNone:
      break;
  }
  return "none";
}

Json numbers_json(const Exhibit& exhibit) {
  const Evidence& evidence = exhibit.evidence;
  Json json;
  json["expected_by"] = to_string(evidence.source);
  json["expected"] = numbers_json(evidence.expected.value);
  json["actual"] = numbers_json(evidence.actual.value);
  json["unreduced"] = numbers_json(evidence.unreduced);
  json["intended"] = numbers_json(evidence.intended);
  json["intended_unreduced"] = numbers_json(evidence.intended_unreduced);
  json["operands"] = Json::object();
  json["gradients"] = Json::object();
  const auto& patterns = exhibit.loss->spec.contract.operands();
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    const Operand* operand = exhibit.computed().find_operand(patterns[i].name);
    if (operand == nullptr) continue;
    json["operands"][operand->name] = numbers_json(Numbers{operand->shape, evidence.operands[i]});
    if (!evidence.differentiable[i]) continue;
    json["gradients"][operand->name] = {{"expected", numbers_json(evidence.expected.gradients[i])},
                                        {"actual", numbers_json(evidence.actual.gradients[i])}};
  }
  return json;
}

Json explanation_json(const Exhibit& exhibit) {
  const LossSpec& spec = exhibit.loss->spec;
  const Explanation e = explain(exhibit);
  const LocatedMistake mistake = e.mistakes.empty() ? LocatedMistake() : e.mistakes.front();
  Json json = {{"meaning", e.meaning}, {"zone", e.zone}, {"contract", e.contract}};
  json["bindings"] = spec.open ? "" : bindings_text(e.reading);
  json["sizes"] = Json::array();
  if (!spec.open) json["sizes"] = aligned_sizes(exhibit.c, e.reading, e.mistakes);
  json["operand"] = mistake.operand;
  json["demanded"] = mistake.operand.empty() ? Json() : to_json(mistake.demanded);
  json["outcome"] = e.outcome;
  json["why"] = e.why;
  json["instead"] = e.instead;
  json["repairs"] = Json::array();
  for (const Repair& repair : exhibit.tried.helping) json["repairs"].push_back(repair_json(repair));
  json["repair"] = json["repairs"].empty() ? Json() : json["repairs"][0];
  json["notes"] = e.notes;
  json["warnings"] = exhibit.evidence.warnings;
  json["cause"] = cause_json(exhibit.judgement);
  return json;
}

// With twice the memory, where that is what a case could not be judged for.
std::string what_to_run_next(const Exhibit& exhibit) {
  const Judgement& judgement = exhibit.judgement;
  const bool lifted = judgement.detail.find("--max-memory") != std::string::npos;
  if (judgement.verdict != Verdict::kNotJudged || !lifted) return "";
  const std::uint64_t gigabytes = (MemoryLimit::instance().share() >> 29) + 1;
  const bool exact = elements_of(exhibit.computed(), exhibit.loss->spec) > kMaxElements;
  return fmt::format("{}{} --max-memory {}G '{}'", typed("run"), exact ? " --exact" : "", gigabytes,
                     to_string(exhibit.c));
}

}  // namespace

std::string narrative(const Exhibit& exhibit, bool colour, bool draws) {
  const LossSpec& spec = exhibit.loss->spec;
  const Explanation e = explain(exhibit);
  Text text(colour);
  text.head(to_string(exhibit.c));
  const Verdict verdict = exhibit.judgement.verdict;
  text.add("verdict",
           fmt::format("{}: {}",
                       text.painted(std::string(shapefuzz::to_string(verdict)), colour_of(verdict)),
                       e.meaning));
  if (exhibit.twin) {
    text.add("judged", fmt::format("on its twin, not computed: {}", to_string(exhibit.twin->c)));
    text.add("", fmt::format("(it has more than {} elements in all; --exact computes it)",
                             count_text(kMaxElements)));
  }
  text.add("zone", e.zone);
  text.add("contract", e.contract);
  if (!spec.open) {
    const std::string bindings = bindings_text(e.reading);
    if (!bindings.empty()) text.add("", "with " + bindings);
    const char* label = "sizes";
    for (const std::string& line : aligned_sizes(exhibit.c, e.reading, e.mistakes)) {
      text.add(label, line);
      label = "";
    }
  }
  if (draws) add_picture(exhibit, colour, text);
  const auto device = parse_device(exhibit.judgement.device).value_or(Device::kCpu);
  const std::string where = device == Device::kCpu ? "" : fmt::format("with {}: ", name_of(device));
  if (spec.own) {
    text.add("loss", where + e.outcome);
  } else {
    text.add("LibTorch", fmt::format("{}{}{}", exhibit.libtorch, where.empty() ? ": " : " ",
                                     where + e.outcome));
  }
  for (const std::string& warning : exhibit.evidence.warnings) {
    // What is not known of the call itself came behind it.
    text.add(
        "", (exhibit.judgement.warned ? "warns: " : "its backward warns: ") + in_one_line(warning));
  }
  add_numbers(exhibit, text);
  if (verdict != Verdict::kPass) add_losses(exhibit, text);
  if (!exhibit.has_numbers && verdict != Verdict::kNotJudged) {
    text.add("numbers", "not shown: " + MemoryLimit::instance().reason());
  }
  if (!e.why.empty()) text.add("why", e.why);
  for (const std::string& note : e.notes) text.add("note", note);
  add_cause(exhibit, text);
  const std::string next = what_to_run_next(exhibit);
  if (!next.empty()) text.add("next", text.painted(next, "36"));
  add_repairs(exhibit, e, text);
  return std::move(text).take();
}

std::string record_with_numbers(const Exhibit& exhibit) {
  Json record = Json::parse(
      to_record(exhibit.c, exhibit.loss->spec, exhibit.judgement, {}, exhibit.libtorch));
  record["judged_on"] = exhibit.twin ? "twin" : "case";
  if (exhibit.twin) record["twin"] = shapefuzz::to_string(exhibit.twin->c);
  record["explanation"] = explanation_json(exhibit);
  record["numbers"] = exhibit.has_numbers ? numbers_json(exhibit) : Json();
  return record.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string record_for_report(const Exhibit& exhibit) {
  Json json;
  json["explanation"] = explanation_json(exhibit);
  json["numbers"] = exhibit.has_numbers ? numbers_json(exhibit) : Json::object();
  json["numbers"].erase("gradients");  // the lines have those
  if (const auto picture = picture_of(exhibit)) {
    json["picture"] = drawn_as_svg(*picture);
    json["picture_remark"] = picture->remark;
  }
  json["lines"] = Json::array();
  for (const PrintedLine& line : printed_lines(exhibit)) {
    json["lines"].push_back(line.name + " " + line.text);
  }
  if (exhibit.has_numbers && why_not_emitted(exhibit.c).empty()) {
    json["programs"] = {{"C++", cpp_parts(exhibit)}, {"Python", python_parts(exhibit)}};
  }
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

bool wants_colour() {
  const char* const no_colour = std::getenv("NO_COLOR");
  const char* const terminal = std::getenv("TERM");
  const bool dumb = terminal == nullptr || std::strcmp(terminal, "dumb") == 0;
  return ::isatty(STDOUT_FILENO) == 1 && !dumb && (no_colour == nullptr || *no_colour == '\0');
}

}  // namespace shapefuzz
