// SPDX-License-Identifier: BSD-3-Clause
#include "harness/oracle/judge/execute.h"

#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <cstring>

#include "harness/language/case/values.h"
#include "harness/losses/torch/call.h"
#include "harness/oracle/judge/batch.h"
#include "harness/oracle/libtorch/libtorch.h"
#include "harness/oracle/libtorch/setup.h"
#include "harness/oracle/libtorch/tensors.h"
#include "harness/oracle/libtorch/trace.h"
#include "harness/oracle/memory/shortage.h"
#include "harness/oracle/memory/trap.h"

namespace shapefuzz {
namespace {

double planted_factor = 1;

bool is_constant(const Loss& loss, const std::string& operand) {
  return std::find(loss.constants.begin(), loss.constants.end(), operand) != loss.constants.end();
}

struct CallScope {
  CallScope() { set_calls_loss(true); }
  ~CallScope() { set_calls_loss(false); }
  CallScope(const CallScope&) = delete;
  CallScope& operator=(const CallScope&) = delete;
};

bool is_internal(const std::string& message) {
  return message.find("INTERNAL ASSERT FAILED") != std::string::npos;
}

// Runs `call` of the loss; what it throws ends up in `execution`. False if it threw.
template <class Function>
bool guarded(const Loss& loss, Execution& execution, Function call) {
  const CallScope scope;
  try {
    call();
    return true;
  } catch (const c10::Error& error) {
    execution.message = error.what_without_backtrace();
    execution.site = raised_at(error);
    execution.clean = !is_internal(execution.message);
  } catch (const BadResult& error) {
    execution.message = error.what();
    execution.clean = false;
  } catch (const std::exception& error) {
    execution.message = error.what();
    // LibTorch refuses by c10::Error; somebody's own loss as its author likes.
    execution.clean = loss.spec.own && !is_internal(execution.message);
  } catch (...) {
    // Nobody can read what it says: no refusal.
    execution.message = "what was thrown is no std::exception";
    execution.clean = false;
  }
  // What LibTorch takes elsewhere than from its allocator tells only so.
  if (tells_of_shortage(execution.message)) note_shortage();
  return false;
}

at::Tensor cotangent_for(const at::Tensor& value) {
  return make_tensor(value.sizes(), value.scalar_type(), cotangent_of(shape_of(value)))
      .to(value.device());
}

void differentiate(const Loss& loss, const Tensors& operands, Execution& execution) {
  const at::Tensor& value = execution.value;
  if (!value.defined() || !value.requires_grad()) return;
  torch::autograd::variable_list leaves;
  std::array<std::size_t, kMaxOperands> owners{};
  for (std::size_t i = 0; i < operands.size(); ++i) {
    if (!operands[i].defined() || !operands[i].requires_grad()) continue;
    owners[leaves.size()] = i;
    leaves.push_back(operands[i]);
  }
  if (leaves.empty()) return;  // only the parameters of a module need one
  execution.backward_accepted = guarded(loss, execution, [&] {
    const auto gradients = torch::autograd::grad({value}, leaves, {cotangent_for(value)},
                                                 /*retain_graph=*/false, /*create_graph=*/false,
                                                 /*allow_unused=*/true);
    for (std::size_t i = 0; i < gradients.size(); ++i) {
      execution.gradients[owners[i]] = gradients[i];
    }
  });
}

at::Tensor expanded(const at::Tensor& tensor, const Shape& shape) {
  if (tensor.sizes() == sizes_of(shape)) return tensor;
  const Shape from = shape_of(tensor);
  if (expands_to(from, shape)) return tensor.expand(sizes_of(shape));
  if (from.elements() == shape.elements()) return tensor.reshape(sizes_of(shape));
  // Leading ones that the reading does not have are dropped first: [1,C] as the weight [C].
  const std::size_t extra = from.rank() - shape.rank();
  return tensor.reshape(tensor.sizes().slice(extra)).expand(sizes_of(shape));
}

// A loss that folds its losses, called with each sample alone.
at::Tensor losses_of_samples(const Loss& loss, const Case& c, const Tensors& operands,
                             const Reading& reading) {
  const Batch batch = Batch::of_result(reading);
  std::vector<at::Tensor> losses;
  for (std::int64_t sample = 0; sample < batch.size(); ++sample) {
    const Tensors alone = batch.each(operands, [&](const at::Tensor& operand, std::int64_t dim) {
      return operand.narrow(dim, sample, 1);
    });
    const Arguments arguments{&loss.spec, &c, alone.data(), loss.spec.reduction_of(c)};
    losses.push_back(loss.entry(c.entry).call(arguments).reshape({}));
  }
  if (losses.empty()) throw BadResult("there is no sample to ask");
  return at::stack(losses);
}

at::Tensor reduce(const at::Tensor& unreduced, const Loss& loss, const Arguments& arguments,
                  std::string_view reduction) {
  if (reduction == "none") return unreduced;
  if (reduction == "sum") return unreduced.sum();
  // kl_div: "'batchmean': the sum of the output will be divided by the batch size"; a scalar is a
  // batch of one.
  if (reduction == "batchmean") {
    return unreduced.sum() / (arguments[0].dim() == 0 ? 1 : arguments[0].size(0));
  }
  return loss.mean != nullptr ? loss.mean(unreduced, arguments) : unreduced.mean();
}

}  // namespace

bool same_bits(const Execution& a, const Execution& b) {
  if (a.accepted != b.accepted || a.backward_accepted != b.backward_accepted) return false;
  if (a.message != b.message || !same_bits(a.value, b.value)) return false;
  return std::equal(a.gradients.begin(), a.gradients.end(), b.gradients.begin(),
                    [](const at::Tensor& x, const at::Tensor& y) { return same_bits(x, y); });
}

std::vector<double> cotangent_of(const Shape& result) {
  std::vector<double> weights(static_cast<std::size_t>(result.elements()), 1);
  if (result.empty()) return weights;
  constexpr double kGoldenRatio = 0.6180339887498949;  // its multiples spread evenly in [0, 1)
  double phase = 0;
  for (double& weight : weights) {
    phase += kGoldenRatio;
    if (phase >= 1) phase -= 1;
    weight = 0.5 + phase;
  }
  return weights;
}

OperandSet make_operands(const Loss& loss, const Case& c, const Reading& reading) {
  OperandSet set;
  std::size_t index = 0;
  const auto& patterns = reading.alternative->operands;
  for (const Operand& operand : c.operands) {
    while (patterns[index].name != operand.name) ++index;
    std::vector<double>& values = set.values[index];
    values = effective_values(operand, bind_kind(patterns[index], reading.bindings), c.seed, index);
    at::Tensor& tensor = set.tensors[index];
    tensor = make_tensor(operand, values);
    const bool exact = operand.dtype == DType::kF64 ||
                       (operand.dtype == DType::kI64 && info(patterns[index].kind).integral);
    if (!exact) values = values_of(tensor);
    const bool needs_gradient = !operand.constant && !is_constant(loss, operand.name);
    if (tensor.is_floating_point() && needs_gradient) {
      tensor.set_requires_grad(true);
    }
  }
  return set;
}

Execution execute(const Loss& loss, const Case& c, const Tensors& operands) {
  Execution execution = execute_forward(loss, c, operands);
  end_trace();
  if (execution.accepted) differentiate(loss, operands, execution);
  if (planted_factor != 1 && execution.accepted) execution.value = execution.value * planted_factor;
  return execution;
}

void plant_factor_in_execute(double factor) { planted_factor = factor; }

Execution execute_forward(const Loss& loss, const Case& c, const Tensors& operands) {
  Execution execution;
  const Arguments arguments{&loss.spec, &c, operands.data(), loss.spec.reduction_of(c)};
  const std::uint64_t warnings = warnings_so_far();
  execution.accepted =
      guarded(loss, execution, [&] { execution.value = loss.entry(c.entry).call(arguments); });
  execution.warned = warnings_so_far() != warnings;
  return execution;
}

Execution execute_unreduced(const Loss& loss, const Case& c, const Tensors& operands) {
  const at::NoGradGuard no_grad;
  Execution execution;
  execution.accepted = guarded(loss, execution, [&] {
    const Arguments arguments{&loss.spec, &c, operands.data(), "none"};
    execution.value = loss.entry(c.entry).call(arguments);
    execution.unreduced = shape_of(execution.value);
  });
  return execution;
}

Tensors expanded_operands(const Tensors& operands, const Reading& reading) {
  Tensors views;
  for (std::size_t i = 0; i < operands.size(); ++i) {
    if (operands[i].defined()) views[i] = expanded(operands[i], reading.shapes[i]);
  }
  return views;
}

Execution execute_reference(const Loss& loss, const Case& c, const Tensors& operands,
                            const Reading& reading) {
  Execution execution;
  const std::string_view reduction = loss.spec.reduction_of(c);
  execution.accepted = guarded(loss, execution, [&] {
    const Tensors views = expanded_operands(operands, reading);
    const Arguments arguments{&loss.spec, &c, views.data(), "none"};
    const at::Tensor unreduced = loss.spec.folds() ? losses_of_samples(loss, c, views, reading)
                                                   : loss.entry(c.entry).call(arguments);
    execution.unreduced = loss.spec.folds() ? reading.result : shape_of(unreduced);
    execution.value = reduce(unreduced, loss, arguments, reduction);
  });
  if (execution.accepted) differentiate(loss, operands, execution);
  return execution;
}

Execution execute_expanded(const Loss& loss, const Case& c, const Tensors& operands,
                           const Reading& reading) {
  Execution execution;
  execution.accepted = guarded(loss, execution, [&] {
    const Tensors views = expanded_operands(operands, reading);
    const Arguments arguments{&loss.spec, &c, views.data(), loss.spec.reduction_of(c)};
    execution.value = loss.entry(c.entry).call(arguments);
    execution.unreduced = reading.result;
  });
  if (execution.accepted) differentiate(loss, operands, execution);
  return execution;
}

Execution reduce_as_documented(const Loss& loss, const Case& c, const at::Tensor& unreduced,
                               const Tensors& operands, const Reading& reading) {
  Execution execution;
  execution.accepted = guarded(loss, execution, [&] {
    const Tensors views = expanded_operands(operands, reading);
    const Arguments arguments{&loss.spec, &c, views.data(), "none"};
    execution.value = reduce(unreduced, loss, arguments, loss.spec.reduction_of(c));
  });
  return execution;
}

}  // namespace shapefuzz
