// SPDX-License-Identifier: BSD-3-Clause
#include "harness/tell/shapes/words.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "harness/language/case/zone.h"

namespace shapefuzz {
namespace {

bool is_a_fault(Mistake mistake) {
  return is_about_shapes(mistake) || mistake == Mistake::kOtherDtype ||
         mistake == Mistake::kIllegalValue || mistake == Mistake::kIllegalOption;
}

std::string describe_mistake(const LocatedMistake& mistake, const Case& c, const LossSpec& spec,
                             const Repair* const repair) {
  const bool is_illegal =
      mistake.kind == Mistake::kIllegalValue || mistake.kind == Mistake::kIllegalOption;
  Reading reading;
  if (is_illegal && classify(spec.contract, to_call(c, spec), &reading) != Zone::kIncompatible) {
    const auto illegality = find_illegality(c, spec, reading);
    if (illegality && illegality->name == mistake.operand) return illegality->reason;
  }
  const Operand* operand = c.find_operand(mistake.operand);
  if (mistake.kind == Mistake::kOtherDtype && repair != nullptr) {
    const Operand& right = *repair->c.find_operand(mistake.operand);
    return fmt::format("{} is {} where {} is demanded ({})", mistake.operand,
                       to_string(operand->dtype), to_string(right.dtype), to_string(mistake.kind));
  }
  return fmt::format(fmt::runtime(words_of(mistake.kind)), fmt::arg("operand", mistake.operand),
                     fmt::arg("actual", operand == nullptr ? "" : pretty(operand->shape)),
                     fmt::arg("demanded", pretty(mistake.demanded)),
                     fmt::arg("name", to_string(mistake.kind)));
}

}  // namespace

std::string shapes_of(const Case& c) {
  std::string text;
  for (std::size_t i = 0; i < c.operands.size(); ++i) {
    if (i > 0) text += i + 1 == c.operands.size() ? " and " : ", ";
    text += fmt::format("{} {}", c.operands[i].name, pretty(c.operands[i].shape));
  }
  return text;
}

const Repair* telling_repair(const std::vector<Repair>& repairs) {
  for (const Repair& repair : repairs) {
    if (!repair.broadcasts) return &repair;
  }
  return nullptr;
}

std::vector<LocatedMistake> mistakes_of(const Case& c, const LossSpec& spec,
                                        const Repair* const repair) {
  if (repair != nullptr) return mistakes_undone(c, spec, *repair);
  std::vector<LocatedMistake> mistakes = find_mistakes(c, spec);
  // An option or a layout is a mistake only where nothing else is.
  const auto first_harmless =
      std::find_if(mistakes.begin(), mistakes.end(),
                   [](const LocatedMistake& mistake) { return !is_a_fault(mistake.kind); });
  const bool only_harmless = first_harmless == mistakes.begin();
  mistakes.erase(first_harmless + (only_harmless && !mistakes.empty() ? 1 : 0), mistakes.end());
  return mistakes;
}

std::string reasons_of(const std::vector<LocatedMistake>& mistakes, const Case& c,
                       const LossSpec& spec, const Repair* const repair) {
  std::string text;
  for (const LocatedMistake& mistake : mistakes) {
    const std::string reason = describe_mistake(mistake, c, spec, repair);
    if (!reason.empty()) text += (text.empty() ? "" : "; ") + reason;
  }
  return text;
}

std::string pretty(const Shape& shape) {
  return fmt::format("[{}]", fmt::join(shape.begin(), shape.end(), ", "));
}

std::string cpp_of(const Repair& repair) {
  std::vector<std::string> edits;
  for (const Edit& edit : repair.edits) edits.push_back(to_cpp(edit));
  return fmt::format("{}", fmt::join(edits, " and "));
}

std::string python_of(const Repair& repair) {
  std::vector<std::string> edits;
  for (const Edit& edit : repair.edits) edits.push_back(to_python(edit));
  return fmt::format("{}", fmt::join(edits, " and "));
}

std::string effect_of(const Repair& repair, const LossSpec& spec) {
  Reading reading;
  classify(spec.contract, to_call(repair.c, spec), &reading);
  std::vector<std::string> effects;
  for (std::size_t i = 0; i < reading.alternative->operands.size(); ++i) {
    const OperandPattern& pattern = reading.alternative->operands[i];
    if (!repair.edits_operand(pattern.name)) continue;
    const Operand& operand = *repair.c.find_operand(pattern.name);
    // Said only where the contract leaves a choice.
    const bool has_choice = std::any_of(
        spec.contract.alternatives.begin(), spec.contract.alternatives.end(),
        [&](const Alternative& other) { return other.operands[i].kind != pattern.kind; });
    const char* const what = !has_choice                    ? ""
                             : pattern.kind == Kind::kIndex ? ": class indices"
                             : pattern.kind == Kind::kProb  ? ": probabilities of the classes"
                                                            : "";
    effects.push_back(fmt::format("{} is {}{}{}", operand.name, to_string(operand.dtype),
                                  pretty(operand.shape), what));
  }
  return fmt::format("{}", fmt::join(effects, " and "));
}

std::string instead(const Case& c, const LossSpec& spec, const std::vector<Repair>& repairs,
                    const std::vector<LocatedMistake>& mistakes) {
  if (!repairs.empty()) {
    const Repair& repair = repairs.front();
    const std::string code = spec.in_python ? python_of(repair) : cpp_of(repair);
    if (repair.broadcasts) {
      return fmt::format("{}, if every pair is meant (or --policy broadcast)", code);
    }
    return fmt::format("{}, so that {}", code, effect_of(repair, spec));
  }
  for (const LocatedMistake& mistake : mistakes) {
    if (!is_about_shapes(mistake.kind) || mistake.kind == Mistake::kOutputDoesNotFit) continue;
    if (c.find_operand(mistake.operand) == nullptr) continue;
    return fmt::format("give {} the demanded shape {}", mistake.operand, pretty(mistake.demanded));
  }
  return "";
}

}  // namespace shapefuzz
