// SPDX-License-Identifier: BSD-3-Clause
// The templates behind call.h: what a function takes and returns, by its type. Nothing in here is
// for users.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "shapefuzz/option_value.h"

namespace shapefuzz {

/// So many tensors, and behind them options of these types.
struct CallSignature {
  std::size_t operands = 0;          ///< the tensors
  std::vector<OptionValue> options;  ///< any values of the options' types
};

/// A number as a tensor without a gradient.
at::Tensor number_as_tensor(double number);

/// A default as the option has it: any whole number as int64, any real one as double.
template <class T>
OptionValue option_value(T value) {
  if constexpr (std::is_same_v<T, bool>) {
    return value;
  } else if constexpr (std::is_integral_v<T>) {
    return static_cast<std::int64_t>(value);
  } else if constexpr (std::is_floating_point_v<T>) {
    return static_cast<double>(value);
  } else if constexpr (std::is_convertible_v<T, std::string>) {
    return std::string(std::move(value));
  } else {
    return OptionValue(std::move(value));
  }
}

namespace call_detail {

template <class T, class = void>
struct IsOptionalTensor : std::false_type {};
template <class T>
struct IsOptionalTensor<T, std::void_t<decltype(std::declval<const T&>().has_value())>>
    : std::is_same<typename T::value_type, at::Tensor> {};

template <class T>
constexpr bool kIsOperand = std::is_same_v<T, at::Tensor> || IsOptionalTensor<T>::value;
template <class T>
constexpr bool kIsWord = std::is_convertible_v<const std::string&, T>;
template <class T, class Element>
constexpr bool kIsList = std::is_constructible_v<T, const std::vector<Element>&>;

// The option that a parameter of this type takes, with any value.
template <class T>
OptionValue option_type() {
  if constexpr (std::is_arithmetic_v<T>) {
    return option_value(T{});
  } else if constexpr (kIsWord<T>) {
    return std::string();
  } else if constexpr (kIsList<T, std::int64_t>) {
    return std::vector<std::int64_t>();
  } else {
    static_assert(kIsList<T, double>,
                  "shapefuzz: an option of a loss is a bool, a number, a string, or a list of "
                  "int64_t or double; everything else is fixed in a lambda around the function");
    return std::vector<double>();
  }
}

template <class T>
T from_option(const OptionValue& value) {
  if constexpr (std::is_same_v<T, bool>) {
    return std::get<bool>(value);
  } else if constexpr (std::is_integral_v<T>) {
    return static_cast<T>(std::get<std::int64_t>(value));
  } else if constexpr (std::is_floating_point_v<T>) {
    return static_cast<T>(std::get<double>(value));
  } else if constexpr (kIsWord<T>) {
    return T(std::get<std::string>(value));
  } else if constexpr (kIsList<T, std::int64_t>) {
    return T(std::get<std::vector<std::int64_t>>(value));
  } else {
    return T(std::get<std::vector<double>>(value));
  }
}

template <class T>
T argument(const at::Tensor* operands, const OptionValue* options, std::size_t i,
           std::size_t tensors) {
  if constexpr (std::is_same_v<T, at::Tensor>) {
    return operands[i];
  } else if constexpr (kIsOperand<T>) {
    return operands[i].defined() ? T(operands[i]) : T();
  } else {
    return from_option<T>(options[i - tensors]);
  }
}

// The loss in what a function returns.
template <class Result>
at::Tensor loss_in(Result&& result) {
  using R = std::decay_t<Result>;
  if constexpr (std::is_same_v<R, at::Tensor>) {
    return std::forward<Result>(result);
  } else if constexpr (std::is_arithmetic_v<R>) {
    return number_as_tensor(static_cast<double>(result));
  } else {
    return loss_in(std::get<0>(std::forward<Result>(result)));
  }
}

template <class Result, class... Parameters>
struct FunctionOf {
  static_assert(!std::is_void_v<Result>,
                "shapefuzz: a loss returns a tensor, a pair whose first is one, or a number; this "
                "one returns nothing");
  static constexpr std::size_t kTensors = (std::size_t{0} + ... + kIsOperand<Parameters>);

  static CallSignature signature() {
    constexpr bool kKinds[] = {kIsOperand<Parameters>..., false};
    static_assert(kTensors > 0, "shapefuzz: a loss takes its operands as tensors");
    constexpr bool kInOrder = [](const bool* kinds) {
      for (std::size_t i = 0; i < kTensors; ++i) {
        if (!kinds[i]) return false;
      }
      return true;
    }(kKinds);
    static_assert(kInOrder, "shapefuzz: the tensors of a loss stand before its options");
    CallSignature signature = {kTensors, {}};
    (add_option<Parameters>(signature), ...);
    return signature;
  }

  template <class Function>
  static auto call(Function function) {
    return bind(std::move(function), std::index_sequence_for<Parameters...>());
  }

 private:
  template <class P>
  static void add_option(CallSignature& signature) {
    if constexpr (!kIsOperand<P>) signature.options.push_back(option_type<P>());
  }
  template <class Function, std::size_t... I>
  static auto bind(Function function, std::index_sequence<I...>) {
    return [function = std::move(function)](const at::Tensor* operands,
                                            const OptionValue* options) mutable -> at::Tensor {
      return loss_in(function(argument<Parameters>(operands, options, I, kTensors)...));
    };
  }
};

template <class Function>
struct Deduced : Deduced<decltype(&Function::operator())> {};
template <class R, class... P>
struct Deduced<R (*)(P...)> : FunctionOf<R, std::decay_t<P>...> {};
template <class R, class... P>
struct Deduced<R (*)(P...) noexcept> : FunctionOf<R, std::decay_t<P>...> {};
template <class R, class C, class... P>
struct Deduced<R (C::*)(P...)> : FunctionOf<R, std::decay_t<P>...> {};
template <class R, class C, class... P>
struct Deduced<R (C::*)(P...) const> : FunctionOf<R, std::decay_t<P>...> {};

}  // namespace call_detail

}  // namespace shapefuzz
