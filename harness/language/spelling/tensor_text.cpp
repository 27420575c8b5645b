// SPDX-License-Identifier: BSD-3-Clause
#include "harness/language/spelling/tensor_text.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "harness/language/case/edit.h"
#include "harness/language/case/option.h"
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
constexpr std::array<std::string_view, 13> kPointwiseMethods = {
    "softmax", "log_softmax", "sigmoid", "tanh",       "relu",     "exp",  "log",
    "abs",     "random_",     "normal_", "bernoulli_", "uniform_", "clamp"};
// What changes nothing that a loss could tell.
constexpr std::array<std::string_view, 8> kNeutral = {
    "requires_grad_", "cuda", "cpu", "detach", "clone", "contiguous", "retain_grad", "data"};

template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// Numbers in brackets, braces or parentheses, one in another as a tensor has them.
struct Literal {
  Shape shape;
  std::vector<double> values;
  bool is_real = false;
  bool is_flag = false;
};

// An argument of a factory or a method.
struct Argument {
  std::string_view key;            // of `dtype=torch.long`
  std::optional<Literal> literal;  // a number is one without brackets
  std::optional<DType> dtype;      // that its words name
};

char closing(char open) { return open == '(' ? ')' : open == '[' ? ']' : '}'; }

bool is_number_start(char c) { return (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '+'; }

class TensorParser {
 public:
  explicit TensorParser(Cursor& cursor) : cursor_(cursor) {}

  Operand parse() {
    cursor_.skip_spaces();
    const std::size_t start = cursor_.offset();
    std::string_view name = take_qualified_name(cursor_);
    if (name.empty() || cursor_.peek() != '(') {
      cursor_.fail_at(start, kExpected);
      return operand_;
    }
    make(name, start);
    while (!cursor_.failed()) {
      cursor_.skip_spaces();
      if (cursor_.sees(".T")) {
        cursor_.skip(2);
        reverse();
        continue;
      }
      if (!cursor_.sees(".") && !cursor_.sees("->")) break;
      cursor_.skip(cursor_.sees(".") ? 1 : 2);
      const std::size_t at = cursor_.offset();
      method(cursor_.name("a method of a tensor"), at);
    }
    return operand_;
  }

 private:
  void make(std::string_view qualified, std::size_t start) {
    const std::string_view name = last_part(qualified);
    operand_.dtype = DType::kF32;
    const bool is_module = is_one_of(kPointwiseModules, name);
    if (is_module) {
      cursor_.expect("(");
      skip_arguments();
    }
    if (is_module || is_one_of(kPointwise, name)) {
      cursor_.expect("(");
      operand_ = parse_tensor(cursor_);
      operand_.values.clear();
      skip_arguments();
      return;
    }
    const std::vector<Argument> arguments = parse_arguments();
    if (cursor_.failed()) return;
    const auto dtype = find_named_dtype(name);
    const bool is_class = dtype && name.size() > 1 && name[0] >= 'A' && name[0] <= 'Z';
    if (is_one_of(kBySizes, name)) {
      take_sizes(arguments, 0, start);
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

  // The sizes, and the number whose dtype all have.
  void take_full(const std::vector<Argument>& arguments, std::size_t start) {
    if (arguments.size() < 2 || !arguments[0].literal || !arguments[1].literal) {
      cursor_.fail_at(start, "the sizes and a number, like torch.full((64,), 1)");
      return;
    }
    take_sizes({arguments[0]}, 0, start);
    operand_.dtype = dtype_of(*arguments[1].literal);
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

  std::vector<Argument> parse_arguments() {
    std::vector<Argument> arguments;
    cursor_.expect("(");
    if (cursor_.take(")")) return arguments;
    do {
      cursor_.skip_spaces();
      if (cursor_.peek() == ')') break;  // behind a comma at the end
      arguments.push_back(parse_argument());
    } while (cursor_.take(","));
    cursor_.expect(")", "or ','");
    return arguments;
  }

  Argument parse_argument() {
    Argument argument;
    Cursor ahead = cursor_;
    const std::string_view word = take_qualified_name(ahead);
    ahead.skip_spaces();
    if (!word.empty() && ahead.peek() == '=') {
      argument.key = word;
      cursor_ = ahead;
      cursor_.skip(1);
      cursor_.skip_spaces();
    }
    const char next = cursor_.peek();
    const bool is_literal = next == '(' || next == '[' || next == '{' || is_number_start(next) ||
                            cursor_.sees("True") || cursor_.sees("False");
    if (is_literal) {
      argument.literal = Literal();
      parse_literal(0, *argument.literal);
      return argument;
    }
    take_words(argument);
    return argument;
  }

  // `torch.long`, `torch::dtype(torch::kLong).requires_grad(true)`, `'mean'`.
  void take_words(Argument& argument) {
    const std::size_t start = cursor_.offset();
    int depth = 0;
    while (!cursor_.at_end()) {
      const char next = cursor_.peek();
      if (depth == 0 && (next == ',' || next == ')')) break;
      const std::string_view word = take_qualified_name(cursor_);
      if (!word.empty()) {
        if (const auto dtype = find_named_dtype(word)) argument.dtype = dtype;
        continue;
      }
      depth += next == '(' ? 1 : next == ')' ? -1 : 0;
      cursor_.skip(1);
    }
    if (cursor_.offset() == start) cursor_.fail("an argument");
  }

  void parse_literal(std::size_t depth, Literal& literal) {
    cursor_.skip_spaces();
    const char open = cursor_.peek();
    if (open == '(' || open == '[' || open == '{') {
      cursor_.skip(1);
      const char close = closing(open);
      std::int64_t count = 0;
      if (depth == kMaxRank) return cursor_.fail("fewer brackets");
      if (literal.shape.rank() == depth) {
        if (!literal.values.empty()) return cursor_.fail("rows of equal length");
        literal.shape.push_back(-1);
      }
      cursor_.skip_spaces();
      while (!cursor_.failed() && cursor_.peek() != close) {
        parse_literal(depth + 1, literal);
        ++count;
        cursor_.skip_spaces();
        if (!cursor_.take(",")) break;
        cursor_.skip_spaces();
      }
      cursor_.expect(std::string_view(&close, 1), "or ','");
      if (literal.shape[depth] < 0) literal.shape[depth] = count;
      if (literal.shape[depth] != count) cursor_.fail("rows of equal length");
      return;
    }
    if (literal.shape.rank() != depth) return cursor_.fail("rows of equal length");
    if (cursor_.take("True") || cursor_.take("true")) return add_flag(1, literal);
    if (cursor_.take("False") || cursor_.take("false")) return add_flag(0, literal);
    const std::size_t start = cursor_.offset();
    Cursor ahead = cursor_;
    literal.values.push_back(parse_real(cursor_, "a number"));
    if (cursor_.failed()) return;
    const std::string_view digits = ahead.rest().substr(0, cursor_.offset() - start);
    literal.is_real = literal.is_real || digits.find_first_of(".einEIN") != std::string_view::npos;
    if (cursor_.peek() == 'f' || cursor_.peek() == 'L') cursor_.skip(1);  // of C++
  }

  void add_flag(double value, Literal& literal) {
    literal.is_flag = true;
    literal.values.push_back(value);
  }

  void skip_arguments() {
    int depth = 1;
    while (!cursor_.at_end() && depth > 0) {
      depth += cursor_.peek() == '(' ? 1 : cursor_.peek() == ')' ? -1 : 0;
      cursor_.skip(1);
    }
    if (depth > 0) cursor_.fail("')'");
  }

  std::size_t wrapped(double dim, std::size_t rank, std::size_t at) {
    const double from = dim < 0 ? dim + static_cast<double>(rank) : dim;
    if (from >= 0 && from < static_cast<double>(rank)) return static_cast<std::size_t>(from);
    cursor_.fail_at(at, fmt::format("a dimension of {}", to_string(operand_.shape)));
    return 0;
  }

  static std::vector<double> numbers_of(const std::vector<Argument>& arguments) {
    std::vector<double> numbers;
    for (const Argument& argument : arguments) {
      if (!argument.literal) continue;
      numbers.insert(numbers.end(), argument.literal->values.begin(),
                     argument.literal->values.end());
    }
    return numbers;
  }

  void apply_step(Method method, std::vector<std::int64_t> numbers) {
    operand_ = applied({method, std::move(numbers)}, operand_);
  }

  void method(std::string_view name, std::size_t at) {
    if (cursor_.failed()) return;
    if (name == "data" && cursor_.peek() != '(') return;
    const std::vector<Argument> arguments = parse_arguments();
    if (cursor_.failed()) return;
    const std::vector<double> numbers = numbers_of(arguments);
    // So small that their products are counted without overflow (Shape::is_countable says more).
    constexpr double kMost = 1 << 30;
    const bool are_sizes = std::all_of(numbers.begin(), numbers.end(), [](double number) {
      return number == std::floor(number) && std::abs(number) <= kMost;
    });
    if (is_one_of(kNeutral, name)) return;
    if (is_one_of(kPointwiseMethods, name)) return operand_.values.clear();
    if (const auto dtype = find_named_dtype(name)) return convert(*dtype);
    if (name == "to" || name == "type" || name == "toType") {
      for (const Argument& argument : arguments) {
        if (argument.dtype) convert(*argument.dtype);
      }
      return;
    }
    if (!are_sizes || numbers.size() > kMaxRank) {
      return cursor_.fail_at(at, "sizes or dimensions that are whole numbers");
    }
    change_shape(name, numbers, at);
  }

  void convert(DType dtype) { operand_ = applied({Method::kTo, {}, dtype}, operand_); }

  void change_shape(std::string_view name, const std::vector<double>& numbers, std::size_t at) {
    const std::size_t rank = operand_.shape.rank();
    const auto dim = [&](std::size_t i, std::size_t of) {
      return static_cast<std::int64_t>(wrapped(numbers[i], of, at));
    };
    if (name == "unsqueeze" && numbers.size() == 1 && rank < kMaxRank) {
      apply_step(Method::kUnsqueeze, {dim(0, rank + 1)});
    } else if (name == "squeeze") {
      squeeze(numbers, at);
    } else if (name == "transpose" && numbers.size() == 2 && rank > 0) {
      const std::int64_t a = dim(0, rank);
      const std::int64_t b = dim(1, rank);
      if (!cursor_.failed()) apply_step(Method::kTranspose, {a, b});
    } else if (name == "t" && rank <= 2) {
      reverse();
    } else if (name == "permute" && numbers.size() == rank) {
      permute(numbers, at);
    } else if (name == "view" || name == "reshape") {
      reshape(numbers, at);
    } else if (name == "flatten" && numbers.size() <= 2) {
      flatten(numbers, at);
    } else if (name == "expand") {
      expand(numbers, at);
    } else if (name == "argmax" && numbers.size() == 1 && rank > 0) {
      const std::int64_t along = dim(0, rank);
      const bool can = !cursor_.failed() && operand_.shape[static_cast<std::size_t>(along)] > 0;
      if (can) apply_step(Method::kArgmax, {along});
    } else if ((name == "mean" || name == "sum") && numbers.empty()) {
      operand_.shape = {};
      operand_.values.clear();
    } else if ((name == "mean" || name == "sum") && numbers.size() == 1 && rank > 0) {
      reduce(static_cast<std::size_t>(dim(0, rank)));
    } else {
      cursor_.fail_at(at,
                      "a method that can be read here, like unsqueeze(1), view(-1, 1), "
                      "float() or to(torch.long)");
    }
  }

  // A mean or a sum over one dimension, without keepdim.
  void reduce(std::size_t dim) {
    if (cursor_.failed()) return;
    Shape shape = operand_.shape.slice(0, dim);
    shape.append(operand_.shape.slice(dim + 1, operand_.shape.rank() - dim - 1));
    operand_.shape = shape;
    operand_.values.clear();
  }

  void reverse() {
    std::vector<std::int64_t> order;
    for (std::size_t i = operand_.shape.rank(); i-- > 0;) {
      order.push_back(static_cast<std::int64_t>(i));
    }
    apply_step(Method::kPermute, order);
  }

  void squeeze(const std::vector<double>& numbers, std::size_t at) {
    if (numbers.empty()) {
      for (std::size_t i = operand_.shape.rank(); i-- > 0;) {
        if (operand_.shape[i] == 1) apply_step(Method::kSqueeze, {static_cast<std::int64_t>(i)});
      }
      return;
    }
    const std::size_t dim = wrapped(numbers[0], operand_.shape.rank(), at);
    if (cursor_.failed() || operand_.shape[dim] != 1) return;
    apply_step(Method::kSqueeze, {static_cast<std::int64_t>(dim)});
  }

  void permute(const std::vector<double>& numbers, std::size_t at) {
    std::vector<std::int64_t> order;
    for (const double number : numbers) {
      const auto dim = static_cast<std::int64_t>(wrapped(number, numbers.size(), at));
      if (std::count(order.begin(), order.end(), dim) > 0)
        cursor_.fail_at(at, "each dimension once");
      order.push_back(dim);
    }
    if (!cursor_.failed()) apply_step(Method::kPermute, order);
  }

  void reshape(const std::vector<double>& numbers, std::size_t at) {
    std::int64_t known = 1;
    std::ptrdiff_t open = 0;
    for (const double number : numbers) {
      if (number == -1) {
        ++open;
      } else {
        known = std::min(kMaxSize >> 31,
                         known * std::max<std::int64_t>(0, static_cast<std::int64_t>(number)));
      }
    }
    const std::int64_t elements = operand_.shape.elements();
    std::vector<std::int64_t> sizes;
    for (const double number : numbers) {
      sizes.push_back(number == -1 ? (known == 0 ? 0 : elements / known)
                                   : static_cast<std::int64_t>(number));
    }
    Shape shape;
    for (const std::int64_t size : sizes) {
      if (size < 0 || shape.rank() == kMaxRank) return cursor_.fail_at(at, "sizes of at least 0");
      shape.push_back(size);
    }
    if (open > 1 || !shape.is_countable() || shape.elements() != elements) {
      return cursor_.fail_at(
          at, fmt::format("sizes with the {} elements of {}", elements, to_string(operand_.shape)));
    }
    apply_step(Method::kReshape, sizes);
  }

  void flatten(const std::vector<double>& numbers, std::size_t at) {
    const std::size_t rank = operand_.shape.rank();
    if (rank == 0) return apply_step(Method::kReshape, {1});
    const std::size_t first = numbers.empty() ? 0 : wrapped(numbers[0], rank, at);
    const std::size_t last = numbers.size() < 2 ? rank - 1 : wrapped(numbers[1], rank, at);
    if (cursor_.failed() || first > last) return;
    std::vector<std::int64_t> sizes;
    for (std::size_t i = 0; i < rank; ++i) {
      if (i > first && i <= last) {
        sizes.back() *= operand_.shape[i];
      } else {
        sizes.push_back(operand_.shape[i]);
      }
    }
    apply_step(Method::kReshape, sizes);
  }

  void expand(const std::vector<double>& numbers, std::size_t at) {
    Shape shape;
    const std::size_t extra = numbers.size() - std::min(numbers.size(), operand_.shape.rank());
    for (std::size_t i = 0; i < numbers.size() && shape.rank() < kMaxRank; ++i) {
      const bool keeps = numbers[i] == -1 && i >= extra;
      shape.push_back(keeps ? operand_.shape[i - extra] : static_cast<std::int64_t>(numbers[i]));
    }
    const bool fits =
        std::all_of(shape.begin(), shape.end(), [](std::int64_t s) { return s >= 0; });
    if (!fits || !shape.is_countable() || !expands_to(operand_.shape, shape)) {
      return cursor_.fail_at(at,
                             fmt::format("sizes that {} expands to", to_string(operand_.shape)));
    }
    apply_step(Method::kExpand, {shape.begin(), shape.end()});
  }

  Cursor& cursor_;
  Operand operand_;
};

}  // namespace

std::string_view take_qualified_name(Cursor& cursor) {
  cursor.skip_spaces();
  const std::string_view rest = cursor.rest();
  const auto is_start = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  const auto is_inside = [&](char c) { return is_start(c) || (c >= '0' && c <= '9'); };
  std::size_t length = 0;
  while (length < rest.size() && is_start(rest[length])) {
    while (length < rest.size() && is_inside(rest[length])) ++length;
    const std::size_t separator = rest.substr(length, 2) == "::"                ? 2
                                  : length < rest.size() && rest[length] == '.' ? 1
                                                                                : 0;
    const bool goes_on =
        separator > 0 && length + separator < rest.size() && is_start(rest[length + separator]);
    if (!goes_on) break;
    length += separator;
  }
  cursor.skip(length);
  return rest.substr(0, length);
}

Operand parse_tensor(Cursor& cursor) { return TensorParser(cursor).parse(); }

bool sees_tensor(Cursor cursor) {
  const std::string_view name = take_qualified_name(cursor);
  return !name.empty() && cursor.peek() == '(' && name != "torch.Size" &&
         !(before_last_part(name).empty() && find_named_dtype(name));
}

}  // namespace shapefuzz
