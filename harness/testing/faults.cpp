// SPDX-License-Identifier: BSD-3-Clause
#include "harness/testing/faults.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>
#include <functional>
#include <optional>

#include "harness/language/contract/unify.h"
#include "harness/losses/torch/call.h"
#include "harness/oracle/judge/execute.h"
#include "harness/oracle/libtorch/tensors.h"

namespace shapefuzz {
namespace {

using Operands = std::array<at::Tensor, kMaxOperands>;
using Fault = std::function<at::Tensor(const EntryCall& call, const Arguments& a)>;

Operands operands_of(const Arguments& a) {
  Operands operands;
  for (std::size_t i = 0; i < operands.size(); ++i) operands[i] = a[i];
  return operands;
}

at::Tensor call_on(const EntryCall& call, const Arguments& a, const Operands& operands) {
  return call({a.spec, a.c, operands.data(), a.reduction});
}

at::Tensor unreduced(const EntryCall& call, const Arguments& a) {
  return call({a.spec, a.c, a.operands, "none"});
}

at::Tensor doubles_the_result(const EntryCall& call, const Arguments& a) { return call(a) * 2; }

// The last element of an unreduced result; what is reduced is right.
at::Tensor is_off_in_one_element(const EntryCall& call, const Arguments& a) {
  const at::Tensor result = call(a);
  if (a.reduction != "none" || result.numel() == 0) return result;
  at::Tensor off = at::zeros(result.sizes(), result.options());
  off.reshape(-1)[-1].fill_(0.5);
  return result + off;
}

// The right numbers; the slopes are twice theirs.
at::Tensor doubles_the_gradient(const EntryCall& call, const Arguments& a) {
  const at::Tensor result = call(a);
  if (result.requires_grad()) result.register_hook([](const at::Tensor& g) { return g * 2; });
  return result;
}

Fault ignores(std::size_t operand) {
  return [operand](const EntryCall& call, const Arguments& a) {
    Operands operands = operands_of(a);
    operands[operand] = at::Tensor();
    return call_on(call, a, operands);
  };
}

at::Tensor divides_by_one_too_many(const EntryCall& call, const Arguments& a) {
  if (a.reduction == "none" || a.reduction == "sum") return call(a);
  const auto elements = static_cast<double>(a[0].numel());
  return call(a) * (elements / (elements + 1));
}

// Adds up all rows but the last; what is not reduced is right.
at::Tensor drops_a_row(const EntryCall& call, const Arguments& a) {
  const at::Tensor result = call(a);
  if (a.reduction == "none") return result;
  const at::Tensor losses = unreduced(call, a);
  if (losses.dim() == 0 || losses.size(0) < 2) return result;
  const at::Tensor all = losses.sum();
  const at::Tensor without = losses.narrow(0, 0, losses.size(0) - 1).sum();
  return at::where(all == 0, result, result * (without / all));
}

at::Tensor refuses_a_batch_of_two(const EntryCall& call, const Arguments& a) {
  TORCH_CHECK(a[0].dim() == 0 || a[0].size(0) != 2, "a batch of two is not supported");
  return call(a);
}

// The elements again and again, or only the first of them, in the shape that was demanded.
at::Tensor forced_into(const at::Tensor& tensor, const Shape& shape) {
  if (tensor.sizes() == sizes_of(shape) || tensor.numel() == 0) return tensor;
  const at::Tensor places =
      at::arange(shape.elements(), at::kLong).remainder(tensor.numel()).reshape(sizes_of(shape));
  return tensor.reshape(-1).index({places});
}

// What was refused is computed on operands that are cut off or repeated until they fit.
at::Tensor makes_operands_fit(const EntryCall& call, const Arguments& a) {
  try {
    return call(a);
  } catch (const c10::Error&) {
    Call shapes = to_call(*a.c, *a.spec);
    for (std::size_t i = 0; i < shapes.operands.size(); ++i) {
      if (a[i].defined()) shapes.operands[i].shape = shape_of(a[i]);
    }
    const Reading reading = nearest_reading(a.spec->contract, shapes);
    Operands operands = operands_of(a);
    bool changed = false;
    for (std::size_t i = 1; i < operands.size(); ++i) {
      if (!operands[i].defined()) continue;
      operands[i] = forced_into(operands[i], reading.shapes[i]);
      changed = changed || !operands[i].is_same(a[i]);
    }
    if (!changed) throw;  // it was refused for something else
    return call_on(call, a, operands);
  }
}

class Planter {
 public:
  explicit Planter(const Loss& loss) : loss_(loss) {}

  void plant(const std::string& name, const Fault& fault,
             const std::function<bool(const std::vector<std::string>&)>& applies = {}) {
    PlantedFault planted{name, loss_, {}};
    for (Entry& entry : planted.loss.entries) {
      entry.call = [call = entry.call, fault](const Arguments& a) { return fault(call, a); };
      if (!applies || applies(loss_.spec.reductions(entry.name)))
        planted.entries.push_back(entry.name);
    }
    if (!planted.entries.empty()) planted_.push_back(std::move(planted));
  }

  std::vector<PlantedFault> take() { return std::move(planted_); }

 private:
  const Loss& loss_;
  std::vector<PlantedFault> planted_;
};

bool has(const std::vector<std::string>& reductions, std::string_view name) {
  return std::find(reductions.begin(), reductions.end(), name) != reductions.end();
}

bool has_mean(const std::vector<std::string>& reductions) {
  return has(reductions, "mean") || has(reductions, "batchmean");
}

bool has_reduction(const std::vector<std::string>& reductions) {
  return has_mean(reductions) || has(reductions, "sum");
}

bool has_batch(const Contract& contract) {
  return std::any_of(contract.alternatives.begin(), contract.alternatives.end(),
                     [](const Alternative& a) { return !a.result.empty(); });
}

}  // namespace

const std::vector<std::string>& fault_names() {
  static const std::vector<std::string> names = {
      "result_doubled", "one_element_off", "gradient_doubled", "weight_ignored",
      "wrong_divisor",  "row_dropped",     "refuses_valid",    "accepts_incompatible"};
  return names;
}

std::vector<PlantedFault> planted_faults(const Loss& loss) {
  Planter planter(loss);
  planter.plant("result_doubled", doubles_the_result);
  planter.plant("one_element_off", is_off_in_one_element,
                [](const auto& reductions) { return has(reductions, "none"); });
  planter.plant("gradient_doubled", doubles_the_gradient);
  const auto& operands = loss.spec.contract.operands();
  for (std::size_t i = 0; i < operands.size(); ++i) {
    if (operands[i].optional) planter.plant("weight_ignored", ignores(i));
  }
  planter.plant("wrong_divisor", divides_by_one_too_many, has_mean);
  if (has_batch(loss.spec.contract)) planter.plant("row_dropped", drops_a_row, has_reduction);
  planter.plant("refuses_valid", refuses_a_batch_of_two);
  planter.plant("accepts_incompatible", makes_operands_fit);
  return planter.take();
}

void double_what_execute_returns(bool doubled) { plant_factor_in_execute(doubled ? 2 : 1); }

}  // namespace shapefuzz
