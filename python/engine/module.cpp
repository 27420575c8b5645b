// SPDX-License-Identifier: BSD-3-Clause
// `shapefuzz._engine`: the whole engine as a module of Python, for the package around it. Losses
// are declared once a process, as the command has it; who judges many forks for each.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "harness/cli/command.h"
#include "harness/cli/names.h"
#include "harness/findings/records/version.h"
#include "harness/language/text/errors.h"
#include "harness/language/text/program_name.h"
#include "harness/losses/own/own.h"
#include "harness/losses/registry/registry.h"
#include "harness/losses/torch/families.h"
#include "harness/oracle/judge/exhibit.h"
#include "harness/oracle/libtorch/setup.h"
#include "harness/search/isolate/exhibits.h"
#include "harness/tell/explain/picture.h"
#include "harness/tell/narrate/narrative.h"
#include "python/engine/check.h"
#include "python/engine/compiler.h"
#include "python/engine/forks.h"
#include "python/engine/python_call.h"
#include "python/engine/python_guard.h"
#include "shapefuzz/batches.h"
#include "shapefuzz/guard.h"
#include "shapefuzz/loss.h"

namespace py = pybind11;

namespace shapefuzz {
namespace {

// An option's default: pybind11 would take True for a number and 1 for a real one.
OptionValue option_from(const py::handle& value) {
  if (py::isinstance<py::bool_>(value)) return value.cast<bool>();
  if (py::isinstance<py::int_>(value)) return value.cast<std::int64_t>();
  if (py::isinstance<py::float_>(value)) return value.cast<double>();
  if (py::isinstance<py::str>(value)) return value.cast<std::string>();
  bool whole = true;
  for (const py::handle& element : value) whole = whole && py::isinstance<py::int_>(element);
  if (whole) return value.cast<std::vector<std::int64_t>>();
  return value.cast<std::vector<double>>();
}

template <class T>
T get(const py::handle& from, const char* name) {
  return from.attr(name).cast<T>();
}

OwnLoss loss_from(const py::handle& declared) {
  OwnLoss::Description description;
  description.name = get<std::string>(declared, "name");
  description.contract = get<std::string>(declared, "contract");
  description.operands = get<std::vector<std::string>>(declared, "operands");
  description.constants = get<std::vector<std::string>>(declared, "constants");
  description.own_gradient = get<bool>(declared, "own_gradient");
  description.in_python = true;
  CallSignature signature;
  signature.operands = description.operands.size();
  for (const py::handle& option : declared.attr("options")) {
    OwnLoss::Option own = {get<std::string>(option, "name"), option_from(option.attr("default")),
                           get<std::vector<std::string>>(option, "choices")};
    signature.options.push_back(own.standard);
    description.options.push_back(std::move(own));
  }
  for (const py::handle& entry : declared.attr("entries")) {
    std::vector<ArgumentSlot> slots;
    for (const py::handle& slot : entry.attr("slots")) {
      slots.push_back({get<bool>(slot, "is_operand"), get<std::size_t>(slot, "index"),
                       get<std::string>(slot, "keyword"), get<bool>(slot, "may_be_left_out"),
                       get<bool>(slot, "is_tuple")});
    }
    description.entries.push_back({get<std::string>(entry, "name"), signature,
                                   python_call(entry.attr("function"), std::move(slots)),
                                   get<std::string>(entry, "python_import")});
  }
  return OwnLoss(std::move(description));
}

void declare_all(const py::list& declared) {
  std::vector<OwnLoss> losses;
  for (const py::handle& loss : declared) losses.push_back(loss_from(loss));
  use_own_losses(own_losses(losses));
}

int command(const std::vector<std::string>& arguments, bool has_losses,
            const py::object& on_worker) {
  std::vector<std::string> texts = arguments;
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  const EngineRuns runs(on_worker);
  // Whose losses it is about is said; of LibTorch's, --load may say it still.
  return run_command(static_cast<int>(texts.size()), pointers.data(),
                     has_losses ? [] {} : std::function<void()>());
}

py::dict dict_of(const Checked& checked) {
  py::dict dict;
  dict["cases"] = checked.cases;
  dict["problems"] = checked.problems;
  dict["not_judged"] = checked.not_judged;
  return dict;
}

// What `work` has checked while the engine ran.
template <class Work>
py::dict checked_by(const py::object& on_worker, const std::string& policy, bool thorough,
                    const Work& work) {
  Judging judging = {policy_named(policy), MemoryMode::kFull};
  judging.thorough = thorough;
  Checked checked;
  {
    const EngineRuns runs(on_worker);
    checked = work(judging);
  }
  return dict_of(checked);
}

py::dict check(const CheckBounds& bounds, const std::string& policy, bool thorough,
               const py::object& on_worker) {
  return checked_by(on_worker, policy, thorough,
                    [&](const Judging& judging) { return check_losses(bounds, judging); });
}

py::dict property(const PropertyDraws& draws, const std::string& policy, bool thorough,
                  const py::object& on_worker) {
  return checked_by(on_worker, policy, thorough,
                    [&](const Judging& judging) { return check_property(draws, judging); });
}

// What `run` says of one case, and its picture as SVG, or nothing where there is none.
std::pair<std::string, std::string> explain_case(const std::string& line,
                                                 const py::object& on_worker) {
  std::string text;
  std::string picture;
  const EngineRuns runs(on_worker);
  exhibit_all(
      {read_case(line)}, {},
      [](const Exhibit& exhibit) {
        const auto drawn = picture_of(exhibit);
        const std::string svg = drawn ? drawn_as_svg(*drawn) : "";
        return std::to_string(svg.size()) + ":" + svg + narrative(exhibit, /*colour=*/false);
      },
      [&](const std::string& both) {
        const std::size_t colon = both.find(':');
        const std::size_t size = std::stoull(both.substr(0, colon));
        picture = both.substr(colon + 1, size);
        text = both.substr(colon + 1 + size);
      });
  return {text, picture};
}

std::vector<std::string> operands_of(const std::string& name) {
  const Loss* const loss = find_loss(name);
  std::vector<std::string> names;
  if (loss == nullptr) return names;
  for (const OperandPattern& operand : loss->spec.contract.operands()) {
    names.push_back(operand.name);
  }
  return names;
}

// Not by the registry, which would be asked before anybody has declared a loss.
std::map<std::string, std::string> libtorch_contracts() {
  std::map<std::string, std::string> contracts;
  for (const auto family : {elementwise_losses, class_losses, pair_losses, sequence_losses}) {
    for (const Loss& loss : family()) contracts[loss.spec.name] = to_string(loss.spec.contract);
  }
  return contracts;
}

std::vector<std::string> loss_names() {
  std::vector<std::string> names;
  for (const Loss& loss : all_losses()) names.push_back(loss.spec.name);
  return names;
}

}  // namespace

PYBIND11_MODULE(_engine, module) {
  module.doc() = "The engine of shapefuzz. The package around it is what people call.";
  // Errors of the input are those of the package.
  py::register_exception_translator([](std::exception_ptr thrown) {
    const auto raise = [](const char* type, const char* text) {
      PyErr_SetString(py::module_::import("shapefuzz._errors").attr(type).ptr(), text);
    };
    try {
      if (thrown) std::rethrow_exception(thrown);
    } catch (const InputError& error) {
      raise("InputError", error.what());
    } catch (const HarnessError& error) {
      raise("HarnessError", error.what());
    } catch (const ShapeError& error) {
      raise("ShapeError", error.what_without_backtrace());
    } catch (const BatchError& error) {
      raise("BatchError", error.what_without_backtrace());
    }
  });
  py::class_<CheckBounds>(module, "CheckBounds")
      .def(py::init([](std::size_t max_rank, std::int64_t max_size, std::string baseline,
                       std::uint64_t seed, std::size_t jobs) {
             return CheckBounds{max_rank, max_size, std::move(baseline), seed, jobs};
           }),
           py::kw_only(), py::arg("max_rank"), py::arg("max_size"), py::arg("baseline"),
           py::arg("seed"), py::arg("jobs"));
  py::class_<PropertyDraws>(module, "PropertyDraws")
      .def(py::init([](std::string entry, std::string name, int cases, std::uint64_t seed,
                       std::string baseline) {
             return PropertyDraws{std::move(entry), std::move(name), cases, seed,
                                  std::move(baseline)};
           }),
           py::kw_only(), py::arg("entry"), py::arg("name"), py::arg("cases"), py::arg("seed"),
           py::arg("baseline"));
  add_guard(module);
  use_compiler_of_python();
  module.attr("__version__") = kVersion;
  module.def("libtorch_version", &libtorch_version, "The version of the LibTorch in this process.");
  module.def("set_program_name", &set_program_name, py::arg("name"), py::arg("file"),
             "What people type for a command, and what stands behind it.");
  module.def("declare", &declare_all, py::arg("losses"),
             "Makes these the losses of the process, once.");
  module.def("command", &command, py::arg("arguments"), py::arg("has_losses"), py::arg("on_worker"),
             "Runs the command; the exit status.");
  module.def("check", &check, py::arg("bounds"), py::arg("policy"), py::arg("thorough"),
             py::arg("on_worker"), "Sweeps the losses of the process.");
  module.def("check_property", &property, py::arg("draws"), py::arg("policy"), py::arg("thorough"),
             py::arg("on_worker"), "Draws the cases of one property of the process's only loss.");
  module.def("explain_case", &explain_case, py::arg("case"), py::arg("on_worker"),
             "What `run` says of a case, and its picture as SVG.");
  module.def("property_names", &property_names, "The properties of a loss.");
  module.def("operands_of", &operands_of, py::arg("loss"), "The operands of a loss.");
  module.def("libtorch_contracts", &libtorch_contracts, "The contracts of PyTorch's losses.");
  module.def("loss_names", &loss_names, "The losses of the process.");
  module.def("note_warning", &note_warning, py::arg("text"), "Counts a warning of Python's.");
}

}  // namespace shapefuzz
