// SPDX-License-Identifier: BSD-3-Clause
#include "harness/tell/guard/ready.h"

#include <fmt/core.h>

#include "harness/tell/guard/compile.h"

namespace shapefuzz {
namespace {

using guard_detail::AlternativeProgram;
using guard_detail::Comparison;
using guard_detail::PatternProgram;
using guard_detail::Place;

std::string text_of(const Place& place) {
  constexpr const char* kTypes[] = {"kNumber", "kName", "kPack"};
  return fmt::format("{{Place::Type::{}, {}, {}}}", kTypes[static_cast<std::size_t>(place.type)],
                     place.name, place.number);
}

std::string text_of(const PatternProgram& pattern) {
  constexpr const char* kRules[] = {"kNone", "kOne", "kTwo", "kNothing"};
  return fmt::format("{{{}, {}, {}, {}, NameRule::{}, {}}}", pattern.first, pattern.count,
                     pattern.has_pack, pattern.is_optional,
                     kRules[static_cast<std::size_t>(pattern.rule)], pattern.name);
}

std::string text_of(const Comparison& comparison) {
  constexpr const char* kOps[] = {"kEqual", "kAtLeast", "kAtMost"};
  return fmt::format("{{Comparison::Op::{}, {}, {}, {}, {}}}",
                     kOps[static_cast<std::size_t>(comparison.op)], comparison.left,
                     comparison.right_is_name, comparison.right_name, comparison.number);
}

std::string text_of(const AlternativeProgram& alternative) {
  return fmt::format("{{{}, {}, {}, {}}}", alternative.first_operand, alternative.operand_count,
                     alternative.first_comparison, alternative.comparison_count);
}

// An array must have an element: of none there is no array.
template <class T>
std::string array_of(const char* type, const char* name, const std::vector<T>& elements) {
  if (elements.empty()) return "";
  std::string text = fmt::format("inline constexpr {} {}[] = {{\n", type, name);
  for (const T& element : elements) text += "    " + text_of(element) + ",\n";
  return text + "};\n";
}

template <class T>
const char* or_null(const std::vector<T>& elements, const char* name) {
  return elements.empty() ? "nullptr" : name;
}

std::string ready_guard(const std::string& name, const Contract& contract) {
  const CompiledContract compiled = compile(by_shapes(parse_without_options(to_string(contract))));
  return fmt::format(
      "namespace {} {{\n{}{}{}{}"
      "inline constexpr ReadyGuard kGuard = {{\n"
      "    \"{}\",\n    \"{}\",\n    {{{}, {}, {}, {}, {}}}}};\n"
      "}}\n\n",
      name, array_of("Place", "kPlaces", compiled.places),
      array_of("PatternProgram", "kOperands", compiled.operands),
      array_of("Comparison", "kComparisons", compiled.comparisons),
      array_of("AlternativeProgram", "kAlternatives", compiled.alternatives), name,
      to_string(contract), or_null(compiled.places, "kPlaces"),
      or_null(compiled.operands, "kOperands"), or_null(compiled.comparisons, "kComparisons"),
      or_null(compiled.alternatives, "kAlternatives"), compiled.alternatives.size());
}

}  // namespace

std::string ready_guards(const std::vector<std::pair<std::string, Contract>>& losses) {
  std::string text =
      "// SPDX-License-Identifier: BSD-3-Clause\n"
      "// The contracts of LibTorch's losses, compiled. Written by shapefuzz from the lines that "
      "it\n"
      "// judges by; a test (ReadyGuards) holds this file against them. Nothing in here is for "
      "users.\n"
      "#pragma once\n\n"
      "#include \"shapefuzz/detail/shape_program.h\"\n\n"
      "// clang-format off\n"
      "namespace shapefuzz::guard_detail::libtorch {\n\n";
  for (const auto& [name, contract] : losses) text += ready_guard(name, contract);
  return text + "}  // namespace shapefuzz::guard_detail::libtorch\n";
}

}  // namespace shapefuzz
