// SPDX-License-Identifier: BSD-3-Clause
#include "harness/tell/emit/script.h"

#include <fmt/core.h>

#include "harness/oracle/judge/exhibit.h"

namespace shapefuzz {
namespace {

using Source = Evidence::Source;

bool dies(const Judgement& judgement) {
  return judgement.outcome == Outcome::kCrashed || judgement.outcome == Outcome::kTimedOut;
}

// The steps in front of the lines that are printed.
std::string definitions(const Exhibit& exhibit, const Syntax& syntax) {
  const Expressions expressions(syntax.dialect(), exhibit);
  std::string text = "\n";
  switch (exhibit.evidence.source) {
    case Source::kExpandedCall:
      text += syntax.comment("On explicitly expanded operands, reduced by hand.");
      text += syntax.define("expected", expressions.expanded());
      break;
    case Source::kOtherEntry:
      if (!syntax.has_cpp_frontends()) {
        text += syntax.comment("Expected: what the C++ functional does; Python has its own.");
        break;
      }
      text += syntax.comment("Another way into the same loss.");
      text += syntax.define("expected", expressions.first_entry());
      break;
    case Source::kFormula:
      text += syntax.comment(formula_source(exhibit));
      break;
    case Source::kNone:
      break;
  }
  return text + syntax.define("actual", expressions.actual()) + "\n";
}

// What no function of the program computes is printed as it is.
std::string print(const PrintedLine& line, const Exhibit& exhibit, const Syntax& syntax) {
  const Source source = exhibit.evidence.source;
  const bool is_actual = line.name.rfind("actual", 0) == 0;
  const bool computed = source == Source::kExpandedCall ||
                        (source == Source::kOtherEntry && syntax.has_cpp_frontends());
  const bool in_words =
      line.name == "expected" &&
      (source == Source::kNone || exhibit.judgement.verdict == Verdict::kSilentBroadcast);
  if (!is_actual && (!computed || in_words)) return syntax.say(line.name + " " + line.text);
  const std::string function = is_actual ? "actual" : "expected";
  const std::size_t of = line.name.find(" of ");
  if (of == std::string::npos) return syntax.show(line.name, function);
  return syntax.show_gradient(line.name, function, line.name.substr(of + 4));
}

}  // namespace

std::string body_of(const Exhibit& exhibit, const Syntax& syntax) {
  std::string text = Expressions(syntax.dialect(), exhibit).tensors();
  if (is_about_gradients(exhibit.judgement.verdict)) text += gradient_statements(exhibit, syntax);
  text += definitions(exhibit, syntax);
  for (const PrintedLine& line : printed_lines(exhibit)) text += print(line, exhibit, syntax);
  if (dies(exhibit.judgement)) text += syntax.show("actual", "actual");
  return text;
}

std::string gradient_statements(const Exhibit& exhibit, const Syntax& syntax) {
  std::vector<std::string> names;
  const auto& patterns = exhibit.loss->spec.contract.operands();
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    if (exhibit.evidence.differentiable[i]) names.push_back(patterns[i].name);
  }
  const std::string leaves = syntax.leaves(names);
  const auto& cotangent = exhibit.evidence.cotangent;
  if (cotangent.empty()) return leaves + syntax.no_weights();
  Operand weights;
  weights.name = "weights";
  weights.shape = {static_cast<std::int64_t>(cotangent.size())};
  return leaves + syntax.dialect().tensor(weights, cotangent, false);
}

std::string summary_of(const Exhibit& exhibit, const std::string& needed) {
  const Judgement& judgement = exhibit.judgement;
  const std::string& detail = judgement.detail.empty() ? judgement.message : judgement.detail;
  std::string text = fmt::format("{}\n{}", to_string(exhibit.c), to_string(judgement.verdict));
  if (!detail.empty()) text += ": " + detail.substr(0, detail.find('\n'));
  if (judgement.verdict == Verdict::kOutOfBounds ||
      judgement.verdict == Verdict::kUninitializedRead) {
    text += "\nWhat it prints as actual depends on what happens to lie in that memory.";
  }
  return text + fmt::format("\nFound by shapefuzz in LibTorch {}; needs nothing but {}.",
                            exhibit.libtorch, needed);
}

std::string formula_source(const Exhibit& exhibit) {
  return fmt::format("Expected: the formula in the documentation of torch.nn.{}, in doubles.",
                     module_name(*exhibit.loss));
}

std::string indented(const std::string& text, const std::string& by) {
  std::string result;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = text.find('\n', start) + 1;
    if (end - start > 1) result += by;
    result += text.substr(start, end - start);
    start = end;
  }
  return result;
}

}  // namespace shapefuzz
