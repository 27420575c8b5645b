// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/core.h>

#include <cmath>
#include <vector>

#include "harness/oracle/judge/exhibit.h"
#include "harness/tell/emit/cpp_text.h"
#include "harness/tell/emit/program.h"
#include "harness/tell/emit/script.h"
#include "harness/tell/explain/number_text.h"

namespace shapefuzz {
namespace {

std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c < ' ' ? ' ' : c;
  }
  return result + '"';
}

// As `tolist` has them: `[[0.5], [0.25]]`.
std::string list_of(const Numbers& numbers) {
  std::vector<std::string> parts;
  for (const double value : numbers.values) {
    parts.push_back(std::isfinite(value) ? number_text(value) : python_dialect().real(value));
  }
  return parts.empty() ? "[]" : nested(parts, numbers.shape);
}

class Python : public Syntax {
 public:
  const Dialect& dialect() const override { return python_dialect(); }
  bool has_cpp_frontends() const override { return false; }
  std::string comment(const std::string& text) const override {
    std::string comment = "# ";
    for (const char c : text) comment += c == '\n' ? std::string("\n# ") : std::string(1, c);
    return comment + "\n";
  }
  std::string say(const std::string& text) const override {
    return fmt::format("print({})\n", quoted(text));
  }
  std::string say(const std::string& name, const Numbers& numbers) const override {
    return fmt::format("print({}, {})\n", quoted(name), list_of(numbers));
  }
  std::string name_result(const std::string& name, const std::string& call) const override {
    return fmt::format("{} = {}\n", name, call);
  }
  std::string print(const std::string& name, const std::string& tensor,
                    bool /*is_scalar*/) const override {
    return fmt::format("print({}, {}.tolist())\n", quoted(name), tensor);
  }
  std::string gradients(const std::string& result, const std::vector<std::string>& operands,
                        const std::string& weights) const override {
    return fmt::format("torch.autograd.grad({}, [{}]{})", result, joined(operands),
                       weights.empty() ? "" : ", " + weights);
  }
};

// Python reaches the operators that C++ reaches, by functions and modules of its own.
std::string about_entry(const Exhibit& exhibit) {
  const std::string& entry = exhibit.c.entry;
  if (exhibit.loss->spec.own) return "";
  if (exhibit.judgement.device == to_string(Device::kCompile)) return "";  // that is Python's
  if (entry != "functional" && entry != "module") return "";
  return fmt::format(
      "\nThe finding is of the C++ {}; Python's is code of its own, and may do something else.",
      entry);
}

}  // namespace

ProgramParts python_parts(const Exhibit& exhibit) {
  const Python python;
  const std::string body = body_of(exhibit, python);
  std::string imports = "import torch\n";
  if (body.find("F.") != std::string::npos) imports += "import torch.nn.functional as F\n";
  if (exhibit.loss->spec.own) imports += own_declaration(python_dialect(), exhibit);
  return {python.comment(summary_of(exhibit) + about_entry(exhibit)), imports + "\n", body};
}

std::string python_program(const Exhibit& exhibit) {
  const auto [comment, shared, body] = python_parts(exhibit);
  return comment + shared + body;
}

}  // namespace shapefuzz
