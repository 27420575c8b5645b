// SPDX-License-Identifier: BSD-3-Clause
#include "python/engine/python_guard.h"

#include <torch/csrc/autograd/python_variable.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "harness/language/text/errors.h"
#include "python/engine/check.h"
#include "shapefuzz/batches.h"
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

// The sizes of what is no tensor and yet has a shape: a number, an array, a list of lists. False of
// anything else.
bool shape_of(py::handle operand, std::vector<std::int64_t>& sizes) {
  if (PyBool_Check(operand.ptr()) || PyFloat_Check(operand.ptr()) || PyLong_Check(operand.ptr())) {
    return true;
  }
  if (py::isinstance<py::list>(operand) || py::isinstance<py::tuple>(operand)) {
    const py::sequence list = py::reinterpret_borrow<py::sequence>(operand);
    sizes.push_back(static_cast<std::int64_t>(list.size()));
    return list.size() == 0 || shape_of(py::object(list[0]), sizes);
  }
  if (!py::hasattr(operand, "shape")) return false;
  try {
    for (const py::handle size : operand.attr("shape")) sizes.push_back(size.cast<std::int64_t>());
  } catch (const std::exception&) {
    return false;
  }
  return true;
}

// Of the first `count` operands; what stands behind them is not looked at.
void demand_shapes(const Guard& guard, const py::tuple& operands, std::size_t count) {
  std::array<guard_detail::OperandSizes, guard_detail::kMostOperands> sizes;
  std::array<std::vector<std::int64_t>, guard_detail::kMostOperands> others;
  count = std::min({count, operands.size(), sizes.size()});
  for (std::size_t i = 0; i < count; ++i) {
    PyObject* const operand = PyTuple_GET_ITEM(operands.ptr(), static_cast<Py_ssize_t>(i));
    if (operand == Py_None) continue;
    if (THPVariable_Check(operand)) {
      sizes[i] = Guard::sizes_of(THPVariable_Unpack(operand));
    } else {
      if (!shape_of(operand, others[i])) return;  // the loss itself has a word on that
      sizes[i] = Guard::sizes_of(at::IntArrayRef(others[i]));
    }
  }
  guard.demand_sizes(sizes.data(), count);
}

// For who walks it in Python: alternatives of patterns and comparisons. A name that is not there is
// -1.
py::tuple program_of(const Guard& guard) {
  const guard_detail::Program& program = guard.program();
  py::list alternatives;
  for (std::size_t i = 0; i < program.alternative_count; ++i) {
    const guard_detail::AlternativeProgram& alternative = program.alternatives[i];
    py::list patterns;
    for (std::size_t k = 0; k < alternative.operand_count; ++k) {
      const auto& pattern = program.operands[alternative.first_operand + k];
      py::list places;
      for (std::size_t at = pattern.first; at < std::size_t{pattern.first} + pattern.count; ++at) {
        const guard_detail::Place& place = program.places[at];
        places.append(py::make_tuple(static_cast<int>(place.type), place.name, place.number));
      }
      patterns.append(py::make_tuple(pattern.is_optional, py::tuple(places),
                                     static_cast<int>(pattern.rule), pattern.name));
    }
    py::list comparisons;
    for (std::size_t k = 0; k < alternative.comparison_count; ++k) {
      const auto& comparison = program.comparisons[alternative.first_comparison + k];
      comparisons.append(py::make_tuple(static_cast<int>(comparison.op), comparison.left,
                                        comparison.right_is_name ? comparison.right_name : -1,
                                        comparison.number));
    }
    alternatives.append(py::make_tuple(py::tuple(patterns), py::tuple(comparisons)));
  }
  return py::tuple(alternatives);
}

BatchContract batch_contract_from(const std::string& contract) {
  try {
    return BatchContract(contract, /*in_python=*/true);
  } catch (const BatchError& error) {
    throw InputError(error.what_without_backtrace());
  }
}

void check_batch(const BatchContract& contract, const py::tuple& tensors, const std::string& name) {
  std::vector<at::Tensor> batch;
  for (const py::handle tensor : tensors) {
    batch.push_back(tensor.is_none() ? at::Tensor() : THPVariable_Unpack(tensor.ptr()));
  }
  contract.check(batch, name);
}

}  // namespace

void add_guard(py::module_& module) {
  py::class_<Guard>(module, "Guard")
      .def(py::init(&guard_from), py::arg("contract"), py::arg("name"), py::arg("policy"))
      .def("demand", &demand_shapes, py::arg("operands"), py::arg("count"))
      .def("program", &program_of);
  py::class_<BatchContract>(module, "BatchContract")
      .def(py::init(&batch_contract_from), py::arg("contract"))
      .def("check", &check_batch, py::arg("tensors"), py::arg("name"));
}

}  // namespace shapefuzz
