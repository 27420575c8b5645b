// SPDX-License-Identifier: BSD-3-Clause
#include "harness/tell/emit/script.h"

#include <fmt/core.h>

#include "harness/oracle/judge/exhibit.h"

namespace shapefuzz {
namespace {

using Source = Evidence::Source;

class Script {
 public:
  Script(const Exhibit& exhibit, const Syntax& syntax)
      : exhibit_(exhibit), syntax_(syntax), expressions_(syntax.dialect(), exhibit) {}

  std::string text() const {
    std::string text = expressions_.tensors();
    const auto lines = program_lines(exhibit_);
    bool has_gradients = false;
    for (const ProgramLine& line : lines) has_gradients = has_gradients || line.of_gradients;
    if (has_gradients && !exhibit_.evidence.cotangent.empty()) text += weights();
    for (const ProgramLine& line : lines) text += statement(line);
    return text;
  }

 private:
  // Of the result's shape, if there is one.
  std::string weights() const {
    const Evidence& evidence = exhibit_.evidence;
    const auto& value = evidence.actual.value ? evidence.actual.value : evidence.expected.value;
    const Shape flat = {static_cast<std::int64_t>(evidence.cotangent.size())};
    return syntax_.dialect().name(
        "weights", literal_text(syntax_.dialect(), DType::kF64, value ? value->shape : flat,
                                evidence.cotangent));
  }

  std::string statement(const ProgramLine& line) const {
    if (line.is_actual) return print(line, expressions_.actual(), exhibit_.evidence.actual);
    switch (exhibit_.evidence.source) {
      case Source::kExpandedCall:
        if (line.in_words) break;
        return print(line, expressions_.expanded(), exhibit_.evidence.expected);
      case Source::kOtherEntry:
        if (!syntax_.has_cpp_frontends()) {
          return syntax_.comment("What the C++ functional does; Python has its own.") +
                 syntax_.say(line.name + " " + line.text);
        }
        return print(line, expressions_.first_entry(), exhibit_.evidence.expected);
      case Source::kFormula:
        if (line.in_words) break;
        return syntax_.comment(formula_source(exhibit_)) + syntax_.say(line.name, number_of(line));
      case Source::kBase:  // of a device another program is written (device_program.cpp)
      case Source::kNone:
        break;
    }
    return syntax_.comment(line.name + " " + line.text);
  }

  // What the formula gives.
  const Numbers& number_of(const ProgramLine& line) const {
    const Computed& expected = exhibit_.evidence.expected;
    return line.of_gradients ? *expected.gradients[line.operands.front()] : *expected.value;
  }

  std::string print(const ProgramLine& line, const std::string& call,
                    const Computed& computed) const {
    if (!line.of_gradients) {
      const bool is_scalar = computed.value && computed.value->shape.empty();
      return syntax_.print(line.name, call, is_scalar);
    }
    const auto& patterns = exhibit_.loss->spec.contract.operands();
    std::vector<std::string> names;
    for (const std::size_t i : line.operands) names.push_back(patterns[i].name);
    const bool has_weights = !exhibit_.evidence.cotangent.empty();
    const std::string result = line.is_actual ? "actual" : "expected";
    const std::string gradients =
        syntax_.gradients(result, names, has_weights ? "weights" : std::string());
    const Shape& shape = exhibit_.computed().find_operand(names.front())->shape;
    return syntax_.name_result(result, call) +
           syntax_.print(line.name, gradients + "[0]", shape.empty());
  }

  const Exhibit& exhibit_;
  const Syntax& syntax_;
  Expressions expressions_;
};

}  // namespace

std::string body_of(const Exhibit& exhibit, const Syntax& syntax) {
  return Script(exhibit, syntax).text();
}

std::string summary_of(const Exhibit& exhibit) {
  const Judgement& judgement = exhibit.judgement;
  const std::string& detail = judgement.detail.empty() ? judgement.message : judgement.detail;
  std::string text = fmt::format("{}\n{}", to_string(exhibit.c), to_string(judgement.verdict));
  if (!detail.empty()) text += ": " + detail.substr(0, detail.find('\n'));
  if (judgement.verdict == Verdict::kOutOfBounds ||
      judgement.verdict == Verdict::kUninitializedRead) {
    text += "\nWhat it prints as actual depends on what happens to lie in that memory.";
  }
  return text + fmt::format("\nFound by shapefuzz {} LibTorch {}.",
                            exhibit.loss->spec.own ? "with" : "in", exhibit.libtorch);
}

std::string formula_source(const Exhibit& exhibit) {
  if (exhibit.loss->spec.own) {
    return exhibit.loss->gold == nullptr ? "By the losses of the samples, each called alone:"
                                         : "By the formula of the loss, in doubles:";
  }
  return fmt::format("By the formula in the documentation of torch.nn.{}, in doubles:",
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
