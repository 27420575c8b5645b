// SPDX-License-Identifier: BSD-3-Clause
// C++ with LibTorch and Python with PyTorch: the same words with other punctuation.
#include <fmt/ranges.h>

#include <cmath>
#include <utility>

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

// What differs between the two in the expression for a tensor.
struct Words {
  const char* torch;       // `torch::`
  const char* open_sizes;  // of a shape as an argument
  const char* close_sizes;
};

// The elements and the shape of a tensor from which a view has the operand's layout and elements
// (harness/oracle/libtorch/tensors.cpp), and how it is viewed.
struct Stored {
  Shape shape;
  std::vector<double> values;
  std::string view;
};

Stored transposed(const Operand& operand, const std::vector<double>& values) {
  Stored stored = {operand.shape, values, ".transpose(-1, -2)"};
  const std::size_t rank = operand.shape.rank();
  std::swap(stored.shape[rank - 1], stored.shape[rank - 2]);
  const auto rows = static_cast<std::size_t>(operand.shape[rank - 2]);
  const auto columns = static_cast<std::size_t>(operand.shape[rank - 1]);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t matrix = i / (rows * columns) * (rows * columns);
    stored.values[matrix + i % columns * rows + i / columns % rows] = values[i];
  }
  return stored;
}

// Every other element, with zeros between them.
Stored strided(const Operand& operand, const std::vector<double>& values) {
  Stored stored = {operand.shape, {}, ".select(-1, 0)"};
  stored.shape.push_back(2);
  for (const double value : values) {
    stored.values.push_back(value);
    stored.values.push_back(0);
  }
  return stored;
}

Stored stored_as(const Words& words, const Operand& operand, const std::vector<double>& values) {
  const Shape& shape = operand.shape;
  Stored stored = {shape, values, ""};
  if (shape.empty()) return stored;
  switch (operand.layout) {
    case Layout::kContiguous:
      return stored;
    case Layout::kTransposed:
      return shape.rank() < 2 ? stored : transposed(operand, values);
    case Layout::kStrided:
      return strided(operand, values);
    case Layout::kExpanded:
      if (shape[0] == 0) return stored;
      stored.shape[0] = 1;
      stored.values.resize(values.size() / static_cast<std::size_t>(shape[0]));
      stored.view =
          fmt::format(".expand({}{}{})", words.open_sizes, sizes_text(shape), words.close_sizes);
      return stored;
    case Layout::kSliced:
      break;
  }
  std::string repeats = "3";
  for (std::size_t dim = 1; dim < shape.rank(); ++dim) repeats += ", 1";
  stored.view = fmt::format(".repeat({0}{1}{2}).narrow(0, {3}, {3})", words.open_sizes, repeats,
                            words.close_sizes, shape[0]);
  return stored;
}

// `elements` is the list of a tensor that has some and a dimension.
std::string viewed(const Words& words, const Stored& stored, const std::string& elements,
                   const std::string& dtype) {
  if (stored.values.empty()) {
    return fmt::format("{}empty({}{}{}{}){}", words.torch, words.open_sizes,
                       sizes_text(stored.shape), words.close_sizes, dtype, stored.view);
  }
  return fmt::format("{}tensor({}{}){}", words.torch, elements, dtype, stored.view);
}

std::vector<std::string> numbers_of(const Dialect& dialect, DType dtype,
                                    const std::vector<double>& values) {
  std::vector<std::string> numbers;
  for (const double value : values) {
    numbers.push_back(is_whole(dtype) ? std::to_string(static_cast<std::int64_t>(value))
                                      : dialect.real(value));
  }
  return numbers;
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
  std::string declaration(const Loss& loss, const std::string& /*entry*/,
                          const std::string& function) const override {
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
    if (overload_of(operator_name).empty()) return aten(operator_name, arguments);
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
  std::string list(const std::vector<double>& values) const override {
    std::vector<std::string> numbers;
    for (const double value : values) numbers.push_back(real(value));
    return "[" + joined(numbers) + "]";
  }
  std::string missing() const override { return "None"; }
  std::string tensor(const Operand& operand, const std::vector<double>& values) const override {
    const Stored stored = stored_as(kWords, operand, values);
    const std::string elements =
        stored.values.empty()
            ? ""
            : nested(numbers_of(*this, operand.dtype, stored.values), stored.shape);
    // Python's numbers have a dtype of their own.
    const bool is_natural =
        operand.dtype == DType::kF32 || (operand.dtype == DType::kI64 && !stored.values.empty());
    // `empty(, dtype)` of no sizes cannot be: a scalar has an element.
    return viewed(kWords, stored, elements, is_natural ? "" : ", dtype=" + dtype(operand.dtype));
  }
  std::string name(const std::string& name, const std::string& expression) const override {
    return fmt::format("{} = {}\n", name, expression);
  }
  std::string expanded(const std::string& operand, const Shape& from,
                       const Shape& to) const override {
    return expansion(kWords, operand, from, to);
  }
  std::string functional(const Loss& loss, const std::vector<std::string>& operands,
                         const std::vector<Named>& options) const override {
    return fmt::format("F.{}({})", loss.spec.name, joined(with_keywords(operands, options)));
  }
  std::string module(const Loss& loss, const std::vector<std::string>& operands,
                     const std::vector<Named>& options) const override {
    return fmt::format("torch.nn.{}({})({})", module_name(loss), joined(with_keywords({}, options)),
                       joined(operands));
  }
  std::string own(const std::string& function, const std::vector<std::string>& operands,
                  const std::vector<Named>& options) const override {
    return fmt::format("{}({})", function, joined(with_keywords(operands, options)));
  }
  std::string declaration(const Loss& loss, const std::string& entry,
                          const std::string& function) const override {
    const std::string& known = loss.entry(entry).python_import;
    if (!known.empty()) return known + "\n";
    return fmt::format("from yours import {}  # import it from where it is\n", function);
  }
  std::string word(const std::string& word) const override { return '"' + word + '"'; }
  std::string make_module(const Loss& loss, const std::vector<std::string>& constructor,
                          const std::vector<Named>& options, DType dtype_of_module,
                          const std::string& parameters) const override {
    return fmt::format(
        "module = torch.nn.{}({}).to({})\n"
        "torch.nn.utils.vector_to_parameters({}, module.parameters())\n",
        module_name(loss), joined(with_keywords(constructor, options)), dtype(dtype_of_module),
        parameters);
  }
  std::string call_module(const std::vector<std::string>& operands, bool reduced) const override {
    return fmt::format("module({}){}", joined(operands), reduced ? ".loss" : ".output.neg()");
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
  static constexpr Words kWords = {"torch.", "[", "]"};

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

std::string nested(const std::vector<std::string>& numbers, const Shape& shape) {
  std::vector<std::string> rows = numbers;
  for (std::size_t dim = shape.rank(); dim-- > 0;) {
    const auto size = static_cast<std::size_t>(shape[dim]);
    std::vector<std::string> outer;
    for (std::size_t first = 0; first < rows.size(); first += size) {
      const auto begin = rows.begin() + static_cast<std::ptrdiff_t>(first);
      outer.push_back("[" + joined({begin, begin + static_cast<std::ptrdiff_t>(size)}) + "]");
    }
    rows = std::move(outer);
  }
  return rows.front();
}

const Dialect& cpp_dialect() {
  static const Cpp dialect;
  return dialect;
}

const Dialect& python_dialect() {
  static const Python dialect;
  return dialect;
}

}  // namespace shapefuzz
