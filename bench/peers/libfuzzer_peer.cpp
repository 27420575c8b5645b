// SPDX-License-Identifier: BSD-3-Clause
// A plain libFuzzer harness, as collections of harnesses for PyTorch have one for each function:
// bytes to shapes, dtypes, values and options, the call, and every exception is caught. A crash, a
// report of a sanitizer or a timeout is a finding; nobody looks at the result. The environment's
// PEER_LOSS names the loss.
#include <ATen/Parallel.h>
#include <fuzzer/FuzzedDataProvider.h>

#include <cstdio>
#include <cstdlib>

#include "bench/mutants/planted.h"
#include "bench/peers/promise.h"

namespace peers {
namespace {

constexpr std::int64_t kMostElements = 4096;

Sizes drawn_shape(FuzzedDataProvider& data) {
  Sizes shape(data.ConsumeIntegralInRange<std::size_t>(0, 4));
  std::int64_t elements = 1;
  for (std::int64_t& size : shape) {
    size = data.ConsumeIntegralInRange<std::int64_t>(0, 8);
    elements *= size;
  }
  return elements <= kMostElements ? shape : Sizes();
}

// Half of the time of the shape before it, or hardly any call would get past the checks.
at::Tensor drawn_tensor(FuzzedDataProvider& data, bool is_whole, Sizes& shape,
                        at::ScalarType dtype) {
  if (data.ConsumeBool()) shape = drawn_shape(data);
  std::int64_t elements = 1;
  for (const std::int64_t size : shape) elements *= size;
  std::vector<double> values;
  for (std::int64_t i = 0; i < elements; ++i) {
    values.push_back(is_whole ? data.ConsumeIntegralInRange<int>(-1, 8)
                              : data.ConsumeFloatingPointInRange<double>(-2, 2));
  }
  return at::tensor(values, at::kDouble).to(is_whole ? at::kLong : dtype).reshape(shape);
}

shapefuzz::OptionValue drawn_option(FuzzedDataProvider& data,
                                    const shapefuzz::OwnLoss::Option& option) {
  if (option.name == "reduction") {
    return std::string(data.PickValueInArray({"none", "mean", "sum"}));
  }
  if (std::holds_alternative<bool>(option.standard)) return data.ConsumeBool();
  if (std::holds_alternative<std::int64_t>(option.standard)) {
    return data.ConsumeIntegralInRange<std::int64_t>(-100, 8);
  }
  return data.ConsumeFloatingPointInRange<double>(-1, 8);
}

Loss& loss_under_test() {
  static Loss loss = [] {
    const char* const name = std::getenv("PEER_LOSS");
    const std::optional<Loss> found = loss_of(name == nullptr ? "" : name, /*twin=*/false);
    if (!found) {
      std::fputs("expected the name of a loss in PEER_LOSS\n", stderr);
      std::exit(2);
    }
    return *found;
  }();
  return loss;
}

void call(FuzzedDataProvider& data) {
  const Loss& loss = loss_under_test();
  const auto dtype = data.PickValueInArray({at::kFloat, at::kDouble, at::kHalf, at::kBFloat16});
  Sizes shape = drawn_shape(data);
  std::vector<at::Tensor> operands;
  for (const Operand& operand : loss.contract.operands) {
    const bool is_missing = operand.optional && data.ConsumeBool();
    operands.push_back(is_missing ? at::Tensor()
                                  : drawn_tensor(data, operand.is_whole(), shape, dtype));
    if (!is_missing && operand.has_gradient()) operands.back().set_requires_grad(true);
  }
  std::vector<shapefuzz::OptionValue> options;
  for (const auto& option : loss.options) options.push_back(drawn_option(data, option));
  const at::Tensor result = loss.call(operands.data(), options.data());
  if (result.requires_grad()) result.sum().backward();
}

// For whoever counts: how often the fault was there to be seen.
void tell_triggered() {
  std::fprintf(stderr, "triggered %llu\n",
               static_cast<unsigned long long>(shapefuzz::planted().triggered));
}

}  // namespace
}  // namespace peers

extern "C" int LLVMFuzzerInitialize(int* /*argc*/, char*** /*argv*/) {
  at::set_num_threads(1);
  peers::loss_under_test();
  std::atexit(peers::tell_triggered);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  FuzzedDataProvider data(bytes, size);
  try {
    peers::call(data);
  } catch (const c10::Error&) {
    return 0;
  } catch (const std::exception&) {
    return 0;
  }
  return 0;
}
