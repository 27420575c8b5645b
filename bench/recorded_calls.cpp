// SPDX-License-Identifier: BSD-3-Clause
#include "bench/recorded_calls.h"

#include <torch/csrc/autograd/autograd.h>

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

bool shares_storage(const at::Tensor& a, const at::Tensor& b) {
  return a.has_storage() && b.has_storage() && a.storage().is_alias_of(b.storage());
}

// An operand that the judge has made of the case's own by expand or reshape.
bool is_view_of(const at::Tensor& operand, const at::Tensor& own) {
  return own.defined() && !operand.is_same(own) && shares_storage(operand, own);
}

at::Tensor same_view(const at::Tensor& own, const at::Tensor& view) {
  const Shape shape = shape_of(view);
  if (expands_to(shape_of(own), shape)) return own.expand(view.sizes());
  if (own.numel() == shape.elements()) return own.reshape(view.sizes());
  return own.as_strided(view.sizes(), view.strides(), view.storage_offset());
}

}  // namespace

at::Tensor RecordedCall::forward() const {
  const Tensors* actual = &operands;
  Tensors made;
  if (!views.empty()) {
    made = operands;
    for (const View& view : views) made[view.operand] = same_view(view.own, operands[view.operand]);
    actual = &made;
  }
  const Arguments arguments{&loss->spec, &c, actual->data(), reduction};
  return (*call)(arguments);
}

at::Tensor RecordedCall::reduce(const at::Tensor& value) const {
  const Arguments arguments{&loss->spec, &c, operands.data(), reduction};
  return reduced_outside ? reduced(value, *loss, arguments, loss->spec.reduction_of(c)) : value;
}

void RecordedCall::repeat() const {
  const at::AutoGradMode mode(differentiable);
  try {
    const at::Tensor value = reduce(forward());
    if (!differentiated) return;
    torch::autograd::grad({value}, leaves, {cotangent}, /*retain_graph=*/false,
                          /*create_graph=*/false, /*allow_unused=*/true);
  } catch (const std::exception&) {
    // Refused, as it was the first time.
  }
}

bool RecordedCall::repeats_alike() const {
  const at::AutoGradMode mode(differentiable);
  try {
    return same_bits(forward(), result_);
  } catch (const std::exception&) {
    return !result_.defined();
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
  calls_.push_back(std::make_unique<RecordedCall>());
  RecordedCall* const recorded = calls_.back().get();
  recorded->loss = &original_;
  recorded->call = &call;
  recorded->c = *arguments.c;
  for (std::size_t i = 0; i < recorded->operands.size(); ++i) {
    recorded->operands[i] = arguments.operands[i];
  }
  recorded->reduction = arguments.reduction;
  recorded->differentiable = at::GradMode::is_enabled();
  at::Tensor result = call(arguments);
  if (result.defined()) recorded->result_ = result.detach();
  if (recorded->differentiable && result.defined() && result.requires_grad()) {
    result.register_hook([recorded](const at::Tensor&) { recorded->differentiated = true; });
  }
  return result;
}

std::vector<std::unique_ptr<RecordedCall>> Recorder::take() {
  for (const auto& recorded : calls_) {
    RecordedCall& call = *recorded;
    const Tensors& own = calls_.front()->operands;
    for (std::size_t i = 0; i < own.size(); ++i) {
      if (!call.operands[i].defined()) continue;
      const bool is_view = is_view_of(call.operands[i], own[i]);
      if (is_view) call.views.push_back({i, own[i]});
      const at::Tensor& leaf = is_view ? own[i] : call.operands[i];
      if (leaf.is_leaf() && leaf.requires_grad()) call.leaves.push_back(leaf);
    }
    const bool asked_for_less = call.reduction != original_.spec.reduction_of(call.c);
    call.reduced_outside = call.differentiated && asked_for_less;
    if (call.leaves.empty()) call.differentiated = false;
    if (call.differentiated) call.cotangent = at::ones_like(call.reduce(call.forward()).detach());
  }
  return std::exchange(calls_, {});
}

}  // namespace shapefuzz
