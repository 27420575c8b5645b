// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/core.h>

#include <algorithm>
#include <cctype>

#include "harness/oracle/judge/exhibit.h"
#include "harness/tell/emit/cpp_text.h"
#include "harness/tell/emit/program.h"
#include "harness/tell/emit/script.h"

namespace shapefuzz {
namespace {

// Raw: the text is a program.
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

std::string define(const std::string& name, const std::string& expression) {
  return fmt::format("auto {} = [&] {{ return {}; }};\n", name, expression);
}

// Right in 6 digits: half precision is compared in its own program.
std::string literal(const Numbers& numbers) {
  return literal_text(cpp_dialect(), DType::kF64, numbers.shape, numbers.values);
}

// The statements that make `leaves`, and `weights`, what the result's elements are differentiated
// with.
std::string gradient_statements(const Exhibit& exhibit) {
  std::vector<std::string> names;
  const auto& patterns = exhibit.loss->spec.contract.operands();
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    if (exhibit.evidence.differentiable[i]) names.push_back(patterns[i].name);
  }
  const auto& cotangent = exhibit.evidence.cotangent;
  const Shape shape =
      cotangent.empty() ? Shape() : Shape{static_cast<std::int64_t>(cotangent.size())};
  return fmt::format("const std::vector<torch::Tensor> leaves = {{{}}};\n", joined(names)) +
         cpp_dialect().name(
             "weights", literal({shape, cotangent.empty() ? std::vector<double>{1} : cotangent}));
}

std::string expected_value(const Exhibit& exhibit, const Expressions& expressions) {
  switch (exhibit.evidence.source) {
    case Evidence::Source::kExpandedCall:
      return define("expected", expressions.expanded());
    case Evidence::Source::kOtherEntry:
      return define("expected", expressions.first_entry());
    case Evidence::Source::kFormula:
    case Evidence::Source::kBase:  // of a device only a program in Python is written
    case Evidence::Source::kNone:
      break;
  }
  return cpp_comment(formula_source(exhibit)) +
         define("expected", literal(*exhibit.evidence.expected.value));
}

std::string expected_gradients(const Exhibit& exhibit) {
  const Evidence& evidence = exhibit.evidence;
  std::string text = gradient_statements(exhibit);
  const auto& patterns = exhibit.loss->spec.contract.operands();
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    if (!evidence.differentiable[i]) continue;
    const std::string& name = patterns[i].name;
    if (!evidence.actual.backward_accepted) {
      return text +
             fmt::format("EXPECT_NO_THROW(gradient(actual(), {}, leaves, weights));\n", name);
    }
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
  const Evidence& evidence = exhibit.evidence;
  const Judgement& judgement = exhibit.judgement;
  std::string body = expressions.tensors();
  body += define("actual", expressions.actual());
  const bool must_refuse =
      judgement.zone == Zone::kIncompatible ||
      (evidence.source == Evidence::Source::kOtherEntry && !evidence.expected.accepted);
  if (must_refuse) {
    body += cpp_comment("Expected: " + expected_in_words(exhibit) + ".");
    body += fmt::format("EXPECT_THROW(actual(), {});\n",
                        exhibit.loss->spec.own ? "std::exception" : "c10::Error");
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
  const bool gradients = body.find("gradient(") != std::string::npos;
  std::string name = pascal_name(*exhibit.loss) + pascal_case(exhibit.c.entry);
  name.erase(
      std::remove_if(name.begin(), name.end(),
                     [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; }),
      name.end());
  std::string text = cpp_comment(summary_of(exhibit));
  text += cpp_includes(body);
  text += "#include <gtest/gtest.h>\n#include <torch/torch.h>\n\n#include <cmath>\n";
  text += cpp_helpers(body) + own_declaration(cpp_dialect(), exhibit);
  if (gradients) text += kGradient;
  return text +
         fmt::format("\nTEST({}, {}) {{\n", name,
                     pascal_case(std::string(to_string(judgement.verdict)))) +
         indented(body, "  ") + "}\n";
}

}  // namespace shapefuzz
