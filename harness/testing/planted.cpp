// SPDX-License-Identifier: BSD-3-Clause
#include "harness/testing/planted.h"

#include <torch/csrc/autograd/custom_function.h>

#include <csignal>
#include <cstdlib>
#include <memory>
#include <vector>

#include "harness/language/case/values.h"
#include "harness/losses/torch/call.h"

namespace shapefuzz {
namespace {

using Planted = void (*)(const Arguments& a, at::Tensor& loss);

at::Tensor squared_error(const Arguments& a, Planted planted) {
  TORCH_CHECK(a[0].sizes() == a[1].sizes(), "expected a target of shape ", a[0].sizes());
  at::Tensor loss = (a[0] - a[1]).pow(2);
  if (a[0].numel() == 2) planted(a, loss);
  if (a.reduction == "mean") return loss.mean();
  return a.reduction == "sum" ? loss.sum() : loss;
}

double* elements(const at::Tensor& tensor) { return static_cast<double*>(tensor.data_ptr()); }

// A compiler must not see through a planted error and leave it out.
double read(const volatile double* address) { return *address; }
void write(volatile double* address, double value) { *address = value; }

void reads_past_the_end(const Arguments& a, at::Tensor& loss) {
  loss = loss + 0 * read(elements(a[1]) + a[1].numel());
}

void writes_past_the_end(const Arguments& a, at::Tensor& /*loss*/) {
  write(elements(a[1]) + a[1].numel() + 100, 1);
}

void reads_before_the_start(const Arguments& a, at::Tensor& loss) {
  loss = loss + 0 * read(elements(a[1]) - 1);
}

// Further than a case is let go on.
void reads_on_and_on(const Arguments& a, at::Tensor& loss) {
  double sum = 0;
  for (int i = 0; i < 1 << 20; ++i) sum += read(elements(a[1]) + i);
  loss = loss + 0 * sum;
}

void calls_null(const Arguments& /*a*/, at::Tensor& /*loss*/) {
  void (*volatile nothing)() = nullptr;
  nothing();
}

void reads_past_the_end_and_calls_null(const Arguments& a, at::Tensor& loss) {
  reads_past_the_end(a, loss);
  calls_null(a, loss);
}

void reads_past_in_backward(const Arguments& /*a*/, at::Tensor& loss) {
  if (!loss.requires_grad()) return;
  loss.register_hook([](const at::Tensor& gradient) {
    const at::Tensor copy = gradient.contiguous();
    return copy + 0 * read(elements(copy) + copy.numel());
  });
}

void uses_uninitialized_memory(const Arguments& a, at::Tensor& loss) {
  loss = loss + at::empty_like(a[0]).detach();
}

void uses_freed_memory(const Arguments& a, at::Tensor& loss) {
  const double* freed = nullptr;
  {
    const at::Tensor gone = a[1].clone();
    freed = elements(gone);
  }
  loss = loss + read(freed);
}

void changes_an_operand(const Arguments& a, at::Tensor& /*loss*/) { write(elements(a[1]), 7); }

void aborts(const Arguments& /*a*/, at::Tensor& /*loss*/) { std::abort(); }

void never_returns(const Arguments& /*a*/, at::Tensor& /*loss*/) {
  for (volatile int i = 0;; i = 1 - i) continue;
}

// NOLINTNEXTLINE(misc-no-recursion): it is what is planted.
int overflow_the_stack(int depth) {
  if (depth < 0) return 0;
  volatile char frame[1024];
  frame[0] = static_cast<char>(depth);
  return overflow_the_stack(depth + 1) + frame[0];
}

void overflows_the_stack(const Arguments& /*a*/, at::Tensor& loss) {
  if (overflow_the_stack(0) == 1) loss = loss + 1;
}

void allocates_everything(const Arguments& a, at::Tensor& loss) {
  constexpr std::int64_t kElements = 12'500'000'000;  // 100 GB
  loss = loss + at::ones({kElements}, a[0].options().requires_grad(false))[0];
}

void hoards_everything(const Arguments& /*a*/, at::Tensor& /*loss*/) {
  std::vector<std::unique_ptr<char[]>> hoard;
  for (int i = 0; i < 1000; ++i) hoard.emplace_back(new char[100'000'000]);
}

// Where memory is refused, std::terminate is what comes of it.
void must_not_throw(const Arguments& a, at::Tensor& loss) noexcept {
  allocates_everything(a, loss);
}

void differs_each_time(const Arguments& /*a*/, at::Tensor& loss) {
  static double calls = 0;
  loss = loss + ++calls;
}

Mutant plant(const std::string& name, Planted planted, const std::string& verdict) {
  Loss loss = make_loss(
      name, "(input: real[*S], target: real[*S]) -> [*S]", {reduction_option()},
      {{"functional", [planted](const Arguments& a) { return squared_error(a, planted); }}});
  return {std::move(loss), name + "(input=f64[2], target=f64[2])", verdict, name};
}

}  // namespace

std::vector<Mutant> planted_errors() {
  return {
      plant("reads_past_the_end", reads_past_the_end, "out_of_bounds"),
      plant("writes_past_the_end", writes_past_the_end, "out_of_bounds"),
      plant("reads_before_the_start", reads_before_the_start, "out_of_bounds"),
      plant("reads_on_and_on", reads_on_and_on, "out_of_bounds"),
      plant("reads_past_the_end_and_calls_null", reads_past_the_end_and_calls_null,
            "out_of_bounds"),
      plant("reads_past_in_backward", reads_past_in_backward, "out_of_bounds"),
      plant("uses_uninitialized_memory", uses_uninitialized_memory, "uninitialized_read"),
      plant("uses_freed_memory", uses_freed_memory, "uninitialized_read"),
      plant("changes_an_operand", changes_an_operand, "input_mutated"),
      plant("calls_null", calls_null, "crash"),
      plant("aborts", aborts, "crash"),
      plant("overflows_the_stack", overflows_the_stack, "crash"),
      plant("never_returns", never_returns, "timed_out"),
      plant("allocates_everything", allocates_everything, "not_judged"),
      plant("hoards_everything", hoards_everything, "not_judged"),
      plant("must_not_throw", must_not_throw, "not_judged"),
      plant("differs_each_time", differs_each_time, "nondeterministic"),
  };
}

Loss unprepared_loss() {
  const auto call = [](const Arguments& a) noexcept {
    return squared_error(a, [](const Arguments&, at::Tensor&) {});
  };
  // Nothing is refused but for want of memory: a noexcept function cannot refuse.
  return make_loss("unprepared", "(input: real[*S], target: real[*S]) -> [*S]",
                   {reduction_option()},
                   {{"functional", [call](const Arguments& a) {
                       TORCH_CHECK(a[0].sizes() == a[1].sizes(), "expected a target of that shape");
                       return call(a);
                     }}});
}

Loss damaging_loss() {
  static bool is_damaged = false;  // what a heap would be
  const auto call = [](const Arguments& a) {
    if (a[0].numel() == 3) is_damaged = true;
    if (a[0].numel() == 2 && is_damaged) ::raise(SIGSEGV);
    return squared_error(a, [](const Arguments&, at::Tensor&) {});
  };
  return make_loss("damaging", "(input: real[*S], target: real[*S]) -> [*S]", {reduction_option()},
                   {{"functional", call}});
}

Loss crashing_loss() {
  const auto call = [](const Arguments& a) {
    constexpr std::uint64_t kOneIn = 100;
    std::uint64_t hash = 0;
    for (std::size_t i = 0; i < 2; ++i) {
      for (const std::int64_t size : a[i].sizes()) {
        hash = mix(hash ^ static_cast<std::uint64_t>(size));
      }
      hash = mix(hash);
    }
    if (hash % kOneIn == 0) ::raise(SIGSEGV);
    return squared_error(a, [](const Arguments&, at::Tensor&) {});
  };
  return make_loss("crashing", "(input: real[*S], target: real[*S]) -> [*S]", {reduction_option()},
                   {{"functional", call}});
}

}  // namespace shapefuzz
