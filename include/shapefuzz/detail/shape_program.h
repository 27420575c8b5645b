// SPDX-License-Identifier: BSD-3-Clause
// A contract as a flat program over sizes: what guard.h asks at each call. Nothing in here is for
// users.
//
// It answers only "fits for sure"; whatever it has no word for is left to the long way (the
// contract's own unification), which a property of the tests holds it against.
#pragma once

#include <cstddef>
#include <cstdint>

namespace shapefuzz::guard_detail {

constexpr std::size_t kMostOperands = 8;  ///< of a call
constexpr std::size_t kMostNames = 12;    ///< of an alternative

/// The sizes of one operand; `sizes` is null where it is missing.
struct OperandSizes {
  const std::int64_t* sizes = nullptr;  ///< `rank` of them
  std::size_t rank = 0;                 ///< the number of dimensions
};

/// What stands at one place of a pattern.
struct Place {
  enum class Type : std::uint8_t { kNumber, kName, kPack };
  Type type = Type::kNumber;  ///< what it is
  std::uint8_t name = 0;      ///< of a name or a pack
  std::int64_t number = 0;    ///< the size
};

/// What a name must be for an operand to have legal values at all.
enum class NameRule : std::uint8_t {
  kNone,    ///< there is no such name
  kOne,     ///< at least 1 where there are elements: the classes of an index
  kTwo,     ///< at least 2 where there are elements: the classes of a label, the blank among them
  kNothing  ///< 0 where there are none: what a split adds up to
};

/// The places of an operand, in Program::places.
struct PatternProgram {
  std::uint16_t first = 0;          ///< the first place
  std::uint8_t count = 0;           ///< how many there are
  bool has_pack = false;            ///< one of them, and no more
  bool is_optional = false;         ///< the operand may be missing
  NameRule rule = NameRule::kNone;  ///< of `name`
  std::uint8_t name = 0;            ///< the one that the rule is about
};

/// `name >= number`, `name == other name` and the like.
struct Comparison {
  enum class Op : std::uint8_t { kEqual, kAtLeast, kAtMost };
  Op op = Op::kEqual;           ///< how they are compared
  std::uint8_t left = 0;        ///< a name
  bool right_is_name = false;   ///< or a number
  std::uint8_t right_name = 0;  ///< the name
  std::int64_t number = 0;      ///< the number
};

/// One alternative of a contract.
struct AlternativeProgram {
  std::uint16_t first_operand = 0;     ///< in Program::operands, in the contract's order
  std::uint8_t operand_count = 0;      ///< how many there are
  std::uint16_t first_comparison = 0;  ///< in Program::comparisons
  std::uint8_t comparison_count = 0;   ///< all of which hold
};

/// A compiled contract. Its arrays are somebody else's: those of a Guard, or constants.
struct Program {
  const Place* places = nullptr;                     ///< of all patterns
  const PatternProgram* operands = nullptr;          ///< of all alternatives
  const Comparison* comparisons = nullptr;           ///< of all alternatives
  const AlternativeProgram* alternatives = nullptr;  ///< those that it has words for
  std::size_t alternative_count = 0;                 ///< how many there are

  /// Whether the operands, `count` of them and the others missing, fit an alternative as they are;
  /// false where that is not sure.
  bool fits(const OperandSizes* given, std::size_t count) const noexcept {
    for (std::size_t i = 0; i < alternative_count; ++i) {
      if (fits(alternatives[i], given, count)) return true;
    }
    return false;
  }

 private:
  struct Bindings {
    std::int64_t sizes[kMostNames];         // of the names that `bound` says
    const std::int64_t* packs[kMostNames];  // the sizes of a pack
    std::uint32_t bound = 0;
  };

  bool fits(const AlternativeProgram& alternative, const OperandSizes* given,
            std::size_t count) const noexcept {
    if (count > alternative.operand_count) return false;
    const PatternProgram* const patterns = operands + alternative.first_operand;
    Bindings bindings;
    for (std::size_t i = 0; i < alternative.operand_count; ++i) {
      if (i >= count || given[i].sizes == nullptr) {
        if (!patterns[i].is_optional) return false;
        continue;
      }
      if (!matches(patterns[i], given[i], bindings)) return false;
    }
    for (std::size_t i = 0; i < count; ++i) {
      if (patterns[i].rule == NameRule::kNone || given[i].sizes == nullptr) continue;
      const std::int64_t size = size_of(bindings, patterns[i].name);
      if (!has_values(patterns[i].rule, size, given[i])) return false;
    }
    const Comparison* const first = comparisons + alternative.first_comparison;
    for (std::size_t i = 0; i < alternative.comparison_count; ++i) {
      if (!holds(first[i], bindings)) return false;
    }
    return true;
  }

  bool matches(const PatternProgram& pattern, const OperandSizes& operand,
               Bindings& bindings) const noexcept {
    const std::size_t single = pattern.count - (pattern.has_pack ? 1U : 0U);
    if (operand.rank < single || (!pattern.has_pack && operand.rank != single)) return false;
    const std::size_t length = operand.rank - single;
    const std::int64_t* size = operand.sizes;
    const Place* const end = places + pattern.first + pattern.count;
    for (const Place* place = end - pattern.count; place != end; ++place) {
      if (place->type == Place::Type::kNumber) {
        if (*size++ != place->number) return false;
        continue;
      }
      const std::uint32_t bit = std::uint32_t{1} << place->name;
      const bool is_bound = (bindings.bound & bit) != 0;
      bindings.bound |= bit;
      std::int64_t& known = bindings.sizes[place->name];
      if (place->type == Place::Type::kName) {
        if (is_bound && known != *size) return false;
        known = *size++;
        continue;
      }
      if (!is_bound) {
        known = static_cast<std::int64_t>(length);
        bindings.packs[place->name] = size;
      } else {
        if (known != static_cast<std::int64_t>(length)) return false;
        for (std::size_t i = 0; i < length; ++i) {
          if (bindings.packs[place->name][i] != size[i]) return false;
        }
      }
      size += length;
    }
    return true;
  }

  static bool has_values(NameRule rule, std::int64_t size, const OperandSizes& operand) noexcept {
    if (rule == NameRule::kNothing) return size == 0 || has_elements(operand);
    return size >= static_cast<std::int64_t>(rule) || !has_elements(operand);
  }

  static bool has_elements(const OperandSizes& operand) noexcept {
    for (std::size_t i = 0; i < operand.rank; ++i) {
      if (operand.sizes[i] == 0) return false;
    }
    return true;
  }

  // A name that nothing has bound counts as 0, as the long way has it.
  static std::int64_t size_of(const Bindings& bindings, std::uint8_t name) noexcept {
    return (bindings.bound >> name & 1U) != 0 ? bindings.sizes[name] : 0;
  }

  static bool holds(const Comparison& comparison, const Bindings& bindings) noexcept {
    const std::int64_t left = size_of(bindings, comparison.left);
    const std::int64_t right =
        comparison.right_is_name ? size_of(bindings, comparison.right_name) : comparison.number;
    return comparison.op == Comparison::Op::kEqual     ? left == right
           : comparison.op == Comparison::Op::kAtLeast ? left >= right
                                                       : left <= right;
  }
};

/// A guard that is a constant: its contract was compiled when it was written down.
struct ReadyGuard {
  const char* name;      ///< the loss
  const char* contract;  ///< as `shapefuzz losses` prints it
  Program program;       ///< of that contract
};

}  // namespace shapefuzz::guard_detail
