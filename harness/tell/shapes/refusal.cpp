// SPDX-License-Identifier: BSD-3-Clause
#include "harness/tell/shapes/refusal.h"

#include <fmt/core.h>

#include <algorithm>
#include <initializer_list>

#include "harness/language/contract/bindings.h"
#include "harness/language/repair/repair.h"
#include "harness/tell/shapes/alignment.h"
#include "harness/tell/shapes/words.h"

namespace shapefuzz {
namespace {

constexpr std::size_t kMostRepairs = 3;

bool has_step(const Repair& repair, std::initializer_list<Method> methods) {
  return std::any_of(repair.edits.begin(), repair.edits.end(), [&](const Edit& e) {
    return std::any_of(e.steps.begin(), e.steps.end(), [&](const EditStep& step) {
      return std::find(methods.begin(), methods.end(), step.method) != methods.end();
    });
  });
}

bool is_allowed(const Repair& repair, Repairs allowed) {
  return allowed == Repairs::kShapes ? !has_step(repair, {Method::kTo, Method::kArgmax})
                                     : !has_step(repair, {Method::kExpand});
}

// The constraints that do not hold, where nothing else is wrong.
std::string broken_constraints(const Reading& reading) {
  std::string text;
  const Alternative& alternative = *reading.alternative;
  for (const Constraint& constraint : alternative.constraints) {
    if (holds(constraint, reading.bindings)) continue;
    constexpr const char* kOps[] = {"=", ">=", "<="};
    const std::string& name = alternative.names[constraint.left];
    text += fmt::format("{}{} is {} where {} {} {} is demanded", text.empty() ? "" : "; ", name,
                        reading.bindings.size_or(constraint.left, 0), name,
                        kOps[static_cast<std::size_t>(constraint.op)],
                        to_string(constraint.right, alternative.names));
  }
  return text.empty() ? "the operands do not go together" : text;
}

// The likeliest first.
std::vector<Repair> likeliest(const Case& c, const LossSpec& spec, Repairs allowed) {
  std::vector<Repair> repairs;
  for (Repair& repair : repairs_of(c, spec)) {
    if (!is_allowed(repair, allowed)) continue;
    if (!repairs.empty() && repair.is_far_from(repairs.front())) continue;
    repairs.push_back(std::move(repair));
    if (repairs.size() == kMostRepairs) break;
  }
  return repairs;
}

}  // namespace

std::string refusal_of(const Case& c, const LossSpec& spec, Repairs allowed) {
  const std::vector<Repair> repairs = likeliest(c, spec, allowed);
  const Repair* const repair = telling_repair(repairs);
  const auto mistakes = mistakes_of(c, spec, repair);
  Reading reading = nearest_reading(spec.contract, to_call(c, spec));
  if (repair != nullptr) classify(spec.contract, to_call(repair->c, spec), &reading);
  std::string reasons = reasons_of(mistakes, c, spec, repair);
  if (reasons.empty()) reasons = broken_constraints(reading);
  std::string text =
      fmt::format("{}: {}\n  contract  {}\n", spec.name, reasons, to_string(*reading.alternative));
  const std::string bindings = bindings_text(reading);
  if (!bindings.empty()) text += fmt::format("            with {}\n", bindings);
  const char* label = "sizes";
  for (const std::string& line : aligned_sizes(c, reading, mistakes)) {
    text += fmt::format("  {:<8}  {}\n", label, line);
    label = "";
  }
  if (repairs.empty()) {
    const std::string words = instead(c, spec, repairs, mistakes);
    if (!words.empty()) text += fmt::format("  instead   {}\n", words);
  }
  label = "instead";
  for (const Repair& each : repairs) {
    const std::string code = spec.in_python ? python_of(each) : cpp_of(each);
    text += fmt::format("  {:<8}  {}{}\n", label, code,
                        each.broadcasts ? ", if every pair is meant" : "");
    label = "or";
  }
  return text;
}

}  // namespace shapefuzz
