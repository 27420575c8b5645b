// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/core.h>

#include <algorithm>
#include <cctype>

#include "harness/oracle/judge/exhibit.h"
#include "harness/tell/emit/program.h"
#include "harness/tell/emit/script.h"
#include "harness/tell/explain/number_text.h"

namespace shapefuzz {
namespace {

// Raw: the text is a program.
constexpr const char* kHead = R"(#include <torch/torch.h>

#include <cmath>
#include <functional>
#include <iostream>
#include <sstream>
#include <string>
)";

constexpr const char* kDispatch = R"(#include <ATen/core/dispatch/Dispatcher.h>
)";

constexpr const char* kCallOperator = R"(
static torch::Tensor call_operator(const std::string& name, const std::string& overload,
                                   std::vector<c10::IValue> stack) {
  c10::Dispatcher::singleton().findSchemaOrThrow(name.c_str(), overload.c_str()).callBoxed(stack);
  return stack.front().toTensor();
}
)";

constexpr const char* kShow = R"(
static void show(const std::string& name, const std::function<torch::Tensor()>& call) {
  std::ostringstream text;
  try {
    const torch::Tensor result = call().detach().to(torch::kDouble).contiguous();
    if (result.dim() > 0) text << result.sizes() << ": ";
    for (int64_t i = 0; i < result.numel(); ++i) {
      const double value = result.data_ptr<double>()[i];
      text << (i > 0 ? ", " : "");
      text << (std::isnan(value) ? std::abs(value) : value);
    }
  } catch (const c10::Error& error) {
    const std::string message = error.what_without_backtrace();
    text << "refused: " << message.substr(0, message.find('\n'));
  } catch (const std::exception& error) {
    const std::string message = error.what();
    text << "refused: " << message.substr(0, message.find('\n'));
  }
  std::cout << name << " " << text.str() << std::endl;
}
)";

constexpr const char* kGradient = R"(
// By one of the leaves, of the sum of the result's elements, each times its weight.
static torch::Tensor gradient(const torch::Tensor& result, const torch::Tensor& operand,
                              const std::vector<torch::Tensor>& leaves,
                              const torch::Tensor& weights) {
  const torch::Tensor weight = weights.to(result.scalar_type()).reshape(result.sizes());
  const auto slopes = torch::autograd::grad({result}, leaves, {weight}, /*retain_graph=*/false,
                                            /*create_graph=*/false, /*allow_unused=*/true);
  for (size_t i = 0; i < leaves.size(); ++i) {
    if (leaves[i].is_same(operand) && slopes[i].defined()) return slopes[i];
  }
  return torch::zeros_like(operand);
}
)";

constexpr const char* kWithParameters = R"(
template <class Module>
static Module with_parameters(Module module, const std::vector<torch::Tensor>& values) {
  const torch::NoGradGuard no_grad;
  if (!values.empty()) module->to(values[0].scalar_type());
  for (size_t i = 0; i < values.size(); ++i) {
    torch::Tensor parameter = module->parameters()[i];
    parameter.copy_(values[i].reshape(parameter.sizes()));
  }
  return module;
}
)";

std::string commented(const std::string& text) {
  std::string comment = "// ";
  for (const char c : text) comment += c == '\n' ? std::string("\n// ") : std::string(1, c);
  return comment + "\n";
}

std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c < ' ' ? ' ' : c;
  }
  return result + '"';
}

// Right in 6 digits: half precision is compared in its own program.
std::string literal(const Numbers& numbers) {
  Operand operand;
  operand.name = "x";
  operand.shape = numbers.shape;
  std::string text = cpp_dialect().tensor(operand, numbers.values, false);
  text = text.substr(text.find("= ") + 2);
  return text.substr(0, text.find(';'));
}

class Cpp : public Syntax {
 public:
  const Dialect& dialect() const override { return cpp_dialect(); }
  bool has_cpp_frontends() const override { return true; }
  std::string comment(const std::string& text) const override { return commented(text); }
  std::string define(const std::string& name, const std::string& expression) const override {
    return fmt::format("auto {} = [&] {{ return {}; }};\n", name, expression);
  }
  std::string no_weights() const override { return "torch::Tensor weights = torch::ones({});\n"; }
  std::string leaves(const std::vector<std::string>& names) const override {
    return fmt::format("const std::vector<torch::Tensor> leaves = {{{}}};\n", joined(names));
  }
  std::string say(const std::string& text) const override {
    return fmt::format("std::cout << {} << std::endl;\n", quoted(text));
  }
  std::string show(const std::string& name, const std::string& what) const override {
    return fmt::format("show({}, {});\n", quoted(name), what);
  }
  std::string show_gradient(const std::string& name, const std::string& what,
                            const std::string& operand) const override {
    return fmt::format("show({}, [&] {{ return gradient({}(), {}, leaves, weights); }});\n",
                       quoted(name), what, operand);
  }
};

}  // namespace

ProgramParts cpp_parts(const Exhibit& exhibit) {
  const std::string body = indented(body_of(exhibit, Cpp()), "  ");
  const bool dispatches = body.find("call_operator(") != std::string::npos;
  std::string shared = dispatches ? kDispatch : "";
  shared += kHead;
  if (body.find("F::") != std::string::npos) shared += "\nnamespace F = torch::nn::functional;\n";
  if (dispatches) shared += kCallOperator;
  if (body.find("with_parameters(") != std::string::npos) shared += kWithParameters;
  shared += kShow;
  if (is_about_gradients(exhibit.judgement.verdict)) shared += kGradient;
  return {commented(summary_of(exhibit, "LibTorch")), shared + "\nint main() {\n", body + "}\n"};
}

std::string cpp_program(const Exhibit& exhibit) {
  const auto [comment, shared, body] = cpp_parts(exhibit);
  return comment + shared + body;
}

namespace {

std::string expected_value(const Exhibit& exhibit, const Expressions& expressions) {
  const Cpp cpp;
  switch (exhibit.evidence.source) {
    case Evidence::Source::kExpandedCall:
      return cpp.define("expected", expressions.expanded());
    case Evidence::Source::kOtherEntry:
      return cpp.define("expected", expressions.first_entry());
    case Evidence::Source::kFormula:
    case Evidence::Source::kNone:
      break;
  }
  return cpp.comment(formula_source(exhibit)) +
         cpp.define("expected", literal(*exhibit.evidence.expected.value));
}

std::string expected_gradients(const Exhibit& exhibit) {
  const Evidence& evidence = exhibit.evidence;
  std::string text = gradient_statements(exhibit, Cpp());
  const auto& patterns = exhibit.loss->spec.contract.operands();
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    if (!evidence.differentiable[i]) continue;
    const std::string& name = patterns[i].name;
    std::string expected = fmt::format("gradient(expected(), {}, leaves, weights)", name);
    if (evidence.source == Evidence::Source::kFormula) {
      if (!evidence.expected.gradients[i]) continue;
      expected = literal(*evidence.expected.gradients[i]);
    }
    text += fmt::format(
        "EXPECT_TRUE(torch::allclose(gradient(actual(), {0}, leaves, weights).to(torch::kDouble),\n"
        "                            {1}.to(torch::kDouble), 1e-5, 1e-6));\n",
        name, expected);
  }
  return text;
}

}  // namespace

// The test demands what is right, so it fails where LibTorch is wrong.
std::string google_test(const Exhibit& exhibit) {
  const Expressions expressions(cpp_dialect(), exhibit);
  const Cpp cpp;
  const Evidence& evidence = exhibit.evidence;
  const Judgement& judgement = exhibit.judgement;
  std::string body = expressions.tensors();
  body += cpp.define("actual", expressions.actual());
  const bool must_refuse =
      judgement.zone == Zone::kIncompatible ||
      (evidence.source == Evidence::Source::kOtherEntry && !evidence.expected.accepted);
  if (must_refuse) {
    body += cpp.comment("Expected: " + expected_in_words(exhibit) + ".");
    body += "EXPECT_THROW(actual(), c10::Error);\n";
  } else if (evidence.source == Evidence::Source::kNone) {
    body += "EXPECT_NO_THROW(actual());\n";
  } else {
    body += expected_value(exhibit, expressions);
    body += "ASSERT_EQ(actual().sizes(), expected().sizes());\n";
    body +=
        "EXPECT_TRUE(torch::allclose(actual().to(torch::kDouble), expected().to(torch::kDouble), "
        "1e-5, 1e-6))\n    << actual() << \"\\n\" << expected();\n";
    if (is_about_gradients(judgement.verdict)) body += expected_gradients(exhibit);
  }
  const bool dispatches = body.find("call_operator(") != std::string::npos;
  const bool gradients = body.find("gradient(") != std::string::npos;
  std::string name = pascal_name(*exhibit.loss) + pascal_case(exhibit.c.entry);
  name.erase(
      std::remove_if(name.begin(), name.end(),
                     [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; }),
      name.end());
  std::string text = commented(summary_of(exhibit, "LibTorch and GoogleTest"));
  if (dispatches) text += kDispatch;
  text += "#include <gtest/gtest.h>\n#include <torch/torch.h>\n\n#include <cmath>\n";
  if (body.find("F::") != std::string::npos) text += "\nnamespace F = torch::nn::functional;\n";
  if (dispatches) text += kCallOperator;
  if (body.find("with_parameters(") != std::string::npos) text += kWithParameters;
  if (gradients) text += kGradient;
  return text +
         fmt::format("\nTEST({}, {}) {{\n", name,
                     pascal_case(std::string(to_string(judgement.verdict)))) +
         indented(body, "  ") + "}\n";
}

}  // namespace shapefuzz
