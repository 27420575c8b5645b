// SPDX-License-Identifier: BSD-3-Clause
#include "python/engine/compiler.h"

#include <fmt/ranges.h>
#include <pybind11/pybind11.h>

#include <array>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "harness/oracle/judge/compiler.h"
#include "harness/tell/emit/call.h"
#include "python/engine/python_call.h"

namespace py = pybind11;

namespace shapefuzz {
namespace {

py::module_ package() { return py::module_::import("shapefuzz._compiled"); }

std::string why_not() {
  const py::gil_scoped_acquire gil;
  return package().attr("why_not")().cast<std::string>();
}

// The statements that make the module of the expression, where it has one with parameters.
std::string statements_of(const Loss& loss, const Case& c) {
  if (loss.parameters == nullptr) return "";
  std::vector<double> all;
  for (const std::vector<double>& values : loss.parameters(c, loss.spec)) {
    all.insert(all.end(), values.begin(), values.end());
  }
  return module_text(python_dialect(), loss, c, all);
}

// In a worker, which makes each call once.
OwnCall& made_once(const std::string& parameters, const std::string& statements,
                   const std::string& expression, const std::vector<ArgumentSlot>& slots,
                   bool compiled) {
  static std::map<std::string, OwnCall> known;
  OwnCall& call = known[fmt::format("{}{}{}", statements, expression, compiled)];
  if (call) return call;
  const py::gil_scoped_acquire gil;
  try {
    call =
        python_call(package().attr("call_of")(parameters, statements, expression, compiled), slots);
  } catch (const py::error_already_set& error) {
    throw std::runtime_error(error.what());
  }
  return call;
}

// All operands of the contract are its arguments, those too that the case leaves out.
EntryCall expression_of(const Loss& loss, const Case& c, PythonForm form) {
  std::array<std::string, kMaxOperands> operands;
  std::vector<std::string> names;
  std::vector<ArgumentSlot> slots;
  for (const OperandPattern& operand : loss.spec.contract.operands()) {
    operands[names.size()] = operand.name;
    slots.emplace_back().index = names.size();
    names.push_back(operand.name);
  }
  const std::string expression = call_text(python_dialect(), loss, c, c.entry, operands,
                                           std::string(loss.spec.reduction_of(c)));
  const std::string parameters = fmt::format("{}", fmt::join(names, ", "));
  const bool compiled = form == PythonForm::kCompiled;
  // Made in the call, for the module of a case may not be one: that refuses it.
  return [=, &loss, &c](const Arguments& arguments) {
    const std::string statements = statements_of(loss, c);
    return made_once(parameters, statements, expression, slots, compiled)(arguments.operands,
                                                                          nullptr);
  };
}

EntryCall function_of(const Loss& loss, const Case& c, PythonForm form) {
  const EntryCall& call = loss.entry(c.entry).call;
  if (form == PythonForm::kEager) return call;
  return [&call](const Arguments& arguments) {
    const CompiledCalls compiled;
    return call(arguments);
  };
}

}  // namespace

void use_compiler_of_python() {
  use_compiler({why_not, [](const Loss& loss, const Case& c, PythonForm form) {
                  return loss.spec.in_python ? function_of(loss, c, form)
                                             : expression_of(loss, c, form);
                }});
}

}  // namespace shapefuzz
