// SPDX-License-Identifier: BSD-3-Clause
// C++ with LibTorch and Python with PyTorch: the same words with other punctuation.
#include <fmt/ranges.h>

#include <cmath>

#include "harness/tell/emit/call.h"

namespace shapefuzz {
namespace {

std::string sizes_text(const Shape& shape) {
  return fmt::format("{}", fmt::join(shape.begin(), shape.end(), ", "));
}

bool is_whole(DType dtype) { return number_class(dtype) == NumberClass::kIntegral; }

std::string decimal(double value) {
  std::string text = to_string(value);
  if (text.find_first_of(".en") == std::string::npos) text += ".0";
  return text;
}

// What differs between the two in the statements that make a tensor.
struct Words {
  const char* torch;      // `torch::`
  const char* declare;    // `torch::Tensor `
  const char* end;        // `;`
  const char* open_list;  // of elements
  const char* close_list;
  const char* open_sizes;  // of a shape as an argument
  const char* close_sizes;
};

// `(0)` would be no list in Python, `[0]` is one.
std::string literal(const Words& words, const Dialect& dialect, const Operand& operand,
                    const std::vector<double>& values, const std::string& dtype) {
  if (values.empty()) {
    return fmt::format("{}empty({}{}{}, {})", words.torch, words.open_sizes,
                       sizes_text(operand.shape), words.close_sizes, dtype);
  }
  std::vector<std::string> numbers;
  for (const double value : values) {
    numbers.push_back(is_whole(operand.dtype) ? std::to_string(static_cast<std::int64_t>(value))
                                              : dialect.real(value));
  }
  if (operand.shape.empty()) {
    return fmt::format("{}tensor({}, {})", words.torch, numbers.front(), dtype);
  }
  std::string text = fmt::format("{}tensor({}{}{}, {})", words.torch, words.open_list,
                                 joined(numbers), words.close_list, dtype);
  if (operand.shape.rank() > 1) {
    text += fmt::format(".reshape({}{}{})", words.open_sizes, sizes_text(operand.shape),
                        words.close_sizes);
  }
  return text;
}

// The layouts of harness/oracle/libtorch/tensors.cpp; empty where this rank stays contiguous.
std::string laid_out(const Words& words, const Operand& operand) {
  const std::string& name = operand.name;
  const Shape& shape = operand.shape;
  switch (operand.layout) {
    case Layout::kContiguous:
      return "";
    case Layout::kTransposed:
      if (shape.rank() < 2) return "";
      return name + ".transpose(-1, -2).contiguous().transpose(-1, -2)";
    case Layout::kStrided:
      if (shape.empty()) return "";
      return fmt::format("{0}stack({1}{2}, {0}zeros_like({2}){3}, -1).select(-1, 0)", words.torch,
                         words.open_list, name, words.close_list);
    case Layout::kExpanded:
      if (shape.empty() || shape[0] == 0) return "";
      return fmt::format("{}.narrow(0, 0, 1).expand({}{}{})", name, words.open_sizes,
                         sizes_text(shape), words.close_sizes);
    case Layout::kSliced:
      break;
  }
  if (shape.empty()) return "";
  return fmt::format("{0}cat({1}{2}, {2}, {2}{3}, 0).narrow(0, {4}, {4})", words.torch,
                     words.open_list, name, words.close_list, shape[0]);
}

std::string statements(const Words& words, const Dialect& dialect, const Operand& operand,
                       const std::vector<double>& values, const std::string& dtype,
                       bool differentiable) {
  std::string text = fmt::format("{}{} = {}{}\n", words.declare, operand.name,
                                 literal(words, dialect, operand, values, dtype), words.end);
  const std::string view = laid_out(words, operand);
  if (!view.empty()) text += fmt::format("{} = {}{}\n", operand.name, view, words.end);
  if (differentiable) text += fmt::format("{}.requires_grad_(){}\n", operand.name, words.end);
  return text;
}

std::string expansion(const Words& words, const std::string& operand, const Shape& from,
                      const Shape& to) {
  if (from == to) return operand;
  const auto call = [&](const char* name, const Shape& shape) {
    return fmt::format(".{}({}{}{})", name, words.open_sizes, sizes_text(shape), words.close_sizes);
  };
  if (expands_to(from, to)) return operand + call("expand", to);
  if (from.elements() == to.elements()) return operand + call("reshape", to);
  const std::size_t extra = from.rank() - to.rank();
  return operand + call("reshape", from.slice(extra, to.rank())) + call("expand", to);
}

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
  std::string missing() const override { return "{}"; }
  std::string tensor(const Operand& operand, const std::vector<double>& values,
                     bool differentiable) const override {
    return statements(kWords, *this, operand, values, dtype(operand.dtype), differentiable);
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
  std::string parameters(const std::vector<std::string>& tensors) const override {
    return fmt::format("const std::vector<torch::Tensor> parameters = {{{}}};\n", joined(tensors));
  }
  std::string parametric(const Loss& loss, const std::vector<std::string>& operands,
                         const std::vector<std::string>& constructor,
                         const std::vector<Named>& options, bool reduced) const override {
    const std::string name = "torch::nn::" + module_name(loss);
    const std::string made =
        setters(fmt::format("{}Options({})", name, joined(constructor)), options);
    const std::string result = fmt::format("with_parameters({}({}), parameters)->forward({})", name,
                                           made, joined(operands));
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
    std::vector<std::string> values;
    for (const Named& argument : arguments) {
      values.push_back(argument.value == missing()
                           ? "c10::IValue()"
                           : fmt::format("c10::IValue({})", argument.value));
    }
    return fmt::format("call_operator(\"aten::{}\", \"{}\", {{{}}})", base_of(operator_name),
                       overload_of(operator_name), joined(values));
  }

 private:
  static constexpr Words kWords = {"torch::", "torch::Tensor ", ";", "{", "}", "{", "}"};

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

class Python : public Dialect {
 public:
  std::string flag(bool value) const override { return value ? "True" : "False"; }
  std::string real(double value) const override {
    if (!std::isfinite(value)) {
      return std::isnan(value) ? "float(\"nan\")"
             : value > 0       ? "float(\"inf\")"
                               : "-float(\"inf\")";
    }
    return decimal(value);
  }
  std::string list(const std::vector<std::int64_t>& values) const override {
    return fmt::format("[{}]", fmt::join(values, ", "));
  }
  std::string missing() const override { return "None"; }
  std::string tensor(const Operand& operand, const std::vector<double>& values,
                     bool differentiable) const override {
    return statements(kWords, *this, operand, values, "dtype=" + dtype(operand.dtype),
                      differentiable);
  }
  std::string expanded(const std::string& operand, const Shape& from,
                       const Shape& to) const override {
    return expansion(kWords, operand, from, to);
  }
  std::string functional(const Loss& loss, const std::vector<std::string>& operands,
                         const std::vector<Named>& options) const override {
    return fmt::format("torch.nn.functional.{}({})", loss.spec.name,
                       joined(with_keywords(operands, options)));
  }
  std::string module(const Loss& loss, const std::vector<std::string>& operands,
                     const std::vector<Named>& options) const override {
    return fmt::format("torch.nn.{}({})({})", module_name(loss), joined(with_keywords({}, options)),
                       joined(operands));
  }
  std::string parameters(const std::vector<std::string>& tensors) const override {
    return fmt::format("parameters = [{}]\n", joined(tensors));
  }
  std::string parametric(const Loss& loss, const std::vector<std::string>& operands,
                         const std::vector<std::string>& constructor,
                         const std::vector<Named>& options, bool reduced) const override {
    const std::string result =
        fmt::format("with_parameters(torch.nn.{}({}), parameters)({})", module_name(loss),
                    joined(with_keywords(constructor, options)), joined(operands));
    return reduced ? result + ".loss" : result + ".output.neg()";
  }
  std::string reduction(const std::string& word) const override { return '"' + word + '"'; }
  std::string aten(const std::string& operator_name,
                   const std::vector<Named>& arguments) const override {
    return dispatched(operator_name, arguments);  // Python has no other way to it
  }
  std::string dispatched(const std::string& operator_name,
                         const std::vector<Named>& arguments) const override {
    const std::string overload = overload_of(operator_name);
    return fmt::format("torch.ops.aten.{}.{}({})", base_of(operator_name),
                       overload.empty() ? "default" : overload,
                       joined(with_keywords({}, arguments)));
  }

 private:
  static constexpr Words kWords = {"torch.", "", "", "[", "]", "[", "]"};

  static std::vector<std::string> with_keywords(std::vector<std::string> arguments,
                                                const std::vector<Named>& options) {
    for (const Named& option : options) {
      arguments.push_back((option.name.empty() ? "" : option.name + "=") + option.value);
    }
    return arguments;
  }

  static std::string dtype(DType dtype) {
    switch (dtype) {
      case DType::kF16:
        return "torch.float16";
      case DType::kBF16:
        return "torch.bfloat16";
      case DType::kF32:
        return "torch.float32";
      case DType::kF64:
        return "torch.float64";
      case DType::kI32:
        return "torch.int32";
      case DType::kI64:
        return "torch.int64";
      case DType::kU8:
        return "torch.uint8";
      case DType::kBool:
        break;
    }
    return "torch.bool";
  }
};

}  // namespace

const Dialect& cpp_dialect() {
  static const Cpp dialect;
  return dialect;
}

const Dialect& python_dialect() {
  static const Python dialect;
  return dialect;
}

}  // namespace shapefuzz
