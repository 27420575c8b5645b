// SPDX-License-Identifier: BSD-3-Clause
#include "harness/language/spelling/method_text.h"

#include <fmt/core.h>

#include <cmath>

#include "harness/language/case/edit.h"
#include "harness/language/spelling/argument_text.h"
#include "harness/language/spelling/names.h"

namespace shapefuzz {
namespace {

constexpr std::array<std::string_view, 13> kPointwiseMethods = {
    "softmax", "log_softmax", "sigmoid", "tanh",       "relu",     "exp",  "log",
    "abs",     "random_",     "normal_", "bernoulli_", "uniform_", "clamp"};
// What changes nothing that a loss could tell.
constexpr std::array<std::string_view, 8> kNeutral = {
    "requires_grad_", "cuda", "cpu", "detach", "clone", "contiguous", "retain_grad", "data"};

class MethodParser {
 public:
  MethodParser(Cursor& cursor, Operand& operand) : cursor_(cursor), operand_(operand) {}

  void parse() {
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
  }

 private:
  void method(std::string_view name, std::size_t at) {
    if (cursor_.failed()) return;
    if (name == "data" && cursor_.peek() != '(') return;
    const std::vector<Argument> arguments = parse_arguments(cursor_);
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
  Operand& operand_;
};

}  // namespace

void parse_methods(Cursor& cursor, Operand& operand) { MethodParser(cursor, operand).parse(); }

}  // namespace shapefuzz
