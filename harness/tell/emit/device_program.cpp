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

}  // namespace

std::string device_program(const Exhibit& exhibit, Device device) {
  const Expressions expressions(python_dialect(), exhibit);
  std::string body =
      fmt::format("result = {}\nprint(device, result.tolist())\n", expressions.actual());
  const std::string names = differentiable(exhibit);
  if (is_about_gradients(exhibit.judgement.verdict) && !names.empty()) {
    body += fmt::format(
        "print(device, [g.tolist() for g in torch.autograd.grad(result.sum(), [{}])])\n", names);
  }
  const ProgramParts parts = python_parts(exhibit);
  return fmt::format(
      "{}{}for device in (\"cpu\", \"{}\"):\n"
      "    torch.set_default_device(device)  # PyTorch 2.0 and newer\n"
      "{}    try:\n{}    except RuntimeError as error:\n"
      "        print(device, \"refused:\", error)\n",
      parts[0], parts[1], to_string(device), indented(expressions.tensors(), "    "),
      indented(body, "        "));
}

}  // namespace shapefuzz
