#include "harness/oracle/mutants.h"

#include <torch/csrc/autograd/custom_function.h>

#include <stdexcept>

#include "harness/losses/call.h"

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

struct RefusesBackward : torch::autograd::Function<RefusesBackward> {
  static at::Tensor forward(torch::autograd::AutogradContext* /*context*/, at::Tensor value) {
    return value.clone();
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* /*context*/,
                                                 torch::autograd::variable_list /*gradients*/) {
    TORCH_CHECK(false, "no derivative");
  }
};

at::Tensor refuses_backward(const Arguments& a) { return RefusesBackward::apply(healthy(a)); }

Mutant mutant(const std::string& name, EntryCall call, const std::string& arguments,
              const std::string& verdict) {
  Loss loss = make_loss(name, "(input: real[*S], target: real[*S]) -> [*S]", {reduction_option()},
                        {{"functional", call}});
  return {std::move(loss), name + arguments, verdict};
}

}  // namespace

Loss healthy_loss() { return mutant("healthy", healthy, "", "").loss; }

std::vector<Mutant> all_mutants() {
  return {
      mutant("broadcasts", broadcasts, "(input=f64[4,1], target=f64[4])", "silent_broadcast"),
      mutant("wrong_divisor", wrong_divisor, "(input=f64[4,2], target=f64[4,2])",
             "wrong_reduction"),
      mutant("wrong_gradient", wrong_gradient, "(input=f64[4,2], target=f64[4,2])",
             "wrong_gradient"),
      mutant("drops_a_row", drops_a_row, "(input=f64[4,2], target=f64[2], reduction=none)",
             "wrong_shape"),
      mutant("drops_a_row_in_sum", drops_a_row, "(input=f64[4,2], target=f64[2], reduction=sum)",
             "wrong_value"),
      mutant("rejects_valid", rejects_valid, "(input=f64[4,2], target=f64[4,2])", "rejected_valid"),
      mutant("rejects_uncleanly", rejects_uncleanly, "(input=f64[4], target=f64[3])",
             "unclean_rejection"),
      mutant("asserts", asserts, "(input=f64[4], target=f64[3])", "unclean_rejection"),
      mutant("refuses_backward", refuses_backward, "(input=f64[4], target=f64[4])",
             "backward_rejected"),
  };
}

}  // namespace shapefuzz
