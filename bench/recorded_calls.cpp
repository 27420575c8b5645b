// SPDX-License-Identifier: BSD-3-Clause
#include "bench/recorded_calls.h"

#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "harness/oracle/libtorch/tensors.h"

namespace shapefuzz {
namespace {

// What the judge makes of an unreduced result.
at::Tensor reduced(const at::Tensor& unreduced, const Loss& loss, const Arguments& arguments,
                   std::string_view reduction) {
  if (reduction == "sum") return unreduced.sum();
  if (reduction == "batchmean") {
    return unreduced.sum() / (arguments.operands[0].dim() == 0 ? 1 : arguments.operands[0].size(0));
  }
  return loss.mean != nullptr ? loss.mean(unreduced, arguments) : unreduced.mean();
}

// An operand that the judge has made of the case's own by expand, reshape or narrow.
bool is_view_of(const at::Tensor& operand, const at::Tensor& own) {
  if (!own.defined() || operand.is_same(own)) return false;
  return !operand.is_leaf() || operand.storage().is_alias_of(own.storage());
}

at::Tensor make(const RecordedCall::View& view) {
  const at::Tensor& own = view.own;
  Shape shape;
  for (const std::int64_t size : view.sizes) shape.push_back(size);
  if (expands_to(shape_of(own), shape)) return own.expand(view.sizes);
  if (own.numel() == shape.elements()) return own.reshape(view.sizes);
  return own.as_strided(view.sizes, view.strides, view.offset);
}

}  // namespace

at::Tensor RecordedCall::forward(bool reduces) const {
  const Tensors* actual = &operands;
  Tensors made;
  if (!views.empty()) {
    made = operands;
    for (const View& view : views) made[view.operand] = make(view);
    actual = &made;
  }
  const Arguments arguments{&loss->spec, &c, actual->data(), reduction};
  const at::Tensor value = (*call)(arguments);
  return reduces ? reduced(value, *loss, arguments, loss->spec.reduction_of(c)) : value;
}

void RecordedCall::repeat() const {
  const at::AutoGradMode mode(differentiable);
  try {
    const at::Tensor value = forward(reduced_outside);
    if (!differentiated) return;
    torch::autograd::grad({value}, leaves, {cotangent}, /*retain_graph=*/false,
                          /*create_graph=*/false, /*allow_unused=*/true);
  } catch (const std::exception&) {
    // Refused, as it was the first time.
  }
}

bool RecordedCall::gives(const at::Tensor& result) const {
  const at::AutoGradMode mode(differentiable);
  try {
    return same_bits(forward(false), result);
  } catch (const std::exception&) {
    return !result.defined();
  }
}

Recorder::Recorder(const Loss& loss) : original_(loss), recording_(loss) {
  for (std::size_t i = 0; i < loss.entries.size(); ++i) {
    const EntryCall& call = loss.entries[i].call;
    recording_.entries[i].call = [this, &call](const Arguments& arguments) {
      return record(call, arguments);
    };
  }
}

at::Tensor Recorder::record(const EntryCall& call, const Arguments& arguments) {
  const std::size_t place = taken_.size();
  taken_.push_back({std::make_unique<RecordedCall>(), {}, {}});
  RecordedCall* const recorded = taken_.back().call.get();
  recorded->loss = &original_;
  recorded->call = &call;
  recorded->c = *arguments.c;
  recorded->reduction = arguments.reduction;
  recorded->differentiable = at::GradMode::is_enabled();
  Tensors& operands = taken_.back().operands;
  std::copy_n(arguments.operands, operands.size(), operands.begin());
  at::Tensor result = call(arguments);
  if (!result.defined()) return result;
  taken_[place].result = result.detach();
  if (recorded->differentiable && result.requires_grad()) {
    result.register_hook([recorded](const at::Tensor&) { recorded->differentiated = true; });
  }
  return result;
}

const at::Tensor& Recorder::copy_of(const at::Tensor& original) {
  Copy& copy = copies_[original.unsafeGetTensorImpl()];
  if (copy.copy.defined()) return copy.copy;
  copy.original = original;
  const std::size_t bytes = original.storage().nbytes();
  const at::Tensor storage = at::empty({static_cast<std::int64_t>(bytes)}, at::kByte);
  if (bytes != 0) std::memcpy(storage.data_ptr(), original.storage().data(), bytes);
  copy.copy = at::empty({0}, original.options());
  copy.copy.set_(storage.storage(), original.storage_offset(), original.sizes(),
                 original.strides());
  copy.copy.set_requires_grad(original.is_leaf() && original.requires_grad());
  return copy.copy;
}

void Recorder::make_ready(const Taken& taken, const Tensors& own) {
  RecordedCall& call = *taken.call;
  for (std::size_t i = 0; i < own.size(); ++i) {
    const at::Tensor& operand = taken.operands[i];
    if (!operand.defined()) continue;
    const bool is_view = is_view_of(operand, own[i]);
    const at::Tensor& leaf = copy_of(is_view ? own[i] : operand);
    call.operands[i] = leaf;
    if (is_view) {
      call.views.push_back(
          {i, leaf, operand.sizes().vec(), operand.strides().vec(), operand.storage_offset()});
    }
    if (leaf.requires_grad()) call.leaves.push_back(leaf);
  }
  call.is_alike = call.gives(taken.result);
  if (call.leaves.empty()) call.differentiated = false;
  const bool asked_for_less = call.reduction != original_.spec.reduction_of(call.c);
  call.reduced_outside = call.differentiated && asked_for_less;
  if (call.differentiated)
    call.cotangent = at::ones_like(call.forward(call.reduced_outside).detach());
}

std::vector<std::unique_ptr<RecordedCall>> Recorder::take() {
  std::vector<std::unique_ptr<RecordedCall>> calls;
  for (Taken& taken : taken_) {
    make_ready(taken, taken_.front().operands);
    calls.push_back(std::move(taken.call));
  }
  taken_.clear();
  return calls;
}

}  // namespace shapefuzz
