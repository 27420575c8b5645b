// SPDX-License-Identifier: BSD-3-Clause
// Unification: the readings of a call by a contract, and the zone that follows.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "harness/language/contract/bindings.h"
#include "harness/language/contract/contract.h"
#include "harness/language/shape/shape.h"

namespace shapefuzz {

/// What the contract says of a call.
enum class Zone {
  kValid,         ///< some alternative unifies: the loss must accept
  kExpandable,    ///< the operands behind the output can be expanded to what it demands: it may
                  ///< refuse
  kIncompatible,  ///< neither: it must refuse
};

std::string_view to_string(Zone zone);

/// How the numbers of an operand are stored; it tells an index from a probability.
enum class NumberClass { kFloating, kIntegral };

/// The shapes of one call, in the order of the contract's operands, and the values of the
/// contract's options. A missing operand has `present` false.
struct Call {
  struct Operand {
    bool present = false;
    Shape shape;
    NumberClass numbers = NumberClass::kFloating;
  };
  std::array<Operand, kMaxOperands> operands;
  std::array<std::int64_t, kMaxNames> options{};
  bool any_numbers = false;  ///< how numbers are stored is nobody's business
};

/// One meaning that an alternative gives to a call: the shape that each operand must have (after
/// leading ones are dropped and torch's expand), and the shape of the unreduced result.
struct Reading {
  const Alternative* alternative = nullptr;
  Bindings bindings;
  std::array<Shape, kMaxOperands> shapes;
  Shape result;
};

/// The zone by shapes and number classes alone; values are judged by the case (values.h).
/// `reading`, if given, receives the meaning of a valid or expandable call: of those that expand,
/// the one that changes the fewest operands.
Zone classify(const Contract& contract, const Call& call, Reading* reading = nullptr);

/// Every meaning of an expandable call, those that change the fewest operands first; of as many
/// changes, in the contract's order.
std::vector<Reading> expanded_readings(const Contract& contract, const Call& call);

/// The meanings that a tolerant library could give to a call that the contract refuses: for each
/// alternative, NumPy's broadcasting, in which the output may grow too and extra leading ones are
/// dropped; and the operands behind the output reshaped where only sizes of 1 are too many.
/// Whether legal values exist is not asked.
std::vector<Reading> tolerant_readings(const Contract& contract, const Call& call);

/// The alternative that a call was most likely meant for, and what its names stand for as far as
/// the shapes tell; for values and derived operands of calls that do not unify.
Reading nearest_reading(const Contract& contract, const Call& call);

/// Whether the constraints of an alternative that are about options alone hold.
bool options_fit(const Contract& contract, const Alternative& alternative, const Call& call);

/// Whether the kinds of an alternative can be stored in the number classes of the call.
bool numbers_fit(const Alternative& alternative, const Call& call);

}  // namespace shapefuzz
