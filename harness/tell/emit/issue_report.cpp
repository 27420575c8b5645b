// SPDX-License-Identifier: BSD-3-Clause
#include "harness/tell/emit/issue_report.h"

#include <fmt/core.h>

#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <vector>

#include "harness/oracle/causes/cause.h"
#include "harness/tell/emit/program.h"
#include "harness/tell/explain/explain.h"

namespace shapefuzz {
namespace {

std::string title_of(const Exhibit& exhibit) {
  const std::string loss = exhibit.loss->spec.name + " (" + exhibit.c.entry + ")";
  switch (exhibit.judgement.verdict) {
    case Verdict::kWrongGradient:
      return loss + " computes a wrong gradient";
    case Verdict::kWrongReduction:
      return loss + " reduces wrongly";
    case Verdict::kWrongShape:
      return loss + " returns a result of the wrong shape";
    case Verdict::kWrongValue:
      return loss + " returns a wrong result";
    case Verdict::kBackwardRejected:
      return loss + " accepts operands that its backward refuses";
    case Verdict::kSilentBroadcast:
      return loss + " broadcasts operands that do not fit, without an error";
    case Verdict::kIllegalValueAccepted:
      return loss + " accepts what its documentation excludes";
    case Verdict::kRejectedValid:
      return loss + " refuses documented operands";
    case Verdict::kEntryDisagreement:
      return loss + " disagrees with " + exhibit.loss->entries.front().name;
    case Verdict::kUncleanRejection:
      return loss + " refuses with an internal error";
    case Verdict::kTimedOut:
      return loss + " does not come back";
    case Verdict::kNondeterministic:
      return loss + " gives another result each time";
    case Verdict::kOutOfBounds:
    case Verdict::kCrash:
    case Verdict::kUninitializedRead:
    case Verdict::kInputMutated:
      return loss + " is not memory safe";
    case Verdict::kPass:
    case Verdict::kNotJudged:
      break;
  }
  return loss;
}

std::string what_is_wrong(const Exhibit& exhibit) {
  const Explanation e = explain(exhibit);
  if (!e.why.empty()) return e.why;
  return exhibit.judgement.detail.empty() ? e.outcome : exhibit.judgement.detail;
}

// `[2, 1]` and so on, as the documentation speaks of shapes.
std::string shapes_of(const Exhibit& exhibit) {
  std::vector<std::string> shapes;
  for (const Operand& operand : exhibit.c.operands) {
    shapes.push_back(fmt::format("`{}` {}", operand.name, pretty(operand.shape)));
  }
  return joined(shapes);
}

std::string expectation(const Exhibit& exhibit) {
  const bool is_in_words = exhibit.judgement.verdict == Verdict::kSilentBroadcast;
  switch (exhibit.evidence.source) {
    case Evidence::Source::kExpandedCall:
      if (is_in_words) break;
      return "the same as with operands that were expanded before the call, or an error";
    case Evidence::Source::kFormula:
      return fmt::format("the formula in the documentation of `torch.nn.{}`",
                         module_name(*exhibit.loss));
    case Evidence::Source::kOtherEntry:
      return fmt::format("what the {} does", exhibit.loss->entries.front().name);
    case Evidence::Source::kBase:  // of a device only a program in Python is written
    case Evidence::Source::kNone:
      break;
  }
  return expected_in_words(exhibit);
}

std::string description_of(const Exhibit& exhibit, const Cause* cause) {
  std::string text = fmt::format("The shapes are {}. ", shapes_of(exhibit));
  std::string wrong = what_is_wrong(exhibit);
  wrong.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(wrong.front())));
  text += wrong + ".\n\n";
  text += fmt::format("* Expected: {}.\n", expectation(exhibit));
  if (exhibit.judgement.outcome == Outcome::kCrashed) {
    text += fmt::format("* With inaccessible memory around the tensors it {}.\n",
                        exhibit.judgement.message);
  }
  text += fmt::format("* Version: {}, CPU.", exhibit.libtorch);
  if (cause == nullptr) return text + "\n";
  text += fmt::format(" Measured before: {}.\n", cause->versions.text());
  text += fmt::format("* When: {}.\n", cause->condition);
  if (!cause->upstream.empty()) {
    std::vector<std::string> numbers;
    for (const std::string_view number : cause->upstream) {
      numbers.push_back(fmt::format("pytorch/pytorch#{}", number));
    }
    text += "* Related: " + joined(numbers) + ".\n";
  }
  if (!cause->advice.empty()) text += fmt::format("* Until then: {}.\n", cause->advice);
  return text;
}

// The numbers in a text, in their order.
std::vector<double> numbers_in(const std::string& text) {
  std::vector<double> numbers;
  const char* next = text.c_str();
  while (*next != '\0') {
    char* end = nullptr;
    const double number = std::strtod(next, &end);
    if (end == next) {
      ++next;
      continue;
    }
    numbers.push_back(number);
    next = end;
  }
  return numbers;
}

// Behind its name, and behind the sizes that C++'s line begins with.
std::string value_in(const std::string& printed, const std::string& name) {
  const std::size_t line = printed.find("actual");
  if (line == std::string::npos) return "";
  std::string text = printed.substr(line, printed.find('\n', line) - line);
  const std::size_t value = text.find_first_of("[0123456789-ni", name.size());
  text = value == std::string::npos ? "" : text.substr(value);
  const std::size_t sizes = text.find("]: ");
  return sizes == std::string::npos ? text : text.substr(sizes + 3);
}

bool agree(const IssueReport& report, const std::string& output) {
  const bool refused = report.printed.find("actual refused") != std::string::npos;
  if (report.printed.find("actual") == std::string::npos) return true;  // a death, anything
  if (refused) return output.find("Error: ") != std::string::npos;
  const std::size_t start = report.printed.find("actual");
  const std::size_t of = report.printed.find("gradient of ", start);
  std::string name = "actual";
  if (of != std::string::npos) {
    name = report.printed.substr(start, report.printed.find(' ', of + 12) - start);
  }
  const std::vector<double> ours = numbers_in(value_in(report.printed, name));
  const std::vector<double> theirs = numbers_in(value_in(output, name));
  if (ours.size() != theirs.size()) return false;
  for (std::size_t i = 0; i < ours.size(); ++i) {
    constexpr double kSixDigits = 1e-4;
    const bool same =
        ours[i] == theirs[i] || (std::isnan(ours[i]) && std::isnan(theirs[i])) ||
        std::abs(ours[i] - theirs[i]) <= kSixDigits * std::max(1.0, std::abs(ours[i]));
    if (!same) return false;
  }
  return true;
}

// The head of a program is for whoever finds the file; a report has it as text.
std::string without_head(const ProgramParts& parts) { return parts[1] + parts[2]; }

using Json = nlohmann::ordered_json;

}  // namespace

IssueReport issue_report(const Exhibit& exhibit) {
  const Cause* const cause = known_causes().find(exhibit.judgement.cause);
  IssueReport report;
  report.title = cause != nullptr ? std::string(cause->title) : title_of(exhibit);
  report.python = without_head(python_parts(exhibit));
  report.cpp = without_head(cpp_parts(exhibit));
  for (const ProgramLine& line : program_lines(exhibit)) {
    if (line.in_words || line.text.empty()) continue;
    report.printed += line.name + " " + line.text + "\n";
  }
  report.description =
      description_of(exhibit, cause) +
      fmt::format("\nFound by shapefuzz: `shapefuzz run '{}'`.\n", to_string(exhibit.c));
  report.libtorch = exhibit.libtorch;
  report.is_finding = is_finding(exhibit.judgement.verdict);
  report.is_of_cpp = exhibit.c.entry == "functional" || exhibit.c.entry == "module";
  return report;
}

std::string to_text(const IssueReport& report) {
  const Json json = {{"title", report.title},
                     {"python", report.python},
                     {"cpp", report.cpp},
                     {"printed", report.printed},
                     {"description", report.description},
                     {"libtorch", report.libtorch},
                     {"is_of_cpp", report.is_of_cpp},
                     {"is_finding", report.is_finding}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

IssueReport read_issue_report(const std::string& text) {
  const Json json = Json::parse(text);
  const auto part = [&](const char* name) { return json.at(name).get<std::string>(); };
  const auto says = [&](const char* name) { return json.at(name).get<bool>(); };
  return {part("title"),       part("python"),   part("cpp"),       part("printed"),
          part("description"), part("libtorch"), says("is_of_cpp"), says("is_finding")};
}

std::string issue_text(const IssueReport& report, const std::optional<PythonRun>& run) {
  const std::string title = "# " + report.title + "\n\n";
  const std::string end = "\n" + report.description;
  const auto block = [](const char* language, const std::string& text) {
    return fmt::format("```{}\n{}```\n", language, text);
  };
  const bool shows_it = run && (!report.is_of_cpp || agree(report, run->output));
  if (shows_it) {
    return title + block("python", report.python) + "\nIt prints:\n\n" +
           block("text", run->output) + end;
  }
  std::string text = title + block("cpp", report.cpp);
  if (!report.printed.empty()) {
    text += "\nWith it LibTorch computes:\n\n" + block("text", report.printed);
  }
  if (run) {
    text += "\nThis is of the C++ frontend: Python's own, on the same operands, prints:\n\n" +
            block("text", run->output);
  } else {
    text += fmt::format(
        "\nNo Python with PyTorch {} was found to run the program there (SHAPEFUZZ_PYTHON names "
        "one).\n",
        report.libtorch);
  }
  return text + end;
}

}  // namespace shapefuzz
