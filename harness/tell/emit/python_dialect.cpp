// SPDX-License-Identifier: BSD-3-Clause
// Python with PyTorch.
#include <fmt/ranges.h>

#include <cmath>

#include "harness/tell/emit/tensor_text.h"

namespace shapefuzz {
namespace {

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
    if (!loss.entry(entry).operator_name.empty()) return "";
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
    return fmt::format("torch.ops.{}.{}.{}({})", namespace_of(operator_name),
                       base_of(operator_name), overload.empty() ? "default" : overload,
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

const Dialect& python_dialect() {
  static const Python dialect;
  return dialect;
}

}  // namespace shapefuzz
