// SPDX-License-Identifier: BSD-3-Clause
// For tests: a few losses without LibTorch, and how cases are shown when a test fails.
#pragma once

#include <ostream>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "harness/language/case/case.h"

namespace shapefuzz {

inline void PrintTo(const Case& c, std::ostream* out) { *out << to_string(c); }
inline void showValue(const Case& c, std::ostream& out) { out << to_string(c); }

/// Whole numbers and booleans among the options are names that the contract may use.
inline LossSpec make_spec(std::string name, std::string_view contract,
                          std::vector<OptionSpec> options, std::vector<std::string> entries) {
  std::vector<std::string> names;
  for (const OptionSpec& option : options) {
    if (option.standard.index() <= 1) names.push_back(option.name);
  }
  LossSpec spec;
  spec.name = std::move(name);
  spec.contract = parse_contract(contract, names);
  spec.options = std::move(options);
  spec.entries = std::move(entries);
  return spec;
}

inline OptionSpec test_reduction() {
  return {"reduction", std::string("mean"), {"none", "mean", "sum"}};
}

inline const LossSpec& mse_spec() {
  static const LossSpec spec = make_spec("mse_loss", "(input: real[*S], target: real[*S]) -> [*S]",
                                         {test_reduction()}, {"functional", "module", "aten"});
  return spec;
}

inline const LossSpec& nll_spec() {
  static const LossSpec spec = make_spec(
      "nll_loss",
      "(input: logprob[C], target: index(C,ignore_index)[], weight?: weight[C]) -> []"
      " | (input: logprob[N,C,*d], target: index(C,ignore_index)[N,*d], weight?: weight[C])"
      " -> [N,*d]",
      {test_reduction(), {"ignore_index", std::int64_t{-100}, {}}}, {"functional", "aten"});
  return spec;
}

inline const LossSpec& ctc_spec() {
  static const LossSpec spec = make_spec(
      "ctc_loss",
      "(log_probs: logprob[T,N,C], targets: label(C,blank)[N,S], input_lengths: length(T)[N],"
      " target_lengths: length(S)[N]) -> [N]"
      " | (log_probs: logprob[T,N,C], targets: label(C,blank)[L], input_lengths: length(T)[N],"
      " target_lengths: split(L)[N]) -> [N]",
      {test_reduction(), {"blank", std::int64_t{0}, {}}}, {"functional"});
  return spec;
}

/// An option of every type, and no functional entry.
inline const LossSpec& layer_spec() {
  static const LossSpec spec =
      make_spec("layer_loss", "(input: real[N,in_features], target: index(n_classes)[N]) -> [N]",
                {test_reduction(),
                 {"in_features", std::int64_t{3}, {}},
                 {"n_classes", std::int64_t{5}, {}},
                 {"cutoffs", std::vector<std::int64_t>{2, 4}, {}},
                 {"div_value", 4.0, {}},
                 {"head_bias", false, {}}},
                {"module", "op"});
  return spec;
}

inline const LossSpecs& test_specs() {
  static const LossSpecs specs = {&mse_spec(), &nll_spec(), &ctc_spec(), &layer_spec()};
  return specs;
}

inline Case test_case(std::string_view text) { return parse_case(text, test_specs()); }

}  // namespace shapefuzz
