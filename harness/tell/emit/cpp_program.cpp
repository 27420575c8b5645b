// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/core.h>

#include <algorithm>

#include "harness/oracle/judge/exhibit.h"
#include "harness/tell/emit/cpp_text.h"
#include "harness/tell/emit/program.h"
#include "harness/tell/emit/script.h"
#include "harness/tell/explain/number_text.h"

namespace shapefuzz {
namespace {

// Raw: the text is a program.
constexpr const char* kCallOperator = R"(
static torch::Tensor call_operator(const std::string& name, const std::string& overload,
                                   std::vector<c10::IValue> stack) {
  c10::Dispatcher::singleton().findSchemaOrThrow(name.c_str(), overload.c_str()).callBoxed(stack);
  return stack.front().toTensor();
}
)";

std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c < ' ' ? ' ' : c;
  }
  return result + '"';
}

class Cpp : public Syntax {
 public:
  const Dialect& dialect() const override { return cpp_dialect(); }
  bool has_cpp_frontends() const override { return true; }
  std::string comment(const std::string& text) const override { return cpp_comment(text); }
  std::string say(const std::string& text) const override {
    return fmt::format("std::cout << {} << std::endl;\n", quoted(text));
  }
  std::string say(const std::string& name, const Numbers& numbers) const override {
    return say(name + " " + number_text(numbers));
  }
  std::string name_result(const std::string& name, const std::string& call) const override {
    return fmt::format("torch::Tensor {} = {};\n", name, call);
  }
  std::string print(const std::string& name, const std::string& tensor,
                    bool is_scalar) const override {
    return fmt::format("std::cout << {} << {}{} << std::endl;\n", quoted(name + " "), tensor,
                       is_scalar ? ".item<double>()" : "");
  }
  std::string gradients(const std::string& result, const std::vector<std::string>& operands,
                        const std::string& weights) const override {
    return fmt::format("torch::autograd::grad({{{}}}, {{{}}}{})", result, joined(operands),
                       weights.empty() ? "" : ", {" + weights + "}");
  }
};

bool is_refused(const Exhibit& exhibit) {
  const auto lines = program_lines(exhibit);
  return std::any_of(lines.begin(), lines.end(),
                     [](const ProgramLine& line) { return line.is_refused; });
}

}  // namespace

std::string cpp_comment(const std::string& text) {
  std::string comment = "// ";
  for (const char c : text) comment += c == '\n' ? std::string("\n// ") : std::string(1, c);
  return comment + "\n";
}

std::string cpp_includes(const std::string& body) {
  const bool dispatches = body.find("call_operator(") != std::string::npos;
  return dispatches ? "#include <ATen/core/dispatch/Dispatcher.h>\n" : "";
}

std::string cpp_helpers(const std::string& body) {
  const bool dispatches = body.find("call_operator(") != std::string::npos;
  const bool has_frontends = body.find("F::") != std::string::npos;
  return std::string(has_frontends ? "\nnamespace F = torch::nn::functional;\n" : "") +
         (dispatches ? kCallOperator : "");
}

std::string own_declaration(const Dialect& dialect, const Exhibit& exhibit) {
  const Loss& loss = *exhibit.loss;
  if (!loss.spec.own) return "";
  return "\n" + dialect.declaration(loss, exhibit.c.entry, own_function(loss, exhibit.c.entry));
}

ProgramParts cpp_parts(const Exhibit& exhibit) {
  std::string body = indented(body_of(exhibit, Cpp()), "  ");
  const std::string shared = cpp_includes(body) +
                             "#include <torch/torch.h>\n\n#include <iostream>\n" +
                             cpp_helpers(body) + own_declaration(cpp_dialect(), exhibit);
  // An exception that nobody catches prints a page.
  const bool refused = is_refused(exhibit);
  body += refused ? "} catch (const std::exception& error) {\n"
                    "  std::cout << \"refused: \" << error.what() << std::endl;\n}\n"
                  : "}\n";
  return {cpp_comment(summary_of(exhibit)), shared + "\n",
          (refused ? "int main() try {\n" : "int main() {\n") + body};
}

std::string cpp_program(const Exhibit& exhibit) {
  const auto [comment, shared, body] = cpp_parts(exhibit);
  return comment + shared + body;
}

}  // namespace shapefuzz
