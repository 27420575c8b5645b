// SPDX-License-Identifier: BSD-3-Clause
#include "harness/language/spelling/tensor_text.h"

#include <fmt/core.h>

#include <array>
#include <cmath>
#include <optional>

#include "harness/language/spelling/argument_text.h"
#include "harness/language/spelling/method_text.h"
#include "harness/language/spelling/names.h"

namespace shapefuzz {
namespace {

constexpr std::string_view kExpected =
    "a tensor that says its shape, like torch.randn(64, 1) or f32[64,1]";

constexpr std::array<std::string_view, 6> kBySizes = {"randn", "rand",  "zeros",
                                                      "ones",  "empty", "eye"};
// What has the shape of its first argument.
constexpr std::array<std::string_view, 14> kPointwise = {
    "softmax", "log_softmax", "sigmoid",   "logsigmoid", "tanh",       "relu",      "exp",
    "log",     "abs",         "normalize", "softplus",   "zeros_like", "ones_like", "randn_like"};
// Modules of the same, called at once: nn.LogSoftmax(dim=1)(...).
constexpr std::array<std::string_view, 6> kPointwiseModules = {
    "Softmax", "LogSoftmax", "Sigmoid", "LogSigmoid", "Tanh", "ReLU"};

class TensorParser {
 public:
  /// `depth` calls are around it.
  TensorParser(Cursor& cursor, std::size_t depth) : cursor_(cursor), depth_(depth) {}

  Operand parse() {
    cursor_.skip_spaces();
    const std::size_t start = cursor_.offset();
    std::string_view name = take_qualified_name(cursor_);
    if (name.empty() || cursor_.peek() != '(') {
      cursor_.fail_at(start, kExpected);
      return operand_;
    }
    make(name, start);
    fill();
    parse_methods(cursor_, operand_);
    if (fill_ && number_class(operand_.dtype) == NumberClass::kFloating) operand_.values.clear();
    return operand_;
  }

 private:
  void make(std::string_view qualified, std::size_t start) {
    const std::string_view name = last_part(qualified);
    operand_.dtype = DType::kF32;
    const bool is_module = is_one_of(kPointwiseModules, name);
    if (is_module) {
      cursor_.expect("(");
      skip_arguments(cursor_);
    }
    if (is_module || is_one_of(kPointwise, name)) {
      cursor_.expect("(");
      // Each level has a frame on the stack, of which a text must not use up all.
      if (depth_ == kMostNested) {
        cursor_.fail(fmt::format("at most {} calls in one another", kMostNested));
        return;
      }
      operand_ = TensorParser(cursor_, depth_ + 1).parse();
      operand_.values.clear();
      if (name == "zeros_like") fill_ = 0;
      if (name == "ones_like") fill_ = 1;
      skip_arguments(cursor_);
      return;
    }
    const std::vector<Argument> arguments = parse_arguments(cursor_);
    if (cursor_.failed()) return;
    const auto dtype = find_named_dtype(name);
    const bool is_class = dtype && name.size() > 1 && name[0] >= 'A' && name[0] <= 'Z';
    if (is_one_of(kBySizes, name)) {
      take_sizes(arguments, 0, start);
      if (name == "zeros") fill_ = 0;
      if (name == "ones") fill_ = 1;
      if (name == "eye" && operand_.shape.rank() == 1) operand_.shape.push_back(operand_.shape[0]);
    } else if (name == "full") {
      take_full(arguments, start);
    } else if (name == "arange") {
      take_sizes(arguments, 0, start);
      operand_.dtype = DType::kI64;
      if (operand_.shape.rank() != 1) cursor_.fail_at(start, kExpected);
    } else if (name == "randint") {
      take_list(arguments, start);
      operand_.dtype = DType::kI64;
    } else if (name == "tensor" || name == "Tensor" || name == "as_tensor" || is_class) {
      take_literal(arguments, start);
      if (name == "Tensor") operand_.dtype = DType::kF32;
      if (is_class) operand_.dtype = *dtype;
    } else {
      cursor_.fail_at(start, kExpected);
    }
    for (const Argument& argument : arguments) {
      if (argument.dtype) operand_.dtype = *argument.dtype;
    }
  }

  // Zeros and ones of whole numbers are meant: classes, lengths, masks. Those of real numbers only
  // stand for a shape, and equal ones would hide what a broadcast does. A line with more values is
  // not read by anybody.
  void fill() {
    constexpr std::int64_t kMostValues = 256;
    if (!fill_ || cursor_.failed() || operand_.shape.elements() > kMostValues) return;
    operand_.values.assign(static_cast<std::size_t>(operand_.shape.elements()), *fill_);
  }

  // The sizes, and the number whose dtype all have.
  void take_full(const std::vector<Argument>& arguments, std::size_t start) {
    if (arguments.size() < 2 || !arguments[0].literal || !arguments[1].literal) {
      cursor_.fail_at(start, "the sizes and a number, like torch.full((64,), 1)");
      return;
    }
    take_sizes({arguments[0]}, 0, start);
    operand_.dtype = dtype_of(*arguments[1].literal);
    if (!arguments[1].literal->values.empty()) fill_ = arguments[1].literal->values.front();
  }

  static DType dtype_of(const Literal& literal) {
    return literal.is_flag ? DType::kBool : literal.is_real ? DType::kF32 : DType::kI64;
  }

  bool append_size(double size, std::size_t start) {
    constexpr double kMost = 9007199254740992.0;
    if (size < 0 || size != std::floor(size) || size > kMost || operand_.shape.rank() == kMaxRank) {
      cursor_.fail_at(start, "sizes that are whole numbers of at least 0");
      return false;
    }
    operand_.shape.push_back(static_cast<std::int64_t>(size));
    return true;
  }

  // `64, 1` or `(64, 1)`, from the first argument on.
  void take_sizes(const std::vector<Argument>& arguments, std::size_t first, std::size_t start) {
    for (std::size_t i = first; i < arguments.size(); ++i) {
      const Argument& argument = arguments[i];
      const bool is_size = argument.literal && (argument.key.empty() || argument.key == "size");
      if (!is_size) continue;
      for (const double size : argument.literal->values) {
        if (!append_size(size, start)) return;
      }
    }
    if (!operand_.shape.is_countable()) cursor_.fail_at(start, "fewer elements");
  }

  // The sizes of randint, the only list among its arguments.
  void take_list(const std::vector<Argument>& arguments, std::size_t start) {
    for (const Argument& argument : arguments) {
      if (!argument.literal || argument.literal->shape.rank() != 1) continue;
      for (const double size : argument.literal->values) {
        if (!append_size(size, start)) return;
      }
      if (!operand_.shape.is_countable()) cursor_.fail_at(start, "fewer elements");
      return;
    }
    cursor_.fail_at(start, "the sizes of randint in parentheses, like torch.randint(0, 5, (64,))");
  }

  void take_literal(const std::vector<Argument>& arguments, std::size_t start) {
    if (arguments.empty() || !arguments[0].literal) {
      cursor_.fail_at(start, "a tensor with its numbers, like torch.tensor([1, 0, 4])");
      return;
    }
    const Literal& literal = *arguments[0].literal;
    operand_.shape = literal.shape;
    operand_.values = literal.values;
    operand_.dtype = dtype_of(literal);
  }

  Cursor& cursor_;
  std::size_t depth_;
  Operand operand_;
  std::optional<double> fill_;  // what every element is
};

}  // namespace

Operand parse_tensor(Cursor& cursor) { return TensorParser(cursor, 0).parse(); }

bool sees_tensor(Cursor cursor) {
  const std::string_view name = take_qualified_name(cursor);
  return !name.empty() && cursor.peek() == '(' && name != "torch.Size" &&
         !(before_last_part(name).empty() && find_named_dtype(name));
}

}  // namespace shapefuzz
