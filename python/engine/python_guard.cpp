// SPDX-License-Identifier: BSD-3-Clause
#include "python/engine/python_guard.h"

#include <torch/csrc/autograd/python_variable.h>

#include <algorithm>
#include <array>
#include <string>

#include "harness/language/text/errors.h"
#include "python/engine/check.h"
#include "shapefuzz/guard.h"

namespace py = pybind11;

namespace shapefuzz {
namespace {

GuardPolicy guard_policy(Policy policy) {
  switch (policy) {
    case Policy::kStrict:
      return GuardPolicy::kStrict;
    case Policy::kExpand:
      return GuardPolicy::kExpand;
    case Policy::kBroadcast:
      break;
  }
  return GuardPolicy::kBroadcast;
}

Guard guard_from(const std::string& contract, const std::string& name, const std::string& policy) {
  try {
    return Guard(contract, name, guard_policy(policy_named(policy)), /*in_python=*/true);
  } catch (const c10::Error& error) {
    throw InputError(error.what_without_backtrace());
  }
}

// Of the first `count` operands; what stands behind them is not looked at.
void demand_shapes(const Guard& guard, const py::tuple& operands, std::size_t count) {
  std::array<guard_detail::OperandSizes, guard_detail::kMostOperands> sizes;
  count = std::min({count, operands.size(), sizes.size()});
  for (std::size_t i = 0; i < count; ++i) {
    PyObject* const operand = PyTuple_GET_ITEM(operands.ptr(), static_cast<Py_ssize_t>(i));
    if (operand == Py_None) continue;
    if (!THPVariable_Check(operand)) return;  // the loss itself has a word on that
    sizes[i] = Guard::sizes_of(THPVariable_Unpack(operand));
  }
  guard.demand_sizes(sizes.data(), count);
}

}  // namespace

void add_guard(py::module_& module) {
  py::class_<Guard>(module, "Guard")
      .def(py::init(&guard_from), py::arg("contract"), py::arg("name"), py::arg("policy"))
      .def("demand", &demand_shapes, py::arg("operands"), py::arg("count"));
}

}  // namespace shapefuzz
