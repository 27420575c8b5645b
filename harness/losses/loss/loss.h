// SPDX-License-Identifier: BSD-3-Clause
// A loss: everything that shapefuzz knows of it, in one place.
//
// This header names no LibTorch type but at::Tensor, which it only declares, so that the command
// line and the sweep stay free of torch headers.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "harness/language/case/case.h"
#include "harness/losses/gold/gold.h"

namespace at {
class Tensor;
}

namespace shapefuzz {

/// The operands and options of one call. `operands[i]` is the i-th of the contract, undefined where
/// the case does not have it.
struct Arguments {
  const LossSpec* spec = nullptr;
  const Case* c = nullptr;
  const at::Tensor* operands = nullptr;
  std::string_view reduction;  ///< may differ from the case's: a reference asks for `none`

  const at::Tensor& operator[](std::size_t i) const;
  /// The option's value; a name or a type that the loss does not declare is a bug of the loss.
  double real(std::string_view option) const { return get<double>(option); }
  std::int64_t integer(std::string_view option) const { return get<std::int64_t>(option); }
  bool flag(std::string_view option) const { return get<bool>(option); }
  const std::vector<std::int64_t>& list(std::string_view option) const {
    return get<std::vector<std::int64_t>>(option);
  }

 private:
  template <class T>
  const T& get(std::string_view option) const {
    return c->get<T>(*spec, option);
  }
};

/// What a loss returns is no value of a loss. It is no refusal either.
class BadResult : public std::logic_error {
  using std::logic_error::logic_error;
};

/// Calls the loss through one entry; throws what the loss throws.
using EntryCall = std::function<at::Tensor(const Arguments&)>;

/// The documented mean of an unreduced result, where it is not the mean over its elements.
using MeanRule = at::Tensor (*)(const at::Tensor& unreduced, const Arguments&);

struct Entry {
  std::string name;
  EntryCall call;
  std::string operator_name = {};  ///< of the entry `op`: `aten::ctc_loss.Tensor`
  /// What Python has to do first: `from losses import dice`, `torch.ops.load_library("my.so")`.
  std::string python_import = {};
};

struct Loss {
  LossSpec spec;
  std::vector<Entry> entries;
  /// The documented formula without LibTorch; a loss without one is only compared with itself.
  GoldFormula gold = nullptr;
  /// Its gradient is not the slope of its value, on purpose: it detaches a factor, or passes a
  /// gradient straight through what has none.
  bool own_gradient = false;
  /// Operands that LibTorch declares not differentiable ("the derivative for 'weight' is not
  /// implemented"); they never require a gradient.
  std::vector<std::string> constants;
  /// Operands that the call is meant to change: the `out` of an operator.
  std::vector<std::string> written;
  /// Operands and options whose illegal values LibTorch uses as addresses, unchecked: who
  /// tries them without a watch on the memory may corrupt that of the cases behind them.
  std::vector<std::string> unchecked;
  /// Of a backward operator: the loss whose gradient it returns. Its operand of that name, or the
  /// one called `self`, is what it differentiates by.
  const Loss* derivative_of = nullptr;
  MeanRule mean = nullptr;
  /// Reductions that return a plain number by documentation, so that no gradient flows back.
  std::vector<std::string> detached_reductions;
  /// The name in PascalCase, as LibTorch spells it, where it has an acronym: `NLLLoss`, `KLDiv`.
  std::string pascal_name;
  /// The class of `torch::nn`, where that is not the PascalCase name with Loss at its end.
  std::string module_name;
  /// Of a module with parameters: their elements, as shapefuzz draws them for a case.
  std::vector<std::vector<double>> (*parameters)(const Case& c, const LossSpec& spec) = nullptr;
  /// The options that the module's constructor demands, in its order.
  std::vector<std::string> constructor_options;
  /// Options of the sweep's cases, where LibTorch has no default that suits small shapes.
  std::vector<Option> sweep_options;

  const Entry& entry(std::string_view name) const;
  bool checks(const std::string& name) const;
};

/// Puts a loss together: parses its contract and hands the options' names to it.
/// Throws InputError, which names the loss, if the contract is wrong; a test builds every loss.
Loss make_loss(std::string name, std::string_view contract, std::vector<OptionSpec> options,
               std::vector<Entry> entries, GoldFormula gold = nullptr);

/// `reduction=mean` with `none` and `sum`, as most losses have it, and the further `choices`.
OptionSpec reduction_option(std::vector<std::string> further = {});

}  // namespace shapefuzz
