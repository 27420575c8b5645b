// SPDX-License-Identifier: BSD-3-Clause
// A loss that throws for shapes that its contract does not promise, before it computes anything:
// for production code. Link shapefuzz::guard, which has nothing of the harness.
//
//   #include <shapefuzz/guard.h>
//
//   const auto mse = shapefuzz::guarded(
//       [](const at::Tensor& output, const at::Tensor& target) { return at::mse_loss(output,
//       target); },
//       "(output: real[*S], target: real[*S]) -> [*S]", "mse");
//   mse(output, target);  // ShapeError for [64, 1] and [64]: target.unsqueeze(-1)
//
//   shapefuzz::demand("(logits: real[N,C], labels: index(C)[N]) -> [N]", logits, labels);
//
// Only shapes are looked at: values, dtypes and options are not its business. docs/contracts.md has
// the notation, guarded_losses.h a guard of each loss of LibTorch.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/util/Exception.h>

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "shapefuzz/detail/shape_program.h"

namespace shapefuzz {

namespace guard_detail {

// Whether a type is an optional tensor, whatever a LibTorch calls that.
template <class T, class = void>
struct IsOptionalTensor : std::false_type {};
template <class T>
struct IsOptionalTensor<T, std::void_t<typename T::value_type, decltype(&T::has_value)>>
    : std::is_same<typename T::value_type, at::Tensor> {};
template <class T>
using EnableIfOptional = std::enable_if_t<IsOptionalTensor<T>::value>;

// The arguments that are left out of a call: a pointer to a function knows no defaults. Those of
// LibTorch's losses are classes, whose default is {}; that of a number nobody knows.
template <class Result, class... Parameters, std::size_t... Left, class... Arguments>
Result call_with_defaults(Result (*function)(Parameters...), std::index_sequence<Left...>,
                          Arguments&&... arguments) {
  using All = std::tuple<std::decay_t<Parameters>...>;
  static_assert(
      (std::is_class_v<std::tuple_element_t<sizeof...(Arguments) + Left, All>> && ...),
      "shapefuzz: an argument is left out whose default is unknown: guard a lambda that gives it");
  return function(std::forward<Arguments>(arguments)...,
                  std::tuple_element_t<sizeof...(Arguments) + Left, All>{}...);
}

template <class Function, class... Arguments>
decltype(auto) call(Function& function, Arguments&&... arguments) {
  return function(std::forward<Arguments>(arguments)...);
}
template <class Result, class... Parameters, class... Arguments>
Result call(Result (*function)(Parameters...), Arguments&&... arguments) {
  static_assert(sizeof...(Arguments) <= sizeof...(Parameters), "shapefuzz: too many arguments");
  return call_with_defaults(
      function, std::make_index_sequence<sizeof...(Parameters) - sizeof...(Arguments)>(),
      std::forward<Arguments>(arguments)...);
}

}  // namespace guard_detail

/// What a guard throws. It says what was found, what was demanded, the likeliest mistake, and what
/// to write instead.
class ShapeError : public c10::Error {
 public:
  /// With that message, and without a backtrace, which takes longer than the loss.
  explicit ShapeError(std::string message) : c10::Error(std::move(message), /*backtrace=*/{}) {}
};

/// How much broadcasting a guard forgives.
enum class GuardPolicy {
  kStrict,    ///< only the shapes of the contract
  kExpand,    ///< operands behind the first may be expanded to them, as a weight of one element
  kBroadcast  ///< NumPy's broadcasting
};

/// A contract that calls are held against. Making one parses the contract: keep it. A copy shares
/// what was parsed.
class Guard {
 public:
  /// `name` is the loss in the message, which says what to write instead in C++, or in Python.
  /// Throws c10::Error for a contract that cannot be read.
  explicit Guard(std::string_view contract, std::string name = "loss",
                 GuardPolicy policy = GuardPolicy::kExpand, bool in_python = false);

  /// Throws ShapeError unless the operands, in the contract's order, have its shapes. An undefined
  /// tensor is a missing operand.
  template <class... Tensors>
  void demand(const Tensors&... operands) const {
    static_assert(sizeof...(operands) <= guard_detail::kMostOperands,
                  "shapefuzz: too many operands");
    const std::array<guard_detail::OperandSizes, sizeof...(operands)> sizes{
        {sizes_of(operands)...}};
    demand_sizes(sizes.data(), sizeof...(operands));
  }

  /// The same of sizes, `count` of them; those of a missing operand are null.
  void demand_sizes(const guard_detail::OperandSizes* operands, std::size_t count) const {
    if (!program_.fits(operands, count)) take_the_long_way(operands, count);
  }
  /// The compiled contract; it lives as long as a copy of the guard.
  const guard_detail::Program& program() const { return program_; }

  /// The sizes of a tensor, null of an undefined one; they live as long as it.
  static guard_detail::OperandSizes sizes_of(const at::Tensor& tensor) {
    if (!tensor.defined()) return {};
    return sizes_of(tensor.sizes());
  }
  /// The same of one that may be missing, as c10::optional<at::Tensor>.
  template <class Optional, class = guard_detail::EnableIfOptional<Optional>>
  static guard_detail::OperandSizes sizes_of(const Optional& tensor) {
    return tensor.has_value() ? sizes_of(*tensor) : guard_detail::OperandSizes{};
  }
  /// The same of sizes alone.
  static guard_detail::OperandSizes sizes_of(at::IntArrayRef sizes) {
    static constexpr std::int64_t kScalar = 0;  // present, and no size to point to
    return {sizes.empty() ? &kScalar : sizes.data(), sizes.size()};
  }

 private:
  void take_the_long_way(const guard_detail::OperandSizes* operands, std::size_t count) const;

  struct Long;  // the contract itself
  guard_detail::Program program_;
  std::shared_ptr<const Long> long_;
};

/// The contract of that text, parsed at its first use, by any thread.
const Guard& guard_of(std::string_view contract, std::string_view name = "loss");

/// Throws ShapeError unless the tensors, in the contract's order, have its shapes.
template <class... Tensors>
void demand(std::string_view contract, const Tensors&... operands) {
  guard_of(contract).demand(operands...);
}

namespace guard_detail {

/// What guarded_losses.h asks: nothing is parsed where the shapes fit.
template <class... Tensors>
void demand(const ReadyGuard& ready, const Tensors&... operands) {
  const std::array<OperandSizes, sizeof...(operands)> sizes{{Guard::sizes_of(operands)...}};
  if (ready.program.fits(sizes.data(), sizeof...(operands))) return;
  guard_of(ready.contract, ready.name).demand_sizes(sizes.data(), sizeof...(operands));
}

}  // namespace guard_detail

/// What `guarded` returns: the function, behind a guard.
template <class Function>
class Guarded {
 public:
  /// `guarded` is shorter.
  Guarded(Function function, Guard guard)
      : function_(std::move(function)), guard_(std::move(guard)) {}

  /// The tensors stand first; what is behind them goes to the function alone. Of a function like
  /// those of torch::nn::functional the options may be left out.
  template <class... Arguments>
  decltype(auto) operator()(Arguments&&... arguments) const {
    static_assert(leading_tensors<Arguments...>() > 0,
                  "shapefuzz: the tensors stand first: guard a lambda that has them there");
    check(std::make_index_sequence<leading_tensors<Arguments...>()>(), arguments...);
    return guard_detail::call(function_, std::forward<Arguments>(arguments)...);
  }

 private:
  template <class... Arguments>
  static constexpr std::size_t leading_tensors() {
    constexpr bool kTensors[] = {
        (std::is_same_v<std::decay_t<Arguments>, at::Tensor> ||
         guard_detail::IsOptionalTensor<std::decay_t<Arguments>>::value)...,
        false};
    std::size_t count = 0;
    while (kTensors[count]) ++count;
    return count;
  }
  template <std::size_t... I, class... Arguments>
  void check(std::index_sequence<I...>, const Arguments&... arguments) const {
    const auto all = std::tie(arguments...);
    guard_.demand(std::get<I>(all)...);
  }

  mutable Function function_;  // a module's call is not const, and changes nothing of the guard
  Guard guard_;
};

/// The function behind a guard: it throws ShapeError for what its contract does not promise.
template <class Function>
Guarded<Function> guarded(Function function, std::string_view contract, std::string name = "loss",
                          GuardPolicy policy = GuardPolicy::kExpand) {
  return {std::move(function), Guard(contract, std::move(name), policy)};
}

}  // namespace shapefuzz
