// SPDX-License-Identifier: BSD-3-Clause
// C++ with LibTorch.
#include <fmt/ranges.h>

#include <cmath>

#include "harness/tell/emit/tensor_text.h"

namespace shapefuzz {
namespace {

class Cpp : public Dialect {
 public:
  std::string flag(bool value) const override { return value ? "true" : "false"; }
  std::string real(double value) const override {
    // Both are floats, and a list of numbers is of one type.
    if (std::isnan(value)) return "double{NAN}";
    if (std::isinf(value)) return value > 0 ? "double{INFINITY}" : "-double{INFINITY}";
    return decimal(value);
  }
  std::string list(const std::vector<std::int64_t>& values) const override {
    // With its type: a c10::IValue of `{1}` is the number 1, and `{}` is a missing operand.
    return fmt::format("std::vector<int64_t>{{{}}}", fmt::join(values, ", "));
  }
  std::string list(const std::vector<double>& values) const override {
    std::vector<std::string> numbers;
    for (const double value : values) numbers.push_back(real(value));
    return "std::vector<double>{" + joined(numbers) + "}";
  }
  std::string missing() const override { return "{}"; }
  std::string tensor(const Operand& operand, const std::vector<double>& values) const override {
    const Stored stored = stored_as(kWords, operand, values);
    const std::vector<std::string> numbers = numbers_of(*this, operand.dtype, stored.values);
    std::string elements = stored.shape.empty() ? numbers.front() : "{" + joined(numbers) + "}";
    // A list of lists with one element would be taken for a list.
    Stored flat = stored;
    if (stored.shape.rank() > 1 && !numbers.empty()) {
      flat.view = fmt::format(".reshape({{{}}})", sizes_text(stored.shape)) + stored.view;
    }
    return viewed(kWords, flat, elements, ", " + dtype(operand.dtype));
  }
  std::string name(const std::string& name, const std::string& expression) const override {
    return fmt::format("torch::Tensor {} = {};\n", name, expression);
  }
  std::string expanded(const std::string& operand, const Shape& from,
                       const Shape& to) const override {
    return expansion(kWords, operand, from, to);
  }
  std::string functional(const Loss& loss, const std::vector<std::string>& operands,
                         const std::vector<Named>& options) const override {
    std::vector<std::string> arguments = operands;
    if (!options.empty()) {
      arguments.push_back(setters("F::" + pascal_name(loss) + "FuncOptions()", options));
    }
    return fmt::format("F::{}({})", loss.spec.name, joined(arguments));
  }
  std::string module(const Loss& loss, const std::vector<std::string>& operands,
                     const std::vector<Named>& options) const override {
    const std::string name = "torch::nn::" + module_name(loss);
    return fmt::format("{}({})->forward({})", name,
                       options.empty() ? "" : setters(name + "Options()", options),
                       joined(operands));
  }
  std::string own(const std::string& function, const std::vector<std::string>& operands,
                  const std::vector<Named>& options) const override {
    std::vector<std::string> arguments = operands;
    for (const Named& option : options) arguments.push_back(option.value);
    return fmt::format("{}({})", function, joined(arguments));
  }
  std::string declaration(const Loss& loss, const std::string& entry,
                          const std::string& function) const override {
    const std::string& operator_name = loss.entry(entry).operator_name;
    if (!operator_name.empty()) {
      return fmt::format("// Link the library that registers {}.\n", operator_name);
    }
    std::vector<std::string> parameters;
    for (const OperandPattern& operand : loss.spec.contract.operands()) {
      parameters.push_back("const torch::Tensor& " + operand.name);
    }
    for (const OptionSpec& option : loss.spec.options) {
      constexpr const char* kTypes[] = {"bool",
                                        "int64_t",
                                        "double",
                                        "const std::string&",
                                        "const std::vector<int64_t>&",
                                        "const std::vector<double>&"};
      parameters.push_back(fmt::format("{} {}", kTypes[option.standard.index()], option.name));
    }
    return fmt::format("// Yours: include its header instead.\ntorch::Tensor {}({});\n", function,
                       joined(parameters));
  }
  std::string word(const std::string& word) const override { return '"' + word + '"'; }
  std::string make_module(const Loss& loss, const std::vector<std::string>& constructor,
                          const std::vector<Named>& options, DType dtype_of_module,
                          const std::string& parameters) const override {
    const std::string name = "torch::nn::" + module_name(loss);
    return fmt::format(
        "{0} module({1});\nmodule->to({2});\n"
        "torch::nn::utils::vector_to_parameters({3}, module->parameters());\n",
        name, setters(fmt::format("{}Options({})", name, joined(constructor)), options),
        dtype(dtype_of_module), parameters);
  }
  std::string call_module(const std::vector<std::string>& operands, bool reduced) const override {
    const std::string result = fmt::format("module->forward({})", joined(operands));
    return reduced ? fmt::format("torch::tensor({}.loss, torch::kDouble)", result)
                   : fmt::format("({}.output.neg())", result);
  }
  std::string reduction(const std::string& word) const override {
    return "torch::k" + (word == "batchmean" ? "BatchMean" : pascal_case(word));
  }
  std::string aten(const std::string& operator_name,
                   const std::vector<Named>& arguments) const override {
    std::vector<std::string> values;
    for (const Named& argument : arguments) values.push_back(argument.value);
    return fmt::format("at::{}({})", base_of(operator_name), joined(values));
  }
  std::string dispatched(const std::string& operator_name,
                         const std::vector<Named>& arguments) const override {
    // Two ways to the same kernel; only an overload may have another name in C++.
    const std::string space = namespace_of(operator_name);
    if (space == "aten" && overload_of(operator_name).empty())
      return aten(operator_name, arguments);
    std::vector<std::string> values;
    for (const Named& argument : arguments) {
      values.push_back(argument.value == missing()
                           ? "c10::IValue()"
                           : fmt::format("c10::IValue({})", argument.value));
    }
    return fmt::format("call_operator(\"{}::{}\", \"{}\", {{{}}})", space, base_of(operator_name),
                       overload_of(operator_name), joined(values));
  }

 private:
  static constexpr Words kWords = {"torch::", "{", "}"};

  static std::string setters(std::string options, const std::vector<Named>& named) {
    for (const Named& option : named) options += fmt::format(".{}({})", option.name, option.value);
    return options;
  }

  static std::string dtype(DType dtype) {
    switch (dtype) {
      case DType::kF16:
        return "torch::kHalf";
      case DType::kBF16:
        return "torch::kBFloat16";
      case DType::kF32:
        return "torch::kFloat";
      case DType::kF64:
        return "torch::kDouble";
      case DType::kI32:
        return "torch::kInt";
      case DType::kI64:
        return "torch::kLong";
      case DType::kU8:
        return "torch::kByte";
      case DType::kBool:
        break;
    }
    return "torch::kBool";
  }
};

}  // namespace

const Dialect& cpp_dialect() {
  static const Cpp dialect;
  return dialect;
}

}  // namespace shapefuzz
