// SPDX-License-Identifier: BSD-3-Clause
#include "harness/oracle/judge/batch.h"

namespace shapefuzz {
namespace {

// Where a name stands in an operand's pattern, as dimensions of its shape; a pack counts as its
// first dimension.
std::vector<std::int64_t> dimensions_of(const Dim& wanted, const Pattern& pattern,
                                        const Bindings& bindings) {
  std::vector<std::int64_t> dims;
  std::size_t at = 0;
  for (const Dim& dim : pattern) {
    if (dim == wanted) dims.push_back(static_cast<std::int64_t>(at));
    at += dim.type == Dim::Type::kPack ? bindings.packs[dim.name].rank() : 1;
  }
  return dims;
}

}  // namespace

void Batch::find(const Dim& wanted, const Reading& reading) {
  if (wanted.type == Dim::Type::kNumber || wanted.is_computed()) return;
  const Shape& pack = reading.bindings.packs[wanted.name];
  if (wanted.type == Dim::Type::kPack && pack.empty()) return;
  const Alternative& alternative = *reading.alternative;
  for (std::size_t i = 0; i < alternative.operands.size(); ++i) {
    const OperandPattern& operand = alternative.operands[i];
    dims_[i] = dimensions_of(wanted, operand.pattern, reading.bindings);
    if (!dims_[i].empty() && operand.kind == Kind::kSplit) return;
    // A size that is computed from the batch goes along with it, nobody knows how.
    for (const Dim& dim : operand.pattern) {
      if (dim.is_computed() && dim.name == wanted.name) return;
    }
  }
  size_ = wanted.type == Dim::Type::kPack ? pack[0] : reading.bindings.size_or(wanted, 0);
}

Batch Batch::of_result(const Reading& reading) {
  Batch batch;
  const Alternative& alternative = *reading.alternative;
  if (alternative.result.empty() || reading.result.empty()) return batch;
  batch.find(alternative.result.front(), reading);
  return batch;
}

Batch Batch::of_output(const Reading& reading) {
  Batch batch;
  const Alternative& alternative = *reading.alternative;
  const Pattern& output = alternative.operands.front().pattern;
  if (output.empty() || output.front().type != Dim::Type::kName) return batch;
  const std::string& name = alternative.names[output.front().name];
  if (name == "N" || name == "B") batch.find(output.front(), reading);
  return batch;
}

}  // namespace shapefuzz
