// SPDX-License-Identifier: BSD-3-Clause
#include "harness/oracle/infer/observe.h"

#include <algorithm>
#include <functional>
#include <optional>

#include "harness/language/case/values.h"
#include "harness/oracle/judge/execute.h"
#include "harness/oracle/libtorch/setup.h"
#include "harness/oracle/libtorch/tensors.h"

namespace shapefuzz {
namespace {

constexpr std::int64_t kSizes[] = {2, 3, 5, 7};

// The places of the required operands in the contract; the output is the first.
std::vector<std::size_t> required_operands(const Loss& loss) {
  std::vector<std::size_t> required;
  const auto& operands = loss.spec.contract.operands();
  for (std::size_t i = 0; i < operands.size(); ++i) {
    if (!operands[i].optional) required.push_back(i);
  }
  return required;
}

// Small enough for every kind: a probability, and a class of two.
at::Tensor operand_of(const Shape& shape, bool integral, std::size_t i) {
  std::vector<double> values;
  draw_values({Kind::kProb}, shape, 0, i, values);
  // Both classes, whatever the shape is; the second one first, as it is in a row of one.
  for (std::size_t k = 0; k < values.size() && integral; ++k) values[k] = k % 2 == 0 ? 1 : 0;
  return make_tensor(sizes_of(shape), integral ? at::kLong : at::kDouble, values);
}

// Calls by whichever entry accepts.
class Caller {
 public:
  explicit Caller(const Loss& loss) : loss_(loss), required_(required_operands(loss)) {
    c_.loss = loss.spec.name;
    c_.options = loss.sweep_options;
    const OptionSpec* const reduction = loss.spec.find_option("reduction");
    reduces_ = reduction != nullptr && loss.spec.reduces;
    if (reduces_) c_.set_option(loss.spec, "reduction", std::string("none"));
  }

  const std::vector<std::size_t>& required() const { return required_; }
  bool reduces() const { return reduces_; }
  /// Of the latest call that was accepted.
  const std::string& entry() const { return c_.entry; }

  Tensors operands_of(const Observed& call) const {
    Tensors tensors;
    const Shape output = output_of_rank(call.rank);
    for (std::size_t i = 0; i < required_.size(); ++i) {
      tensors[required_[i]] =
          operand_of(with_dimensions(output, call.operands[i]), call.integral[i], required_[i]);
    }
    return tensors;
  }

  std::optional<at::Tensor> operator()(const Tensors& operands) {
    const at::NoGradGuard no_grad;
    for (const std::string& entry : loss_.spec.entries) {
      const auto has = loss_.spec.reductions(entry);
      if (reduces_ && std::find(has.begin(), has.end(), "none") == has.end()) continue;
      c_.entry = entry;
      const Execution execution = execute_forward(loss_, c_, operands);
      if (execution.accepted) return execution.value;
    }
    return std::nullopt;
  }

 private:
  const Loss& loss_;
  std::vector<std::size_t> required_;
  Case c_;
  bool reduces_ = false;
};

bool are_equal(const at::Tensor& a, const at::Tensor& b) {
  return a.sizes() == b.sizes() &&
         at::allclose(a.to(at::kDouble), b.to(at::kDouble), 1e-9, 1e-12, /*equal_nan=*/true);
}

// The dimensions of the output that a shape has, by its sizes.
std::optional<Dimensions> dimensions_in(const Shape& output, const Shape& shape) {
  Dimensions found = 0;
  std::size_t next = 0;
  for (const std::int64_t size : shape) {
    while (next < output.rank() && output[next] != size) ++next;
    if (next == output.rank()) return std::nullopt;
    found |= Dimensions{1} << next++;
  }
  return found;
}

// Whether the result stays the same whatever stands behind the first row, or of a row behind its
// first element.
bool reads_the_beginning(Caller& call, const Tensors& operands, std::size_t place,
                         const at::Tensor& result) {
  const at::Tensor& operand = operands[place];
  if (operand.dim() == 0 || operand.size(0) < 2) return false;
  Tensors changed = operands;
  changed[place] = operand.clone();
  at::Tensor rest = changed[place].narrow(0, 1, operand.size(0) - 1);
  rest.copy_(1 - rest);  // a probability, or a class of two
  const auto other = call(changed);
  return other && are_equal(*other, result);
}

// Of floating numbers the values may be such that nothing depends on them, as a sign that is none.
bool leaves_an_index_unread(Caller& call, const Observed& seen, const Tensors& operands,
                            const at::Tensor& result) {
  for (std::size_t i = 1; i < call.required().size(); ++i) {
    if (seen.integral[i] && reads_the_beginning(call, operands, call.required()[i], result))
      return true;
  }
  return false;
}

bool takes_scalars_for_rows(Caller& call, const Observed& seen, const Tensors& operands,
                            const at::Tensor& result) {
  if (seen.rank != 0) return false;
  Tensors rows = operands;
  for (at::Tensor& operand : rows) {
    if (operand.defined()) operand = operand.unsqueeze(0);
  }
  const auto other = call(rows);
  return other && are_equal(*other, result);
}

bool repeats_an_operand(Caller& call, const Observed& seen, const Tensors& operands,
                        const at::Tensor& result) {
  const Shape output = output_of_rank(seen.rank);
  for (std::size_t i = 1; i < call.required().size(); ++i) {
    const std::size_t place = call.required()[i];
    const Shape own = shape_of(operands[place]);
    if (own == output || !expands_to(own, output) || seen.integral[i]) continue;
    Tensors expanded = operands;
    expanded[place] = operands[place].expand(sizes_of(output)).contiguous();
    const auto other = call(expanded);
    if (other && are_equal(*other, result)) return true;
  }
  return false;
}

// Every operand that has the first dimension, cut to one sample.
Tensors sample_of(const Caller& call, const Observed& seen, const Tensors& operands,
                  std::int64_t sample) {
  Tensors alone = operands;
  for (std::size_t i = 0; i < call.required().size(); ++i) {
    at::Tensor& operand = alone[call.required()[i]];
    if ((seen.operands[i] & 1U) != 0) operand = operand.narrow(0, sample, 1);
  }
  return alone;
}

void judge_samples(Caller& call, const Tensors& operands, const at::Tensor& result,
                   Observed& seen) {
  const bool has_batch = (seen.result & 1U) != 0;
  const bool may_fold = !call.reduces() && result.dim() == 0 && seen.rank > 0;
  if (!has_batch && !may_fold) return;
  std::vector<at::Tensor> alone;
  for (std::int64_t sample = 0; sample < kSizes[0]; ++sample) {
    const auto loss = call(sample_of(call, seen, operands, sample));
    if (!loss) {
      if (has_batch) seen.how = Observed::How::kOtherwise;
      return;
    }
    if (has_batch && !are_equal(*loss, result.narrow(0, sample, 1))) {
      seen.how = Observed::How::kOtherwise;
      return;
    }
    alone.push_back(loss->to(at::kDouble));
  }
  if (!may_fold) return;
  const at::Tensor losses = at::stack(alone);
  const at::Tensor number = result.to(at::kDouble);
  if (are_equal(losses.mean(), number)) {
    seen.fold = Fold::kMean;
  } else if (are_equal(losses.sum(), number)) {
    seen.fold = Fold::kSum;
  }
}

void observe_call(Caller& call, Observed seen, std::vector<Observed>& all) {
  const Tensors operands = call.operands_of(seen);
  const auto result = call(operands);
  if (!result) return;
  const auto dimensions = dimensions_in(output_of_rank(seen.rank), shape_of(*result));
  if (!dimensions) return;
  seen.result = *dimensions;
  seen.entry = call.entry();
  if (repeats_an_operand(call, seen, operands, *result)) {
    seen.how = Observed::How::kBroadcast;
  } else if (takes_scalars_for_rows(call, seen, operands, *result)) {
    seen.how = Observed::How::kScalar;
  } else if (leaves_an_index_unread(call, seen, operands, *result)) {
    seen.how = Observed::How::kUnread;
  } else {
    judge_samples(call, operands, *result, seen);
  }
  all.push_back(std::move(seen));
}

// Every choice of dimensions for the operands behind the output.
void for_each_choice(std::size_t rank, std::size_t operands,
                     const std::function<void(const std::vector<Dimensions>&)>& use) {
  std::vector<Dimensions> choice(operands, 0);
  choice[0] = all_dimensions(rank);
  const Dimensions end = all_dimensions(rank) + 1;
  while (true) {
    use(choice);
    std::size_t i = 1;
    while (i < operands && ++choice[i] == end) choice[i++] = 0;
    if (i >= operands) return;
  }
}

}  // namespace

Shape output_of_rank(std::size_t rank) {
  Shape shape;
  for (std::size_t i = 0; i < rank; ++i) shape.push_back(kSizes[i]);
  return shape;
}

Shape with_dimensions(const Shape& output, Dimensions dimensions) {
  Shape shape;
  for (std::size_t i = 0; i < output.rank(); ++i) {
    if ((dimensions >> i & 1U) != 0) shape.push_back(output[i]);
  }
  return shape;
}

std::vector<Observed> observe(const Loss& loss) {
  prepare_libtorch();
  Caller call(loss);
  std::vector<Observed> all;
  const std::size_t operands = call.required().size();
  const std::uint32_t assignments = 1U << (operands - 1);
  for (std::uint32_t whole = 0; whole < assignments; ++whole) {
    std::vector<bool> integral(operands, false);
    for (std::size_t i = 1; i < operands; ++i) integral[i] = (whole >> (i - 1) & 1U) != 0;
    for (std::size_t rank = 0; rank <= kMostInferredRank; ++rank) {
      for_each_choice(rank, operands, [&](const std::vector<Dimensions>& choice) {
        Observed seen;
        seen.rank = rank;
        seen.integral = integral;
        seen.operands = choice;
        observe_call(call, std::move(seen), all);
      });
    }
  }
  return all;
}

bool takes_optional(const Loss& loss, const Observed& call, std::size_t operand,
                    Dimensions dimensions) {
  Caller caller(loss);
  Tensors operands = caller.operands_of(call);
  const Shape output = output_of_rank(call.rank);
  const Shape shape = with_dimensions(output, dimensions);
  operands[operand] = operand_of(shape, false, operand);
  const auto result = caller(operands);
  if (!result || reads_the_beginning(caller, operands, operand, *result)) return false;
  if (shape == output || !expands_to(shape, output)) return true;
  Tensors expanded = operands;
  expanded[operand] = operands[operand].expand(sizes_of(output)).contiguous();
  const auto other = caller(expanded);
  // What is longer and not read to its end is no expansion.
  return !other || !are_equal(*other, *result) ||
         reads_the_beginning(caller, expanded, operand, *other);
}

bool refuses_negative(const Loss& loss, const Observed& call, std::size_t operand) {
  Caller caller(loss);
  Tensors operands = caller.operands_of(call);
  operands[operand] = -operands[operand];
  return !caller(operands);
}

}  // namespace shapefuzz
