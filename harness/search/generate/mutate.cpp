// SPDX-License-Identifier: BSD-3-Clause
#include "harness/search/generate/mutate.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "harness/language/case/twin.h"
#include "harness/search/generate/choose.h"
#include "harness/search/generate/mutations.h"
#include "harness/search/generate/shape_mutations.h"

namespace shapefuzz {
namespace {

constexpr std::int64_t kDrawOneIn = 4;

const Subject* find_subject(const std::vector<Subject>& subjects, const std::string& loss) {
  for (const Subject& subject : subjects) {
    if (subject.spec->name == loss) return &subject;
  }
  return nullptr;
}

Case draw_from(const std::vector<Subject>& subjects, SeededPick& pick) {
  const Subject& subject = element_of(subjects, pick);
  const std::string& entry = element_of(subject.spec->entries, pick);
  // With one thing wrong, as people write it, most often a shape; mutants of mutants have many.
  // That shows in small shapes; the others are beyond the sweep's bounds more often than within.
  const bool plain = pick(0, 3) != 0;
  // What no element does, it does with every option, dtype and layout.
  const std::int64_t zero_one_in = pick(0, 4) == 0 ? 3 : 12;
  const DrawBounds bounds = plain ? DrawBounds{pick(1, 4), pick(0, 4), zero_one_in}
                                  : DrawBounds{pick(1, 9), pick(0, 5), zero_one_in};
  Case c = draw_case(*subject.spec, entry, subject.fixed, pick, bounds);
  if (plain) make_plain(c, subject);
  const MutationContext context{subjects, subject, pick};
  if (pick(0, 2) == 0) {
    make_mistake(c, context);
  } else if (plain) {
    element_of(all_deviations(), pick)(c, context);
  }
  repair(c, *find_subject(subjects, c.loss)->spec);
  return c;
}

}  // namespace

Mutator::Mutator(std::vector<Subject> subjects, MutationCaps caps)
    : subjects_(std::move(subjects)), caps_(caps) {}

bool Mutator::fits(const Case& c) const {
  std::optional<Shape> common = Shape{};
  for (const Operand& operand : c.operands) {
    const Shape& shape = operand.shape;
    if (shape.rank() > caps_.rank || shape.elements() > caps_.elements) return false;
    const auto next = broadcast(*common, shape);
    if (!next) continue;
    if (next->elements() > caps_.broadcast) return false;
    common = next;
  }
  // An operand without elements may have a result that is large, and so may options.
  const Subject* const subject = find_subject(subjects_, c.loss);
  return subject == nullptr || elements_of(c, *subject->spec) <= kMaxElements;
}

Case Mutator::plainest() const {
  return plainest_case(*subjects_.front().spec, subjects_.front().fixed);
}

Case Mutator::draw(std::uint64_t seed) const {
  SeededPick pick(seed);
  constexpr int kTries = 4;
  for (int i = 0; i < kTries; ++i) {
    Case c = draw_from(subjects_, pick);
    if (fits(c)) return c;
  }
  return plainest();
}

Case Mutator::mutate(const Case& c, std::uint64_t seed) const {
  SeededPick pick(seed);
  if (pick(0, kDrawOneIn) == 0) return draw(pick.bits());
  const int changes = static_cast<int>(1 + pick(0, 4) * pick(0, 2));
  Case mutant = c;
  for (int i = 0; i < changes; ++i) {
    const Subject* const subject = find_subject(subjects_, mutant.loss);
    if (subject == nullptr) return draw(pick.bits());
    Case next = mutant;
    element_of(all_mutations(), pick)(next, {subjects_, *subject, pick});
    if (const Subject* now = find_subject(subjects_, next.loss)) repair(next, *now->spec);
    if (fits(next)) mutant = std::move(next);
  }
  return mutant;
}

Case Mutator::cross(const Case& a, const Case& b, std::uint64_t seed) const {
  SeededPick pick(seed);
  const Subject* const subject = find_subject(subjects_, a.loss);
  if (subject == nullptr) return draw(seed);
  Case child = a;
  for (std::size_t i = 0; i < child.operands.size() && i < b.operands.size(); ++i) {
    if (pick(0, 2) == 0) continue;
    const std::string name = child.operands[i].name;
    child.operands[i] = b.operands[i];
    child.operands[i].name = name;
    if (leave_alone(*subject, name, pick)) child.operands[i].values.clear();
  }
  for (const Option& option : b.options) {
    const OptionSpec* const own = subject->spec->find_option(option.name);
    const bool shared = own != nullptr && own->standard.index() == option.value.index();
    if (!shared || leave_alone(*subject, option.name, pick)) continue;
    if (pick(0, 2) == 0) child.set_option(*subject->spec, option.name, option.value);
  }
  if (pick(0, 2) == 0) child.seed = b.seed;
  repair(child, *subject->spec);
  return fits(child) ? child : a;
}

}  // namespace shapefuzz
