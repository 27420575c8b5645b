// SPDX-License-Identifier: BSD-3-Clause
#include "python/engine/python_call.h"

#include <fmt/core.h>
#include <torch/csrc/autograd/python_variable.h>
#include <unistd.h>

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

template <class Number>
py::list list_of(const std::vector<Number>& values) {
  py::list list;
  for (const Number value : values) list.append(value);
  return list;
}

struct ToPython {
  bool is_tuple = false;

  py::object operator()(bool value) const { return py::bool_(value); }
  py::object operator()(std::int64_t value) const { return py::int_(value); }
  py::object operator()(double value) const { return py::float_(value); }
  py::object operator()(const std::string& value) const { return py::str(value); }
  template <class Number>
  py::object operator()(const std::vector<Number>& values) const {
    py::object list = list_of(values);
    return is_tuple ? py::object(py::tuple(list)) : list;
  }
};

thread_local bool calls_compiled = false;

// Takes the GIL; pybind11's own scope does more, which costs as much as a small loss.
class Gil {
 public:
  Gil() : state_(PyGILState_Ensure()) {}
  ~Gil() { PyGILState_Release(state_); }
  Gil(const Gil&) = delete;
  Gil& operator=(const Gil&) = delete;

 private:
  PyGILState_STATE state_;
};

// One argument of the calls. The object of an option is kept while its value stays the same.
class Argument {
 public:
  explicit Argument(ArgumentSlot slot) : slot_(std::move(slot)) {
    if (!slot_.keyword.empty()) keyword_ = py::str(slot_.keyword);
  }

  // Null by place.
  PyObject* keyword() const { return keyword_.ptr(); }

  // A new reference, or null for what is left out.
  PyObject* value(const at::Tensor* operands, const OptionValue* options) {
    if (!slot_.is_operand) return option(options[slot_.index]);
    const at::Tensor& operand = operands[slot_.index];
    if (!operand.defined()) return slot_.may_be_left_out ? nullptr : py::none().release().ptr();
    PyObject* const wrapped = THPVariable_Wrap(operand);
    if (wrapped == nullptr) throw py::error_already_set();
    return wrapped;
  }

 private:
  PyObject* option(const OptionValue& value) {
    // The function may change a list.
    const bool may_change = value.index() >= 4 && !slot_.is_tuple;
    if (!kept_ || may_change || value != kept_value_) {
      kept_ = std::visit(ToPython{slot_.is_tuple}, value);
      kept_value_ = value;
    }
    return py::object(kept_).release().ptr();
  }

  ArgumentSlot slot_;
  py::object keyword_;
  py::object kept_;
  OptionValue kept_value_;
};

class PythonCall {
 public:
  PythonCall(py::object function, std::vector<ArgumentSlot> slots)
      : function_(std::move(function)) {
    for (ArgumentSlot& slot : slots) arguments_.emplace_back(std::move(slot));
    values_.reserve(arguments_.size());
    keywords_.reserve(arguments_.size());
  }

  at::Tensor operator()(const at::Tensor* operands, const OptionValue* options) {
    const ::pid_t process = ::getpid();
    const Gil gil;
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

  py::object call(const at::Tensor* operands, const OptionValue* options) {
    values_.clear();
    keywords_.clear();
    for (Argument& argument : arguments_) {
      PyObject* const value = argument.value(operands, options);
      if (value == nullptr) continue;
      values_.push_back(py::reinterpret_steal<py::object>(value));
      if (argument.keyword() != nullptr) keywords_.push_back(argument.keyword());
    }
    // An object is a pointer and nothing else, so that they stand as the call wants them.
    static_assert(sizeof(py::object) == sizeof(PyObject*));
    const auto* const pointers = reinterpret_cast<PyObject* const*>(values_.data());
    py::object result = py::reinterpret_steal<py::object>(PyObject_Vectorcall(
        function().ptr(), pointers, values_.size() - keywords_.size(), names().ptr()));
    values_.clear();  // a result that shares memory with an operand holds it by itself
    if (!result) throw py::error_already_set();
    return result;
  }

  const py::object& function() {
    if (!calls_compiled) return function_;
    if (!compiled_) {
      compiled_ = py::module_::import("shapefuzz._compiled").attr("compiled")(function_);
    }
    return compiled_;
  }

  // The names of the last arguments. Mostly they are those of the call before.
  const py::object& names() {
    if (keywords_ == named_) return names_;
    named_ = keywords_;
    names_ = py::object();
    if (named_.empty()) return names_;
    py::tuple names(named_.size());
    for (std::size_t i = 0; i < named_.size(); ++i) {
      names[i] = py::reinterpret_borrow<py::object>(named_[i]);
    }
    names_ = names;
    return names_;
  }

  py::object function_;
  py::object compiled_;  // made where it is asked for
  std::vector<Argument> arguments_;
  std::vector<py::object> values_;   // of a call; here, so that their memory is taken once
  std::vector<PyObject*> keywords_;  // of a call
  std::vector<PyObject*> named_;     // those of names_
  py::object names_;
};

}  // namespace

CompiledCalls::CompiledCalls() { calls_compiled = true; }
CompiledCalls::~CompiledCalls() { calls_compiled = false; }

OwnCall python_call(py::object function, std::vector<ArgumentSlot> slots) {
  // Never deleted: the losses outlive the interpreter, which its objects must not.
  auto* const call = new PythonCall(std::move(function), std::move(slots));
  return [call](const at::Tensor* operands, const OptionValue* options) {
    return (*call)(operands, options);
  };
}

}  // namespace shapefuzz
