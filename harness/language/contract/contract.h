// SPDX-License-Identifier: BSD-3-Clause
// The contract line: what a loss promises about shapes and values, as one line of text.
//
//   (input: logprob[C], target: index(C)[], weight?: weight[C]) -> []
//   | (input: logprob[N,C,*d], target: index(C)[N,*d], weight?: weight[C]) -> [N,*d]
//
// A name binds one size, `*name` any number of sizes, a number is itself, `|` separates
// alternatives, `?` marks an operand that may be missing, `where C >= 1` states a constraint. The
// shape behind the arrow is the unreduced result's. A name may also be an option of the loss
// (`input: real[N,in_features]`); such names are given to the parser and bound before the shapes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
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
  std::int64_t number = 0;  ///< the size, if a number
  std::size_t name = 0;     ///< the index in Alternative::names, if a name or a pack

  friend bool operator==(const Dim& a, const Dim& b) {
    return a.type == b.type && a.number == b.number && a.name == b.name;
  }
};

/// The shape of an operand in names; at most one of its dims is a pack.
using Pattern = std::vector<Dim>;

struct OperandPattern {
  std::string name;
  bool optional = false;
  Kind kind = Kind::kReal;
  std::vector<std::size_t> arguments;  ///< of the kind: indices in Alternative::names
  Pattern pattern;
};

/// `where <name> <op> <number or name>`.
struct Constraint {
  enum class Op { kEqual, kAtLeast, kAtMost };
  std::size_t left = 0;
  Op op = Op::kEqual;
  Dim right;  ///< a number or a name
};

struct Alternative {
  /// The first names are the contract's options, in their order; then the names of sizes.
  std::vector<std::string> names;
  std::vector<OperandPattern> operands;
  Pattern result;
  std::vector<Constraint> constraints;
};

struct Contract {
  std::vector<std::string> options;  ///< the names that are bound by options, not by shapes
  std::vector<Alternative> alternatives;

  /// The operands' names and order, the same in every alternative; the first is the output.
  const std::vector<OperandPattern>& operands() const { return alternatives.front().operands; }
};

/// Reads a contract line. `options` are the names that the loss's options bind.
/// Throws ParseError: a name that nothing binds, two packs in a shape, a pack where a number is
/// needed, alternatives with different operands, an optional first operand, an unknown kind.
Contract parse_contract(std::string_view text, const std::vector<std::string>& options = {});
/// The same from a cursor to the end of its text; fails where the text is no contract.
Contract parse_contract(Cursor& cursor, const std::vector<std::string>& options);

/// Whether an option of that name stands for a size: in a pattern, or as what an index is below.
bool is_size(const Contract& contract, std::string_view option);

/// The canonical spelling, read back by parse_contract. Alternatives are joined by ` | `.
std::string to_string(const Contract& contract);
std::string to_string(const Alternative& alternative);
/// `[N,C,*d]`.
std::string to_string(const Pattern& pattern, const std::vector<std::string>& names);

}  // namespace shapefuzz
