// SPDX-License-Identifier: BSD-3-Clause
#include "python/engine/python_call.h"

#include <fmt/core.h>
#include <torch/csrc/autograd/python_variable.h>
#include <unistd.h>

#include <array>
#include <new>
#include <stdexcept>
#include <utility>

#include "harness/losses/loss/loss.h"

namespace py = pybind11;

namespace shapefuzz {
namespace {

// A bug of the loss, and no opinion of it on its operands.
bool is_fault(const py::error_already_set& error) {
  if (!error.matches(PyExc_Exception)) return true;  // KeyboardInterrupt, GeneratorExit
  for (PyObject* const type : {PyExc_NameError, PyExc_TypeError, PyExc_AttributeError,
                               PyExc_ImportError, PyExc_RecursionError, PyExc_SyntaxError}) {
    if (error.matches(type)) return true;
  }
  return false;
}

std::string text_of(const py::handle& object) {
  try {
    return py::str(object);
  } catch (const py::error_already_set&) {
    return "(its text cannot be made)";
  }
}

// `losses.py:12`, the innermost place that is told of.
std::string place_of(const py::error_already_set& error) {
  if (!error.trace()) return "";
  py::object trace = error.trace();
  while (!trace.attr("tb_next").is_none()) trace = trace.attr("tb_next");
  const std::string file = text_of(trace.attr("tb_frame").attr("f_code").attr("co_filename"));
  return fmt::format("{}:{}", file.substr(file.rfind('/') + 1), text_of(trace.attr("tb_lineno")));
}

// What the function has raised, as the judge understands it.
[[noreturn]] void rethrow(const py::error_already_set& error) {
  // Nothing that follows is a result, whatever Python's own buffers still hold.
  if (error.matches(PyExc_SystemExit)) ::_exit(1);
  if (error.matches(PyExc_MemoryError)) throw std::bad_alloc();
  const std::string type = text_of(error.type().attr("__name__"));
  const std::string message = error.value() ? text_of(error.value()) : "";
  const std::string text = message.empty() ? type : type + ": " + message;
  if (!is_fault(error)) throw std::runtime_error(text);
  const std::string place = place_of(error);
  throw BadResult(place.empty() ? text : fmt::format("{} ({})", text, place));
}

at::Tensor loss_in(const py::handle& result) {
  if (THPVariable_Check(result.ptr())) return THPVariable_Unpack(result.ptr());
  if (py::isinstance<py::tuple>(result) || py::isinstance<py::list>(result)) {
    if (py::len(result) == 0) throw BadResult("the loss returns an empty tuple or list");
    return loss_in(py::object(result[py::int_(0)]));
  }
  if (result.is_none()) throw BadResult("the loss returns None");
  // A number of Python or NumPy; an array has a length.
  if (PyNumber_Check(result.ptr()) != 0 && !py::hasattr(result, "__len__")) {
    const double number = PyFloat_AsDouble(result.ptr());
    if (number != -1 || PyErr_Occurred() == nullptr) return number_as_tensor(number);
    PyErr_Clear();
  }
  throw BadResult(
      fmt::format("the loss returns {}, expected a tensor, a number, or a tuple whose "
                  "first is one",
                  text_of(py::type::handle_of(result).attr("__name__"))));
}

struct ToPython {
  bool is_tuple = false;

  py::object operator()(bool value) const { return py::bool_(value); }
  py::object operator()(std::int64_t value) const { return py::int_(value); }
  py::object operator()(double value) const { return py::float_(value); }
  py::object operator()(const std::string& value) const { return py::str(value); }
  template <class Number>
  py::object operator()(const std::vector<Number>& values) const {
    py::list list(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) list[i] = (*this)(values[i]);
    if (is_tuple) return py::tuple(list);
    return std::move(list);
  }
};

class PythonCall {
 public:
  PythonCall(py::object function, std::vector<ArgumentSlot> slots)
      : function_(std::move(function)), slots_(std::move(slots)) {
    for (const ArgumentSlot& slot : slots_) {
      py::object keyword = slot.keyword.empty() ? py::object(py::none()) : py::str(slot.keyword);
      keywords_.push_back(std::move(keyword));
    }
  }

  at::Tensor operator()(const at::Tensor* operands, const OptionValue* options) const {
    const ::pid_t process = ::getpid();
    const py::gil_scoped_acquire gil;
    PyErr_Clear();  // that of a backward, which had nobody to tell
    try {
      const py::object result = call(operands, options);
      leave_if_forked(process);
      return loss_in(result);
    } catch (const py::error_already_set& error) {
      leave_if_forked(process);
      rethrow(error);
    }
  }

 private:
  // The copy that a fork in the loss has made must not go on with our work.
  static void leave_if_forked(::pid_t process) {
    if (::getpid() != process) ::_exit(0);
  }

  py::object argument(const ArgumentSlot& slot, const at::Tensor* operands,
                      const OptionValue* options) const {
    if (!slot.is_operand) return std::visit(ToPython{slot.is_tuple}, options[slot.index]);
    const at::Tensor& operand = operands[slot.index];
    if (!operand.defined()) return slot.may_be_left_out ? py::object() : py::none();
    return py::reinterpret_steal<py::object>(THPVariable_Wrap(operand));
  }

  py::object call(const at::Tensor* operands, const OptionValue* options) const {
    std::vector<py::object> arguments;
    std::vector<PyObject*> pointers;
    std::vector<PyObject*> keywords;
    for (std::size_t i = 0; i < slots_.size(); ++i) {
      py::object value = argument(slots_[i], operands, options);
      if (!value) {
        if (PyErr_Occurred() != nullptr) throw py::error_already_set();
        continue;
      }
      pointers.push_back(value.ptr());
      arguments.push_back(std::move(value));
      if (!keywords_[i].is_none()) keywords.push_back(keywords_[i].ptr());
    }
    py::object names;
    if (!keywords.empty()) {
      names =
          py::reinterpret_steal<py::object>(PyTuple_New(static_cast<Py_ssize_t>(keywords.size())));
      for (std::size_t i = 0; i < keywords.size(); ++i) {
        Py_INCREF(keywords[i]);
        PyTuple_SET_ITEM(names.ptr(), static_cast<Py_ssize_t>(i), keywords[i]);
      }
    }
    PyObject* const result = PyObject_Vectorcall(function_.ptr(), pointers.data(),
                                                 pointers.size() - keywords.size(), names.ptr());
    if (result == nullptr) throw py::error_already_set();
    return py::reinterpret_steal<py::object>(result);
  }

  py::object function_;
  std::vector<ArgumentSlot> slots_;
  std::vector<py::object> keywords_;  // interned by CPython; None by place
};

}  // namespace

OwnCall python_call(py::object function, std::vector<ArgumentSlot> slots) {
  // Never deleted: the losses outlive the interpreter, which its objects must not.
  const auto* const call = new PythonCall(std::move(function), std::move(slots));
  return [call](const at::Tensor* operands, const OptionValue* options) {
    return (*call)(operands, options);
  };
}

}  // namespace shapefuzz
