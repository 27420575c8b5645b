// SPDX-License-Identifier: BSD-3-Clause
#include "harness/oracle/judge/decomposition.h"

#include <fmt/format.h>

#include <optional>

#include "harness/oracle/libtorch/tensors.h"

namespace shapefuzz {
namespace {

// Where a name stands in an operand's pattern, as a dimension of its shape; a pack counts as its
// first dimension.
std::optional<std::size_t> dimension_of(const Dim& wanted, const Pattern& pattern,
                                        const Bindings& bindings) {
  std::size_t at = 0;
  for (const Dim& dim : pattern) {
    if (dim == wanted) return at;
    at += dim.type == Dim::Type::kPack ? bindings.packs[dim.name].rank() : 1;
  }
  return std::nullopt;
}

// The dimension over which samples are independent: the first one of the result. In a concatenation
// no dimension is the batch, so lengths that sum up have none.
class Batch {
 public:
  Batch(const Reading& reading) {
    const Alternative& alternative = *reading.alternative;
    if (alternative.result.empty() || reading.result.empty()) return;
    const Dim& wanted = alternative.result.front();
    if (wanted.type == Dim::Type::kNumber) return;
    if (wanted.type == Dim::Type::kPack && reading.bindings.packs[wanted.name].empty()) return;
    for (std::size_t i = 0; i < alternative.operands.size(); ++i) {
      dims_[i] = dimension_of(wanted, alternative.operands[i].pattern, reading.bindings);
      if (dims_[i] && alternative.operands[i].kind == Kind::kSplit) return;
    }
    size_ = reading.result[0];
  }

  std::int64_t size() const { return size_; }  ///< 0 without a batch

  // The operands that `change` makes of those that have the batch.
  template <class Change>
  Tensors each(const Tensors& operands, Change change) const {
    Tensors changed = operands;
    for (std::size_t i = 0; i < operands.size(); ++i) {
      if (!operands[i].defined() || !dims_[i]) continue;
      changed[i] = change(operands[i], static_cast<std::int64_t>(*dims_[i]));
    }
    return changed;
  }

 private:
  std::array<std::optional<std::size_t>, kMaxOperands> dims_;
  std::int64_t size_ = 0;
};

}  // namespace

Comparison compare_with_samples(const Loss& loss, const Case& c, const OperandSet& operands,
                                const Execution& actual, const Reading& reading) {
  const Batch batch(reading);
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

}  // namespace shapefuzz
