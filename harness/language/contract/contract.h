// SPDX-License-Identifier: BSD-3-Clause
// The contract line: what a loss promises about shapes and values, as one line of text.
//
//   (input: logprob[C], target: index(C)[], weight?: weight[C]) -> []
//   | (input: logprob[N,C,*d], target: index(C)[N,*d], weight?: weight[C]) -> [N,*d]
//
// A name binds one size, `*name` any number of sizes, a number is itself, `_` is any size, `2N` and
// `T-1` are computed; `|` separates alternatives, `?` marks an operand that may be missing,
// `where C >= 1` states a constraint, `where labels excludes mask` that one of two is missing. The
// shape behind the arrow is the unreduced result's; `-> mean[N]` says that the call returns the
// mean of losses of that shape. A name may also be an option of the loss (`input:
// real[N,in_features]`), `len(taus)` the length of a list; such names are given to the parser and
// bound before the shapes, and `where mode = binary` compares one with a word.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/language/contract/kind.h"
#include "harness/language/text/cursor.h"

namespace shapefuzz {

/// The most operands that a loss may have, and the most names of one alternative.
constexpr std::size_t kMaxOperands = 8;
constexpr std::size_t kMaxNames = 12;

/// One place in a pattern: a number, a name of one size, or a pack (`*name`) of any number.
struct Dim {
  enum class Type { kNumber, kName, kPack };
  Type type;
  std::int64_t number = 0;  ///< the size, if a number; what is added, if a name: -1 of `T-1`
  std::size_t name = 0;     ///< the index in Alternative::names, if a name or a pack
  std::int64_t factor = 1;  ///< of a name: 2 of `2N`

  /// Whether it is a name with something done to it.
  bool is_computed() const { return type == Type::kName && (factor != 1 || number != 0); }

  friend bool operator==(const Dim& a, const Dim& b) {
    return a.type == b.type && a.number == b.number && a.name == b.name && a.factor == b.factor;
  }
};

/// The shape of an operand in names. Of several packs all but one stand in an operand before it, so
/// that each length is known.
using Pattern = std::vector<Dim>;

/// A name that stands for any size, another one each time.
inline constexpr std::string_view kAnySize = "_";

struct OperandPattern {
  std::string name;
  bool optional = false;
  Kind kind = Kind::kReal;
  std::vector<Dim> arguments;  ///< of the kind: numbers and names
  Pattern pattern;
};

/// `where <name> <op> <number, name or word>`.
struct Constraint {
  enum class Op { kEqual, kAtLeast, kAtMost };
  std::size_t left = 0;
  Op op = Op::kEqual;
  Dim right;         ///< a number or a name
  std::string word;  ///< of an option: the number is its place among the option's words
};

/// What the call itself makes of the losses, where it gives no others.
enum class Fold { kNone, kMean, kSum };

struct Alternative {
  /// The first names are the contract's options, in their order; then the names of sizes.
  std::vector<std::string> names;
  std::vector<OperandPattern> operands;
  Pattern result;
  Fold fold = Fold::kNone;  ///< the same in every alternative
  std::vector<Constraint> constraints;
  /// Pairs of operands, by their places, of which at most one is there.
  std::vector<std::pair<std::size_t, std::size_t>> exclusive;
};

/// The names that options bind before the shapes do.
struct OptionNames {
  std::vector<std::string> names;               ///< `len(taus)` is the length of a list
  std::vector<std::vector<std::string>> words;  ///< of each name: those it may be; none of a number
  /// A name that nothing else uses is an error, but for the output's: it may be a slip.
  bool finds_lonely_names = false;

  OptionNames() = default;
  OptionNames(std::vector<std::string> numbers) : names(std::move(numbers)) {}
  OptionNames(std::initializer_list<std::string> numbers) : names(numbers) {}
  void add(std::string name, std::vector<std::string> choices = {}) {
    names.push_back(std::move(name));
    words.resize(names.size());
    words.back() = std::move(choices);
  }
};

struct Contract {
  std::vector<std::string> options;  ///< the names that are bound by options, not by shapes
  std::vector<Alternative> alternatives;

  /// The operands' names and order, the same in every alternative; the first is the output.
  const std::vector<OperandPattern>& operands() const { return alternatives.front().operands; }
};

/// Reads a contract line. Throws ParseError: a name that nothing binds, packs whose lengths nothing
/// tells apart, a pack where a number is needed, alternatives with different operands, an optional
/// first operand, an unknown kind.
Contract parse_contract(std::string_view text, const OptionNames& options = {});
/// The same from a cursor to the end of its text; fails where the text is no contract.
Contract parse_contract(Cursor& cursor, const OptionNames& options);

/// Whether an option of that name stands for a size: in a pattern, or as what an index is below.
bool is_size(const Contract& contract, std::string_view option);

/// The sizes that the contract itself demands by their numbers, as the 4 of a box.
std::set<std::int64_t> sizes_named_by(const Contract& contract);

/// The canonical spelling, read back by parse_contract. Alternatives are joined by ` | `.
std::string to_string(const Contract& contract);
std::string to_string(const Alternative& alternative);
/// `N`, `2N`, `T-1`, `*d`, `4`.
std::string to_string(const Dim& dim, const std::vector<std::string>& names);
/// `[N,C,*d]`.
std::string to_string(const Pattern& pattern, const std::vector<std::string>& names);

}  // namespace shapefuzz
