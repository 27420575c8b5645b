// SPDX-License-Identifier: BSD-3-Clause
// Two devices side by side, for a finding that one of them alone has.
#include <fmt/core.h>

#include "harness/tell/emit/cpp_text.h"
#include "harness/tell/emit/program.h"
#include "harness/tell/emit/script.h"

namespace shapefuzz {
namespace {

// The operands that the finding differentiates by, as a list of names.
std::string differentiable(const Exhibit& exhibit) {
  std::vector<std::string> names;
  const auto& patterns = exhibit.loss->spec.contract.operands();
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    if (exhibit.evidence.differentiable[i]) names.push_back(patterns[i].name);
  }
  return joined(names);
}

// What the call gives, printed behind the name of who made it.
std::string body_of(const Exhibit& exhibit, const std::string& who, const std::string& call,
                    const std::string& shown = "result.tolist()") {
  std::string body = fmt::format("result = {}\nprint({}, {})\n", call, who, shown);
  const std::string names = differentiable(exhibit);
  if (is_about_gradients(exhibit.judgement.verdict) && !names.empty()) {
    body += fmt::format(
        "print({}, [g.tolist() for g in torch.autograd.grad(result.sum(), [{}])])\n", who, names);
  }
  return body;
}

std::string refusing(const std::string& body, const std::string& who) {
  return fmt::format(
      "    try:\n{}    except Exception as error:\n"
      "        print({}, \"refused:\", error)\n",
      indented(body, "        "), who);
}

// The operands of the case, as parameters of a function.
std::string operands_of(const Exhibit& exhibit) {
  std::vector<std::string> names;
  for (const Operand& operand : exhibit.c.operands) names.push_back(operand.name);
  return joined(names);
}

std::string compiled_program(const Exhibit& exhibit) {
  const Expressions expressions(python_dialect(), exhibit);
  const std::string operands = operands_of(exhibit);
  const ProgramParts parts = python_parts(exhibit);
  return fmt::format(
      "{}{}{}\n\ndef loss({}):\n    return {}\n\n\n"
      "for name, call in ((\"eager\", loss), (\"compiled\", torch.compile(loss, "
      "dynamic=True))):\n{}",
      parts[0], parts[1], expressions.tensors(), operands, expressions.actual(),
      refusing(body_of(exhibit, "name", fmt::format("call({})", operands)), "name"));
}

}  // namespace

std::string device_program(const Exhibit& exhibit, Device device) {
  if (device == Device::kCompile) return compiled_program(exhibit);
  const Expressions expressions(python_dialect(), exhibit);
  const ProgramParts parts = python_parts(exhibit);
  return fmt::format(
      "{}{}for device in (\"cpu\", \"{}\"):\n"
      "    torch.set_default_device(device)  # PyTorch 2.0 and newer\n"
      "{}{}",
      parts[0], parts[1], to_string(device), indented(expressions.tensors(), "    "),
      refusing(body_of(exhibit, "device", expressions.actual(),
                       device == Device::kMeta ? "tuple(result.shape)" : "result.tolist()"),
               "device"));
}

}  // namespace shapefuzz
