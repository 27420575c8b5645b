// SPDX-License-Identifier: BSD-3-Clause
#include "harness/oracle/judge/decomposition.h"

#include <fmt/format.h>

#include "harness/oracle/judge/batch.h"
#include "harness/oracle/libtorch/tensors.h"

namespace shapefuzz {

Comparison compare_with_samples(const Loss& loss, const Case& c, const OperandSet& operands,
                                const Execution& actual, const Reading& reading) {
  const Batch batch = Batch::of_result(reading);
  Comparison same;
  same.expected_shape = reading.result;
  same.reference = Basis::Reference::kOther;
  if (batch.size() < 2) return same;
  const at::NoGradGuard no_grad;
  const Tensors whole = expanded_operands(operands.tensors, reading);

  const auto compare = [&](const Tensors& part, const at::Tensor& value, const Wording& wording) {
    const Execution alone = execute_forward(loss, c, part);
    // A loss may well refuse what it was not asked.
    if (!alone.accepted) return same;
    Execution expected = actual;
    expected.value = value;
    Comparison comparison = compare_values(loss, operands.tensors, alone, expected, wording);
    comparison.reference = Basis::Reference::kOther;
    return comparison;
  };
  constexpr std::int64_t kAll = 8;  // of a larger batch, the first and the last sample
  const std::int64_t step = batch.size() <= kAll ? 1 : batch.size() - 1;
  for (std::int64_t sample = 0; sample < batch.size(); sample += step) {
    const Tensors alone = batch.each(whole, [&](const at::Tensor& operand, std::int64_t dim) {
      return operand.narrow(dim, sample, 1);
    });
    const Comparison comparison =
        compare(alone, actual.value.narrow(0, sample, 1),
                {fmt::format("sample {} alone", sample), "gives", "in its batch"});
    if (comparison.agreement != Agreement::kEqual) return comparison;
  }
  const Tensors reversed = batch.each(
      whole, [](const at::Tensor& operand, std::int64_t dim) { return operand.flip(dim); });
  const Comparison comparison =
      compare(reversed, actual.value.flip(0),
              {"with the samples in reverse order the result", "is", "in their own order"});
  // Of two samples that is every order; of three or more, the middle one has not moved.
  if (comparison.agreement != Agreement::kEqual || batch.size() < 3) return comparison;
  const Tensors rotated = batch.each(
      whole, [](const at::Tensor& operand, std::int64_t dim) { return operand.roll(1, dim); });
  return compare(rotated, actual.value.roll(1, 0),
                 {"with the samples rotated by one the result", "is", "in their own order"});
}

Comparison compare_with_permuted(const Loss& loss, const Case& c, const OperandSet& operands,
                                 const Execution& actual, const Reading& reading) {
  const Batch batch = Batch::of_output(reading);
  Comparison same;
  same.expected_shape = shape_of(actual.value);
  same.reference = Basis::Reference::kOther;
  if (batch.size() < 2) return same;
  const at::NoGradGuard no_grad;
  const Tensors whole = expanded_operands(operands.tensors, reading);
  const Tensors reversed = batch.each(
      whole, [](const at::Tensor& operand, std::int64_t dim) { return operand.flip(dim); });
  const Execution other = execute_forward(loss, c, reversed);
  if (!other.accepted) return same;
  Comparison comparison =
      compare_values(loss, operands.tensors, other, actual,
                     {"with the samples in reverse order the result", "is", "in their own order"});
  comparison.reference = Basis::Reference::kOther;
  return comparison;
}

}  // namespace shapefuzz
