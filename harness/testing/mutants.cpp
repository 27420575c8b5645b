// SPDX-License-Identifier: BSD-3-Clause
#include "harness/testing/mutants.h"

#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <functional>
#include <stdexcept>

#include "harness/losses/torch/call.h"

namespace shapefuzz {
namespace {

at::Tensor reduce(const at::Tensor& loss, const Arguments& a) {
  if (a.reduction == "mean") return loss.mean();
  return a.reduction == "sum" ? loss.sum() : loss;
}

void refuse_unless_same_shape(const Arguments& a) {
  TORCH_CHECK(a[0].sizes() == a[1].sizes(), "expected a target of shape ", a[0].sizes(), ", not ",
              a[1].sizes());
}

at::Tensor healthy(const Arguments& a) {
  refuse_unless_same_shape(a);
  return reduce((a[0] - a[1]).pow(2), a);
}

at::Tensor broadcasts(const Arguments& a) { return reduce((a[0] - a[1]).pow(2), a); }

// Divides by the batch instead of by the elements.
at::Tensor wrong_divisor(const Arguments& a) {
  refuse_unless_same_shape(a);
  const at::Tensor loss = (a[0] - a[1]).pow(2);
  if (a.reduction == "mean" && loss.dim() > 0) return loss.sum() / loss.size(0);
  return reduce(loss, a);
}

// A sum where the mean of two elements was asked for.
at::Tensor sum_for_mean(const Arguments& a) {
  refuse_unless_same_shape(a);
  const at::Tensor loss = (a[0] - a[1]).pow(2);
  return a.reduction == "mean" ? loss.sum() : reduce(loss, a);
}

// Like a loss that normalises over the batch: no sample has its own.
at::Tensor mixes_samples(const Arguments& a) {
  refuse_unless_same_shape(a);
  const at::Tensor loss = (a[0] - a[1]).pow(2);
  return reduce(loss.dim() == 0 ? loss : loss - loss.mean(0, /*keepdim=*/true), a);
}

// Each sample is right alone and in its place, but not in another.
at::Tensor depends_on_order(const Arguments& a) {
  refuse_unless_same_shape(a);
  const at::Tensor loss = (a[0] - a[1]).pow(2);
  if (loss.dim() == 0 || loss.size(0) < 3) return reduce(loss, a);
  at::Tensor changed = loss.clone();
  changed.select(0, 1).add_(0.5 * loss.select(0, 0));
  return reduce(changed, a);
}

// Only the sample in the middle sees another, and it is the same one in reverse order.
at::Tensor middle_sees_its_neighbours(const Arguments& a) {
  refuse_unless_same_shape(a);
  const at::Tensor loss = (a[0] - a[1]).pow(2);
  if (loss.dim() == 0 || loss.size(0) != 3) return reduce(loss, a);
  at::Tensor changed = loss.clone();
  changed.select(0, 1).add_(loss.select(0, 0) + loss.select(0, 2));
  return reduce(changed, a);
}

// The right number, but a mean whose gradient is doubled.
at::Tensor wrong_gradient(const Arguments& a) {
  refuse_unless_same_shape(a);
  const at::Tensor loss = reduce((a[0] - a[1]).pow(2), a);
  return a.reduction == "mean" ? loss + (loss - loss.detach()) : loss;
}

// Expands the target, and forgets the last row on the way.
at::Tensor drops_a_row(const Arguments& a) {
  if (a[0].sizes() == a[1].sizes()) return healthy(a);
  const at::Tensor target = a[1].expand(a[0].sizes());
  const at::Tensor loss = (a[0] - target).pow(2);
  return reduce(loss.dim() == 0 || loss.size(0) < 2 ? loss : loss.narrow(0, 0, loss.size(0) - 1),
                a);
}

at::Tensor rejects_valid(const Arguments& a) {
  refuse_unless_same_shape(a);
  TORCH_CHECK(a[0].dim() != 2, "only vectors are supported");
  return healthy(a);
}

at::Tensor rejects_uncleanly(const Arguments& a) {
  if (a[0].sizes() != a[1].sizes()) throw std::runtime_error("vector::_M_range_check");
  return healthy(a);
}

at::Tensor asserts(const Arguments& a) {
  TORCH_INTERNAL_ASSERT(a[0].sizes() == a[1].sizes());
  return healthy(a);
}

at::Tensor refuses_backward(const Arguments& a) {
  at::Tensor loss = healthy(a);
  if (loss.requires_grad()) {
    loss.register_hook([](const at::Tensor& gradient) {
      TORCH_CHECK(!gradient.defined(), "no derivative");
      return gradient;
    });
  }
  return loss;
}

Mutant mutant(const std::string& name, EntryCall call, const std::string& arguments,
              const std::string& verdict) {
  Loss loss = make_loss(name, "(input: real[*S], target: real[*S]) -> [*S]", {reduction_option()},
                        {{"functional", call}});
  return {std::move(loss), name + arguments, verdict, name};
}

}  // namespace

Loss healthy_loss() { return mutant("healthy", healthy, "", "").loss; }

Loss td_loss() {
  return make_loss("td_loss", "(q: real[B,1], reward: real[B], next_q: real[B,1]) -> [B,1]",
                   {reduction_option()}, {{"functional", [](const Arguments& a) {
                                             return reduce((a[1] + 0.9 * a[2] - a[0]).pow(2), a);
                                           }}});
}

Loss gaussian_loss(bool per_number_first) {
  const std::string operands = "(input: real[N,D], target: real[N,D], var: positive";
  const std::string per_number = operands + "[N,D]) -> [N,D]";
  const std::string per_row = operands + "[N]) -> [N,D]";
  const std::string contract =
      per_number_first ? per_number + " | " + per_row : per_row + " | " + per_number;
  return make_loss("gaussian_loss", contract, {reduction_option()},
                   {{"functional", [](const Arguments& a) {
                       const at::Tensor var = a[2].dim() == 1 ? a[2].unsqueeze(-1) : a[2];
                       return reduce((a[0] - a[1]).pow(2) / var, a);
                     }}});
}

Loss loss_weighted_by_rows() {
  const std::string operands = "(input: real[N,D], target: real[N,D], scale: weight";
  return make_loss("rows_loss", operands + "[D]) -> [N,D] | " + operands + "[N]) -> [N,D]",
                   {reduction_option()}, {{"functional", [](const Arguments& a) {
                                             const at::Tensor error = (a[0] - a[1]).pow(2);
                                             return reduce(error * a[2].unsqueeze(-1), a);
                                           }}});
}

Loss loss_of_another_shape_on_meta() {
  Loss loss = healthy_loss();
  const EntryCall right = loss.entries.front().call;
  loss.entries.front().call = [right](const Arguments& a) {
    const at::Tensor result = right(a);
    return a[0].is_meta() ? result.unsqueeze(0) : result;
  };
  return loss;
}

Loss loss_that_meta_does_not_check() {
  Loss loss = healthy_loss();
  const EntryCall right = loss.entries.front().call;
  loss.entries.front().call = [right](const Arguments& a) {
    return a[0].is_meta() ? (a[0] - a[1]).sum() : right(a);
  };
  return loss;
}

std::vector<Mutant> all_mutants() {
  return {
      mutant("broadcasts", broadcasts, "(input=f64[4,1], target=f64[4])", "silent_broadcast"),
      mutant("wrong_divisor", wrong_divisor, "(input=f64[4,2], target=f64[4,2])",
             "wrong_reduction"),
      mutant("wrong_sum_over_two", sum_for_mean, "(input=f64[2], target=f64[2])",
             "wrong_reduction"),
      mutant("mixes_samples", mixes_samples, "(input=f64[4], target=f64[4], reduction=none)",
             "wrong_value"),
      mutant("depends_on_order", depends_on_order, "(input=f64[3], target=f64[3], reduction=none)",
             "wrong_value"),
      mutant("middle_sees_its_neighbours", middle_sees_its_neighbours,
             "(input=f64[3], target=f64[3], reduction=none)", "wrong_value"),
      mutant("wrong_gradient", wrong_gradient, "(input=f64[4,2], target=f64[4,2])",
             "wrong_gradient"),
      mutant("drops_a_row", drops_a_row, "(input=f64[4,2], target=f64[2], reduction=none)",
             "wrong_shape"),
      mutant("drops_a_row_in_sum", drops_a_row, "(input=f64[4,2], target=f64[2], reduction=sum)",
             "wrong_shape"),
      mutant("rejects_valid", rejects_valid, "(input=f64[4,2], target=f64[4,2])", "rejected_valid"),
      mutant("rejects_uncleanly", rejects_uncleanly, "(input=f64[4], target=f64[3])",
             "unclean_rejection"),
      mutant("asserts", asserts, "(input=f64[4], target=f64[3])", "unclean_rejection"),
      mutant("refuses_backward", refuses_backward, "(input=f64[4], target=f64[4])",
             "backward_rejected"),
  };
}

namespace {

using Fault = std::function<at::Tensor(const EntryCall& call, const Arguments& a)>;

// The call with other operands or other options.
at::Tensor call_with(const EntryCall& call, const Arguments& a,
                     const std::function<void(Case&, at::Tensor*)>& change) {
  Case c = *a.c;
  std::array<at::Tensor, kMaxOperands> operands;
  for (std::size_t i = 0; i < operands.size(); ++i) operands[i] = a[i];
  change(c, operands.data());
  return call({a.spec, &c, operands.data(), a.reduction});
}

Mutant with_fault(const Loss& loss, const std::string& name, const Fault& fault) {
  Mutant mutant{loss, "", "", loss.spec.name + "_" + name};
  for (Entry& entry : mutant.loss.entries) {
    entry.call = [call = entry.call, fault](const Arguments& a) { return fault(call, a); };
  }
  return mutant;
}

Fault drops(std::size_t operand) {
  return [=](const EntryCall& call, const Arguments& a) {
    return call_with(call, a,
                     [=](Case&, at::Tensor* operands) { operands[operand] = at::Tensor(); });
  };
}

Fault swaps(std::size_t i, std::size_t j) {
  return [=](const EntryCall& call, const Arguments& a) {
    return call_with(call, a,
                     [=](Case&, at::Tensor* operands) { std::swap(operands[i], operands[j]); });
  };
}

Fault detaches(std::size_t operand) {
  return [=](const EntryCall& call, const Arguments& a) {
    return call_with(call, a, [=](Case&, at::Tensor* operands) {
      if (operands[operand].defined()) operands[operand] = operands[operand].detach();
    });
  };
}

// Class 0 for 1, and 1 for the others: never out of range where there are two classes.
Fault mixes_classes(std::size_t operand) {
  return [=](const EntryCall& call, const Arguments& a) {
    return call_with(call, a, [=](Case&, at::Tensor* operands) {
      at::Tensor& index = operands[operand];
      if (index.is_floating_point()) return;
      index = at::where(index.lt(0), index, index.eq(1).logical_not().to(index.scalar_type()));
    });
  };
}

Fault sets(const std::string& option, const OptionValue& value) {
  return [=](const EntryCall& call, const Arguments& a) {
    return call_with(call, a, [&](Case& c, at::Tensor*) { c.set_option(*a.spec, option, value); });
  };
}

at::Tensor divides_by_one_too_many(const EntryCall& call, const Arguments& a) {
  const auto elements = static_cast<double>(a[0].numel());
  return call(a) * (elements / (elements + 1));
}

// Whether LibTorch uses the value as an address instead of refusing it.
bool crashes(const Loss& loss, const OptionSpec& option, const OptionValue& value) {
  if (loss.checks(option.name)) return false;
  Case c;
  c.options = loss.sweep_options;
  c.set_option(loss.spec, option.name, value);
  return loss.spec.illegal_option(c, loss.spec).has_value();
}

}  // namespace

Loss with_doubled_mean(const Loss& loss) {
  const Fault fault = [](const EntryCall& call, const Arguments& a) {
    const at::Tensor result = call(a);
    return a.reduction == "mean" ? result * 2 : result;
  };
  return with_fault(loss, "doubled_mean", fault).loss;
}

Loss with_doubled_result(const Loss& loss) {
  const Fault fault = [](const EntryCall& call, const Arguments& a) { return call(a) * 2; };
  return with_fault(loss, "doubled_result", fault).loss;
}

Loss with_less(const Loss& loss) {
  const Fault fault = [](const EntryCall& call, const Arguments& a) { return call(a) - 0.2; };
  return with_fault(loss, "less", fault).loss;
}

Loss with_doubled_gradient(const Loss& loss) {
  const Fault fault = [](const EntryCall& call, const Arguments& a) {
    const at::Tensor result = call(a);
    return a.reduction == "mean" ? result + (result - result.detach()) : result;
  };
  return with_fault(loss, "doubled_gradient", fault).loss;
}

std::vector<Mutant> formula_mutants(const Loss& loss) {
  std::vector<Mutant> mutants = {with_fault(loss, "divisor", divides_by_one_too_many)};
  const auto& operands = loss.spec.contract.operands();
  for (std::size_t i = 0; i < operands.size(); ++i) {
    const KindInfo& kind = info(operands[i].kind);
    const auto add = [&](const std::string& what, const Fault& fault) {
      mutants.push_back(with_fault(loss, what + operands[i].name, fault));
    };
    if (operands[i].optional) add("without_", drops(i));
    if (kind.integral && kind.value != Kind::kLength && kind.value != Kind::kSplit) {
      add("classes_of_", mixes_classes(i));
    }
    if (kind.integral || operands[i].optional) continue;
    const bool constant = std::find(loss.constants.begin(), loss.constants.end(),
                                    operands[i].name) != loss.constants.end();
    if (!constant) add("no_gradient_of_", detaches(i));
    const bool like_output = i > 0 && operands[i].pattern == operands[0].pattern;
    if (like_output) add("output_swapped_with_", swaps(0, i));
  }
  for (const OptionSpec& option : loss.spec.options) {
    std::size_t number = 0;
    for (const OptionValue& value : option.samples) {
      if (crashes(loss, option, value)) continue;
      mutants.push_back(
          with_fault(loss, option.name + std::to_string(++number), sets(option.name, value)));
    }
  }
  return mutants;
}

}  // namespace shapefuzz
