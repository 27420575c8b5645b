// SPDX-License-Identifier: BSD-3-Clause
#include "harness/tell/shapes/refusal.h"

#include <fmt/core.h>

#include <algorithm>

#include "harness/language/repair/repair.h"
#include "harness/tell/shapes/alignment.h"
#include "harness/tell/shapes/words.h"

namespace shapefuzz {
namespace {

constexpr std::size_t kMostRepairs = 3;

bool converts(const Repair& repair) {
  return std::any_of(repair.edits.begin(), repair.edits.end(), [](const Edit& e) {
    return std::any_of(e.steps.begin(), e.steps.end(), [](const EditStep& step) {
      return step.method == Method::kTo || step.method == Method::kArgmax;
    });
  });
}

// The likeliest first.
std::vector<Repair> likeliest(const Case& c, const LossSpec& spec, Repairs allowed) {
  std::vector<Repair> repairs;
  for (Repair& repair : repairs_of(c, spec)) {
    if (allowed == Repairs::kShapes && converts(repair)) continue;
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
  std::string text =
      fmt::format("{}: {}\n  contract  {}\n", spec.name, reasons_of(mistakes, c, spec, repair),
                  to_string(*reading.alternative));
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
