// SPDX-License-Identifier: BSD-3-Clause
// A case: one concrete call of one loss, as one line of text.
//
//   mse_loss@functional(input=f64[64,1], target=const f64[64], reduction=mean)#7
//
// `loss@entry(operand=const dtype[sizes]~layout{values}, option=value, ...)#seed`. Printing is
// canonical: one spelling, defaults left out, operands in the contract's order, options in the
// loss's.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/language/case/dtype.h"
#include "harness/language/case/option.h"
#include "harness/language/contract/contract.h"
#include "harness/language/contract/unify.h"
#include "harness/language/shape/shape.h"

namespace shapefuzz {

struct Case;

/// The entry that a case line need not name.
inline constexpr std::string_view kDefaultEntry = "functional";

/// What is known of a loss without LibTorch: enough to read, print and generate its cases.
struct LossSpec {
  std::string name;
  Contract contract;
  std::vector<OptionSpec> options;   ///< `reduction` among them
  std::vector<std::string> entries;  ///< where a case names none: functional, or else the first

  /// The first option of the case whose value the documentation excludes, and what it demands, as
  /// in "beta: a number of at least 0"; null for a loss whose options are all free.
  std::function<std::optional<std::string>(const Case& c, const LossSpec& spec)> illegal_option =
      nullptr;

  /// Whether the option `reduction` reduces the contract's result. Of a bare operator it does not:
  /// there the contract itself says what each reduction returns.
  bool reduces = true;

  /// Somebody's own, and none of LibTorch's: nothing is known of it but its contract.
  bool own = false;

  /// A function of Python, so that what to write instead is Python too.
  bool in_python = false;

  /// Nothing is promised: any shapes may be refused, and any result is as good as another.
  bool open = false;

  /// (entry, reduction) pairs that cannot be called: ATen's kl_div has no batchmean.
  std::vector<std::pair<std::string, std::string>> missing_reductions;

  const OptionSpec* find_option(std::string_view option) const;
  /// The reductions that an entry has; none of them where there is no such option.
  std::vector<std::string> reductions(std::string_view entry) const;
  /// How the result of a case relates to the contract's: `none` where they are the same.
  std::string_view reduction_of(const Case& c) const;
  /// Whether the call gives the mean or the sum of losses that it does not give themselves.
  bool folds() const;
};

/// The losses that a case may name.
using LossSpecs = std::vector<const LossSpec*>;

/// How the elements of an operand lie in memory; its values and its shape stay the same.
enum class Layout {
  kContiguous,
  kTransposed,  ///< the last two dimensions are stored in the other order
  kStrided,     ///< every other element of a larger buffer
  kExpanded,    ///< the first dimension has stride 0, so all its entries are equal
  kSliced,      ///< starts in the middle of its storage
};

std::string_view to_string(Layout layout);
const std::vector<Layout>& all_layouts();

struct Operand {
  std::string name;
  DType dtype = DType::kF64;
  Shape shape;
  Layout layout = Layout::kContiguous;
  bool constant = false;       ///< it needs no gradient, as most targets of a training
  std::vector<double> values;  ///< empty: drawn from the operand's kind with the case's seed

  friend bool operator==(const Operand& a, const Operand& b);
};

struct Case {
  std::string loss;
  std::string entry;
  std::vector<Operand> operands;  ///< those that are there, in the contract's order
  std::vector<Option> options;    ///< those that are not at their default, in the loss's order
  std::uint64_t seed = 0;

  /// The value of an option that the loss declares with this type; anything else throws.
  template <class T>
  const T& get(const LossSpec& spec, std::string_view name) const {
    return std::get<T>(option(spec, name));
  }
  const Operand* find_operand(std::string_view name) const;
  Operand* find_operand(std::string_view name);
  /// The option's value, its default if the case does not say.
  const OptionValue& option(const LossSpec& spec, std::string_view name) const;
  /// Sets an option, or takes it out where the value is the default.
  void set_option(const LossSpec& spec, std::string_view name, const OptionValue& value);

  friend bool operator==(const Case& a, const Case& b);
  friend bool operator!=(const Case& a, const Case& b) { return !(a == b); }
};

/// The canonical line. `parse_case(to_string(c), specs) == c` for every canonical case.
std::string to_string(const Case& c);

/// Reads a case line; throws ParseError. On input a shape is also read as `(64, 1)`,
/// `torch.Size([64, 1])` or `64x1`, and a missing dtype is the default of the operand's kind.
Case parse_case(std::string_view text, const LossSpecs& specs);
/// The same from a cursor to the end of its text; fails where the text is no case.
Case parse_case(Cursor& cursor, const LossSpecs& specs);

/// What the contract needs to know of a case: shapes, number classes, the values of its options.
Call to_call(const Case& c, const LossSpec& spec);
/// The names that a contract may use: whole numbers and flags, and, if asked for, words and the
/// lengths of lists.
OptionNames option_names(const std::vector<OptionSpec>& options, bool words_and_lists = false);
/// The options alone.
void bind_options(const Case& c, const LossSpec& spec, Call& call);

}  // namespace shapefuzz
