// SPDX-License-Identifier: BSD-3-Clause
// Over all losses: a valid call, a mistake that loses no data, and among the first two repairs the
// one that undoes it. Whatever is printed is right when it is judged again.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "harness/language/case/mistake.h"
#include "harness/language/case/values.h"
#include "harness/language/case/zone.h"
#include "harness/losses/registry/registry.h"
#include "harness/oracle/judge/exhibit.h"
#include "harness/search/generate/draw.h"
#include "harness/search/isolate/exhibits.h"

namespace shapefuzz {
namespace {

struct Mistaken {
  Case right;
  Case wrong;
  std::string mistake;
};

// Shapes and dtypes, which are what a repair is about.
std::string outline(const Case& c) {
  std::string text;
  for (const Operand& operand : c.operands) {
    text += operand.name + std::string(to_string(operand.dtype)) + to_string(operand.shape);
  }
  return text;
}

void make_plain(Case& c) {
  c.seed = 0;
  for (Operand& operand : c.operands) {
    operand.layout = Layout::kContiguous;
    operand.constant = false;
    operand.values.clear();
    const bool floating = number_class(operand.dtype) == NumberClass::kFloating;
    operand.dtype = floating ? DType::kF32 : DType::kI64;
  }
}

std::vector<Case> valid_cases(const Loss& loss) {
  constexpr std::size_t kEnough = 40;
  std::vector<Case> cases;
  std::set<std::string> seen;
  for (std::uint64_t seed = 0; seed < 400 && cases.size() < kEnough; ++seed) {
    Case c = draw_case(loss.spec, loss.spec.entries.front(), {}, SeededPick(seed));
    make_plain(c);
    if (zone_of(c, loss.spec) == Zone::kValid && seen.insert(to_string(c)).second) {
      cases.push_back(std::move(c));
    }
  }
  return cases;
}

std::optional<std::int64_t> classes_for(const Case& c, const LossSpec& spec, std::size_t operand) {
  Reading reading;
  zone_of(c, spec, &reading);
  const OperandPattern& pattern = reading.alternative->operands[operand];
  if (pattern.kind != Kind::kIndex) return std::nullopt;
  return bind_kind(pattern, reading.bindings).argument;
}

// Every shape that somebody may make of it without losing an element.
void add_mistakes(const Case& c, const LossSpec& spec, std::vector<Mistaken>& all) {
  const auto& patterns = spec.contract.operands();
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    const Operand* const operand = c.find_operand(patterns[i].name);
    if (operand == nullptr) continue;
    const auto add = [&](Case wrong, const std::string& mistake) {
      if (zone_of(wrong, spec) != Zone::kValid) all.push_back({c, std::move(wrong), mistake});
    };
    const auto classes = classes_for(c, spec, i);
    for (const Mistake mistake : applicable_mistakes()) {
      if (mistake == Mistake::kReducedToScalar) continue;
      const auto shape = apply(mistake, operand->shape, 1, classes);
      const bool is_one_hot = mistake == Mistake::kOneHotForIndex && shape && classes != 1;
      const bool keeps = shape && shape->elements() == operand->shape.elements();
      if (!(keeps || is_one_hot) || shape->elements() == 0) continue;
      Case wrong = c;
      wrong.find_operand(operand->name)->shape = *shape;
      add(std::move(wrong), std::string(to_string(mistake)));
    }
    for (const DType dtype : {DType::kF32, DType::kF64, DType::kI32, DType::kI64}) {
      const bool is_output = i == 0;  // of another dtype than the rest it is the rest that is wrong
      if (dtype == operand->dtype || is_output) continue;
      Case wrong = c;
      wrong.find_operand(operand->name)->dtype = dtype;
      add(std::move(wrong), "other_dtype");
    }
  }
}

TEST(Repairs, UndoTheMistakesThatLoseNoData) {
  std::vector<Mistaken> all;
  for (const Loss& loss : all_losses()) {
    for (const Case& c : valid_cases(loss)) add_mistakes(c, loss.spec, all);
  }
  // Where LibTorch refuses the right call, or computes it wrong, no repair may be printed.
  const auto passes = [](const Exhibit& exhibit) {
    const bool right = exhibit.judgement.verdict == Verdict::kPass &&
                       exhibit.judgement.outcome == Outcome::kAccepted;
    return right ? std::string("passes") : std::string();
  };
  const Exhibiting how = {{Policy::kExpand, MemoryMode::kGuard}, Workers::kShared};
  std::vector<Case> right;
  for (const Mistaken& mistaken : all) right.push_back(mistaken.right);
  std::vector<Mistaken> fair;
  std::size_t next = 0;
  exhibit_all(right, how, passes, [&](const std::string& passed) {
    if (!passed.empty()) fair.push_back(all[next]);
    ++next;
  });
  all = fair;
  ASSERT_GT(all.size(), 2000U);
  std::vector<Case> wrong;
  for (const Mistaken& mistaken : all) wrong.push_back(mistaken.wrong);
  std::size_t done = 0;
  std::size_t tried = 0;
  std::size_t undone = 0;
  std::map<std::string, std::string> missed;
  std::set<std::string> printed;
  const auto repairs = [](const Exhibit& exhibit) {
    std::string text = exhibit.judgement.outcome == Outcome::kCrashed ? "-\n" : "+\n";
    for (const Repair& repair : exhibit.tried.helping) text += to_string(repair.c) + "\n";
    return text;
  };
  exhibit_all(wrong, how, repairs, [&](const std::string& text) {
    const Mistaken& mistaken = all[done++];
    if (text[0] == '-') return;  // nothing is tried behind a crash
    std::vector<std::string> lines;
    for (std::size_t at = 2; at < text.size(); at = text.find('\n', at) + 1) {
      lines.push_back(text.substr(at, text.find('\n', at) - at));
    }
    printed.insert(lines.begin(), lines.end());
    ++tried;
    for (std::size_t i = 0; i < std::min<std::size_t>(lines.size(), 2); ++i) {
      if (outline(parse_case(lines[i], all_specs())) != outline(mistaken.right)) continue;
      ++undone;
      return;
    }
    std::string& example = missed[mistaken.right.loss + " " + mistaken.mistake];
    if (example.empty()) {
      example = to_string(mistaken.wrong) + (lines.empty() ? "" : "\n    -> " + lines[0]);
    }
  });
  std::string misses;
  for (const auto& [what, example] : missed) misses += "\n" + what + ": " + example;
  RecordProperty("tried", static_cast<int>(tried));
  RecordProperty("undone", static_cast<int>(undone));
  constexpr double kDemanded = 0.95;
  EXPECT_GE(static_cast<double>(undone), kDemanded * static_cast<double>(tried))
      << undone << " of " << tried << misses;

  std::vector<Case> again;
  for (const std::string& line : printed) again.push_back(parse_case(line, all_specs()));
  next = 0;
  exhibit_all(again, how, passes, [&](const std::string& passed) {
    EXPECT_EQ(passed, "passes") << to_string(again[next]);
    ++next;
  });
}

}  // namespace
}  // namespace shapefuzz
