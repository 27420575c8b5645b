// SPDX-License-Identifier: BSD-3-Clause
#include "harness/oracle/judge/bare_call.h"

#include <cstdio>

#include "harness/language/case/zone.h"
#include "harness/oracle/judge/execute.h"
#include "harness/oracle/judge/judge.h"
#include "harness/oracle/libtorch/setup.h"

namespace shapefuzz {
namespace {

// Decides by every byte, which a tool notices if the byte was never written.
std::size_t zeros_in(const at::Tensor& tensor) {
  if (!tensor.defined() || tensor.numel() == 0) return 0;
  const at::Tensor whole = tensor.detach().contiguous();
  const auto* const bytes = static_cast<const char*>(whole.data_ptr());
  std::size_t zeros = 0;
  for (std::size_t i = 0; i < whole.nbytes(); ++i) {
    if (bytes[i] == 0) ++zeros;
  }
  return zeros;
}

}  // namespace

__attribute__((noinline)) void call_bare(const Loss& loss, const Case& c) {
  prepare_libtorch();
  Reading reading;
  if (zone_of(c, loss.spec, &reading) == Zone::kIncompatible) {
    reading = nearest_reading(loss.spec.contract, to_call(c, loss.spec));
  }
  const OperandSet operands = make_operands(loss, c, reading);
  const Execution execution = execute(loss, c, operands.tensors);
  std::size_t zeros = zeros_in(execution.value);
  for (const at::Tensor& gradient : execution.gradients) zeros += zeros_in(gradient);
  // Printed, or a compiler would leave the looking out.
  std::printf("%s, %zu bytes are 0\n", execution.accepted ? "accepted" : "refused", zeros);
}

}  // namespace shapefuzz
