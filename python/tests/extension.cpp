// SPDX-License-Identifier: BSD-3-Clause
// The C++ extension of a Python package, as torch.utils.cpp_extension builds one: an operator for
// `shapefuzz --load`, and names of Python that the command does not have.
#include <pybind11/pybind11.h>
#include <torch/csrc/autograd/python_variable.h>
#include <torch/library.h>

#include <ATen/ATen.h>

namespace {

at::Tensor huber(const at::Tensor& a, const at::Tensor& b, double delta) {
  const at::Tensor gap = (a - b).abs();
  return at::where(gap < delta, 0.5 * gap * gap, delta * (gap - 0.5 * delta));
}

}  // namespace

TORCH_LIBRARY(shapefuzz_extension, library) {
  library.def("huber(Tensor a, Tensor b, float delta=1.0) -> Tensor", huber);
}

PYBIND11_MODULE(shapefuzz_extension, module) {
  module.def("is_tensor",
             [](const pybind11::object& object) { return THPVariable_Check(object.ptr()); });
}
