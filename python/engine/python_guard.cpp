// SPDX-License-Identifier: BSD-3-Clause
#include "python/engine/python_guard.h"

#include <torch/csrc/autograd/python_variable.h>

#include <array>
#include <string>

#include "harness/language/text/errors.h"
#include "shapefuzz/guard.h"

namespace py = pybind11;

namespace shapefuzz {
namespace {

GuardPolicy policy_from(const std::string& text) {
  if (text == "strict") return GuardPolicy::kStrict;
  if (text == "expand") return GuardPolicy::kExpand;
  if (text == "broadcast") return GuardPolicy::kBroadcast;
  throw InputError("policy: found '" + text + "', expected strict, expand or broadcast");
}

Guard guard_from(const std::string& contract, const std::string& name, const std::string& policy) {
  try {
    return Guard(contract, name, policy_from(policy), /*in_python=*/true);
  } catch (const c10::Error& error) {
    throw InputError(error.what_without_backtrace());
  }
}

// `operands` is a tuple or a list; what stands behind the contract's operands is not looked at.
void demand(const Guard& guard, const py::handle& operands, std::size_t count) {
  std::array<guard_detail::OperandSizes, guard_detail::kMostOperands> sizes;
  PyObject* const* const items = PySequence_Fast_ITEMS(operands.ptr());
  count = std::min(count, sizes.size());
  for (std::size_t i = 0; i < count; ++i) {
    // Of what is no tensor, the loss itself says so.
    if (!THPVariable_Check(items[i])) continue;
    sizes[i] = Guard::sizes_of(THPVariable_Unpack(items[i]));
  }
  guard.demand_sizes(sizes.data(), count);
}

}  // namespace

void add_guard(py::module_& module) {
  py::register_exception_translator([](std::exception_ptr thrown) {
    try {
      if (thrown) std::rethrow_exception(thrown);
    } catch (const ShapeError& error) {
      const py::object type = py::module_::import("shapefuzz._errors").attr("ShapeError");
      PyErr_SetString(type.ptr(), error.what_without_backtrace());
    }
  });
  py::class_<Guard>(module, "Guard")
      .def(py::init(&guard_from), py::arg("contract"), py::arg("name"), py::arg("policy"))
      .def("demand", [](const Guard& guard,
                        const py::tuple& operands) { demand(guard, operands, operands.size()); })
      .def("demand_first", [](const Guard& guard, const py::tuple& operands, std::size_t count) {
        demand(guard, operands, std::min(count, operands.size()));
      });
}

}  // namespace shapefuzz
