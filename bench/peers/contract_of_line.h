// SPDX-License-Identifier: BSD-3-Clause
// What a tester reads from the contract line of a loss: the pattern and the kind of each operand,
// and the shapes that follow from the sizes of the names. For the peers in C++, which know no more
// of shapefuzz than the line.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace peers {

using Sizes = std::vector<std::int64_t>;
/// What a name stands for: one size, or those of a pack.
using Bindings = std::map<std::string, Sizes>;

/// As the line has it.
struct Operand {
  std::string kind;  ///< without what is in parentheses
  std::vector<std::string> pattern;
  bool optional = false;

  bool is_whole() const { return kind == "index"; }
  bool has_gradient() const { return kind != "index" && kind != "binary" && kind != "sign"; }
};

/// As the line has it.
struct Contract {
  std::vector<Operand> operands;
  std::vector<std::string> result;
  bool is_mean = false;  ///< the call itself returns the mean
  std::vector<std::string> at_least_one;

  /// Those of sizes, in their order, without packs.
  std::vector<std::string> names() const;
  /// The documented shapes, which the first operand's determines.
  std::optional<std::vector<Sizes>> read(const Sizes& first) const;
};

Contract contract_of_line(const std::string& line);
bool bind_shape(const std::vector<std::string>& pattern, const Sizes& shape, Bindings& bound);
Sizes shape_of(const std::vector<std::string>& pattern, const Bindings& bound);

}  // namespace peers
