// SPDX-License-Identifier: BSD-3-Clause
#include "harness/oracle/judge/references.h"

#include <fmt/format.h>

#include "harness/language/case/values.h"
#include "harness/oracle/judge/decomposition.h"
#include "harness/oracle/libtorch/tensors.h"

namespace shapefuzz {
namespace {

using Reference = Basis::Reference;

// Finite differences cost four calls of the formula an element: small cases only. Where nothing has
// to be expanded, nothing else knows a gradient but LibTorch itself; of the others a share, chosen
// by what the case is, so that it is chosen every time.
bool is_chosen_for_slopes(const Case& c, bool expanded, std::int64_t most) {
  constexpr std::uint64_t kOneIn = 4;
  std::int64_t elements = 0;
  std::uint64_t hash = mix(c.seed);
  for (const Operand& operand : c.operands) {
    elements += operand.shape.elements();
    for (const std::int64_t size : operand.shape)
      hash = mix(hash ^ static_cast<std::uint64_t>(size));
  }
  return elements <= most && (!expanded || hash % kOneIn == 0);
}

// Whether the call gives every sample its own result. The gradient of a mean does not: an operator
// that returns it divides by the batch.
bool has_samples(const LossSpec& spec, const Case& c) {
  if (spec.folds()) return false;
  return spec.find_option("reduction") == nullptr ||
         c.get<std::string>(spec, "reduction") == "none";
}

bool is_unreduced(const Acceptance& call) { return call.loss.spec.reduction_of(call.c) == "none"; }

Comparison wrong_shape(std::string detail, const Shape& expected) {
  Comparison comparison;
  comparison.agreement = Agreement::kShape;
  comparison.detail = std::move(detail);
  comparison.expected_shape = expected;
  comparison.reference = Reference::kContract;
  return comparison;
}

bool is_expanded(const Acceptance& call, const Reading& reading) {
  const auto& tensors = call.operands.tensors;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    if (tensors[i].defined() && tensors[i].sizes() != sizes_of(reading.shapes[i])) return true;
  }
  return false;
}

// Whether a shape is another one than the contract says: the result's, or behind a reduction that
// of the unreduced result. A mean of all pairs has the shape of any mean.
std::optional<Comparison> find_wrong_shape(const Acceptance& call, const Reading& reading,
                                           const std::optional<Execution>& expanded) {
  const bool unreduced = is_unreduced(call);
  const Shape came = shape_of(call.actual.value);
  const Shape expected = unreduced ? reading.result : Shape{};
  if (!unreduced && came != expected) {
    return wrong_shape(
        fmt::format("the result has shape {}, expected {}", to_string(came), to_string(expected)),
        expected);
  }
  // Operands that need no expansion are those of the reference, so their unreduced result is known.
  const bool known = expanded && expanded->accepted && !is_expanded(call, reading);
  const auto own = unreduced ? came : known ? expanded->unreduced : unreduced_shape(call);
  if (!own || *own == reading.result) return std::nullopt;
  return wrong_shape(contradiction_text(call.loss, call.c, shapes_of(call), *own, reading.result),
                     expected);
}

// Against the call on expanded operands. With the formula on its side, a call does not depend on
// another one that is refused, that has another shape than its contract, or whose value the formula
// calls wrong: that is a finding of the other call, expanded as it is.
Comparison compare_with_expanded_call(const Acceptance& call, const Reading& reading,
                                      const Execution& expanded) {
  Comparison comparison = compare_with_expanded(call.loss, call.c, call.operands.tensors,
                                                call.actual, reading, expanded);
  const bool overruled =
      call.loss.gold != nullptr && (comparison.agreement == Agreement::kNoReference ||
                                    comparison.agreement == Agreement::kValue);
  if (overruled) {
    comparison = {};
    comparison.expected_shape = shape_of(call.actual.value);
    comparison.reference = Reference::kFormula;
  } else if (comparison.contradiction) {
    comparison = wrong_shape(comparison.detail, shape_of(call.actual.value));
  }
  return comparison;
}

/// The first of the references without a formula that disagrees: the samples alone, the samples in
/// another order, and the slopes.
std::optional<Comparison> disagreement_of_parts(const Acceptance& call, const Reading& reading) {
  const auto& [loss, c, operands, actual, first, illegality, most_for_slopes] = call;
  std::optional<Comparison> found;
  const auto disagrees = [&](Comparison comparison) {
    if (comparison.agreement != Agreement::kEqual) found = std::move(comparison);
    return found.has_value();
  };
  if (has_samples(loss.spec, c) &&
      disagrees(compare_with_samples(loss, c, operands, actual, reading))) {
    return found;
  }
  if (loss.spec.own && reading.result.empty() &&
      disagrees(compare_with_permuted(loss, c, operands, actual, reading))) {
    return found;
  }
  if (!is_chosen_for_slopes(c, is_expanded(call, reading), most_for_slopes)) return found;
  if (loss.spec.own && loss.gold == nullptr &&
      disagrees(compare_with_own_slopes(loss, c, actual, operands))) {
    return found;
  }
  if (loss.gold != nullptr && actual.backward_accepted &&
      disagrees(compare_with_slopes(loss, c, actual, operands, reading))) {
    return found;
  }
  if (loss.derivative_of != nullptr) {
    disagrees(compare_with_derivative(loss, c, actual, operands));
  }
  return found;
}

}  // namespace

Comparison compare_with_references(const Acceptance& call, const Reading& reading, Zone zone) {
  const auto& [loss, c, operands, actual, first, illegality, most_for_slopes] = call;
  // An unreduced valid call would be compared with itself.
  const bool has_expanded = zone != Zone::kValid || !is_unreduced(call);
  std::optional<Execution> expanded;
  if (has_expanded) expanded = execute_reference(loss, c, operands.tensors, reading);
  if (auto wrong = find_wrong_shape(call, reading, expanded)) return *wrong;
  Comparison strongest;  // of those that agree
  strongest.expected_shape = shape_of(actual.value);
  if (loss.gold != nullptr) {
    strongest = compare_with_gold(loss, c, actual, operands, reading);
    if (strongest.agreement != Agreement::kEqual) {
      // What a program can compute too is the better witness.
      if (zone != Zone::kExpandable) return strongest;
      const Comparison other =
          compare_with_expanded(loss, c, operands.tensors, actual, reading, *expanded);
      return other.agreement == Agreement::kValue ? other : strongest;
    }
  }
  // A sample alone may be refused, or there is none.
  const bool is_silent = loss.spec.folds() && expanded && !expanded->accepted;
  if (has_expanded && !is_silent) {
    const Comparison comparison = compare_with_expanded_call(call, reading, *expanded);
    if (comparison.agreement != Agreement::kEqual) return comparison;
    if (loss.gold == nullptr || zone == Zone::kExpandable) strongest = comparison;
  }
  return disagreement_of_parts(call, reading).value_or(strongest);
}

bool is_wrong_in_reduction(const Acceptance& call, const Reading& reading, Zone zone) {
  const auto& [loss, c, operands, actual, first, illegality, most_for_slopes] = call;
  Case unreduced = c;
  if (is_unreduced(call) || loss.spec.folds()) return false;
  unreduced.set_option(loss.spec, "reduction", std::string("none"));
  const Execution losses = execute(loss, unreduced, operands.tensors);
  if (!losses.accepted) return false;
  if (shape_of(losses.value) != reading.result) return false;
  const Execution reduced = reduce_as_documented(loss, c, losses.value, operands.tensors, reading);
  if (reduced.accepted &&
      compare_values(loss, operands.tensors, actual, reduced).agreement == Agreement::kEqual) {
    return false;
  }
  // The values of an incompatible case may be illegal, and no formula has a meaning for those.
  if (loss.gold != nullptr && zone != Zone::kIncompatible) {
    const Comparison gold = compare_with_gold(loss, unreduced, losses, operands, reading);
    return gold.agreement == Agreement::kEqual;
  }
  return compare_with_expanded(loss, unreduced, operands.tensors, losses, reading).agreement ==
         Agreement::kEqual;
}

std::optional<Shape> unreduced_shape(const Acceptance& call) {
  if (is_unreduced(call)) return shape_of(call.actual.value);
  if (call.loss.spec.folds()) return std::nullopt;  // nobody but the loss knows
  const Execution losses = execute_unreduced(call.loss, call.c, call.operands.tensors);
  if (!losses.accepted) return std::nullopt;
  return losses.unreduced;
}

std::array<Shape, kMaxOperands> shapes_of(const Acceptance& call) {
  std::array<Shape, kMaxOperands> shapes;
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    const at::Tensor& tensor = call.operands.tensors[i];
    if (tensor.defined()) shapes[i] = shape_of(tensor);
  }
  return shapes;
}

}  // namespace shapefuzz
