// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/core.h>

#include "harness/oracle/judge/exhibit.h"
#include "harness/tell/emit/program.h"
#include "harness/tell/emit/script.h"

namespace shapefuzz {
namespace {

constexpr const char* kShow = R"(
def show(name, call):
    try:
        result = call().detach().to(torch.float64)
        text = ", ".join("%.6g" % value for value in result.flatten().tolist())
        if result.dim() > 0:
            text = "%s: %s" % (list(result.shape), text)
    except Exception as error:
        text = "refused: " + str(error).split("\n")[0]
    print(name, text, flush=True)

)";

constexpr const char* kGradient = R"(
# By one of the leaves, of the sum of the result's elements, each times its weight.
def gradient(result, operand, leaves, weights):
    weight = weights.to(result.dtype).reshape(result.shape)
    slopes = torch.autograd.grad([result], leaves, [weight], allow_unused=True)
    for leaf, slope in zip(leaves, slopes):
        if leaf is operand and slope is not None:
            return slope
    return torch.zeros_like(operand)

)";

constexpr const char* kWithParameters = R"(
def with_parameters(module, values):
    if values:
        module.to(values[0].dtype)
    with torch.no_grad():
        for parameter, value in zip(module.parameters(), values):
            parameter.copy_(value.reshape(parameter.shape))
    return module

)";

std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c < ' ' ? ' ' : c;
  }
  return result + '"';
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
  std::string define(const std::string& name, const std::string& expression) const override {
    return fmt::format("def {}():\n    return {}\n\n", name, expression);
  }
  std::string no_weights() const override { return "weights = torch.ones([])\n"; }
  std::string leaves(const std::vector<std::string>& names) const override {
    return fmt::format("leaves = [{}]\n", joined(names));
  }
  std::string say(const std::string& text) const override {
    return fmt::format("print({}, flush=True)\n", quoted(text));
  }
  std::string show(const std::string& name, const std::string& what) const override {
    return fmt::format("show({}, {})\n", quoted(name), what);
  }
  std::string show_gradient(const std::string& name, const std::string& what,
                            const std::string& operand) const override {
    return fmt::format("show({}, lambda: gradient({}(), {}, leaves, weights))\n", quoted(name),
                       what, operand);
  }
};

// Python reaches the operators that C++ reaches, by functions and modules of its own.
std::string about_entry(const Exhibit& exhibit) {
  const std::string& entry = exhibit.c.entry;
  if (entry != "functional" && entry != "module") return "";
  return fmt::format(
      "\nThe finding is of the C++ {}; Python's is code of its own, and may do something else.",
      entry);
}

}  // namespace

ProgramParts python_parts(const Exhibit& exhibit) {
  const Python python;
  std::string shared = std::string("import torch\n\n") + kShow;
  if (is_about_gradients(exhibit.judgement.verdict)) shared += kGradient;
  const std::string body = body_of(exhibit, python);
  if (body.find("with_parameters(") != std::string::npos) shared += kWithParameters;
  return {python.comment(summary_of(exhibit, "PyTorch") + about_entry(exhibit)), shared + "\n",
          body};
}

std::string python_program(const Exhibit& exhibit) {
  const auto [comment, shared, body] = python_parts(exhibit);
  return comment + shared + body;
}

}  // namespace shapefuzz
