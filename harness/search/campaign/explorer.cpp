// SPDX-License-Identifier: BSD-3-Clause
#include "harness/search/campaign/explorer.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "harness/language/case/ordinary.h"
#include "harness/search/generate/mutations.h"

namespace shapefuzz {
namespace {

using Clock = std::chrono::steady_clock;

// The features bound the corpus; this bounds its memory whatever happens.
constexpr std::size_t kMostParents = 200000;
constexpr std::int64_t kCrossOneIn = 8;
// What has just been found leads on more often than what has been mutated for hours.
constexpr std::size_t kRecent = 64;

// Values that LibTorch takes for addresses are as good as any where memory is watched on both sides
// of a tensor: the process lives on.
std::vector<Subject> subjects_of(const std::vector<const Loss*>& losses, MemoryMode memory) {
  std::vector<Subject> subjects;
  for (const Loss* loss : losses) {
    subjects.push_back({&loss->spec, loss->sweep_options});
    if (memory != MemoryMode::kFull) subjects.back().unchecked = loss->unchecked;
  }
  return subjects;
}

}  // namespace

Explorer::Explorer(const std::vector<const Loss*>& losses, const Judging& judging,
                   std::uint64_t seed, ExplorerHost& host)
    : losses_(losses),
      mutator_(subjects_of(losses, judging.memory)),
      observer_(judging),
      thorough_(judging.thorough),
      pick_(seed),
      host_(host) {}

void Explorer::add_parent(Case c) {
  const Loss* const loss = find(c.loss);
  if (loss == nullptr || !mutator_.fits(c)) return;
  const LocatedMistake mistake = find_mistake(c, loss->spec);
  add_parent(std::move(c), kNotRunHere, mistake);
}

void Explorer::add_parent(Case c, std::uint32_t microseconds, const LocatedMistake& mistake) {
  if (parents_.size() < kMostParents) {
    const bool empty =
        std::any_of(c.operands.begin(), c.operands.end(),
                    [](const Operand& operand) { return operand.shape.elements() == 0; });
    const std::string group = c.loss + (empty ? " empty " : " ") + to_string(mistake);
    const auto [place, fresh] = group_of_.try_emplace(group, groups_.size());
    if (fresh) groups_.emplace_back();
    groups_[place->second].push_back(static_cast<std::uint32_t>(parents_.size()));
    parents_.push_back({std::move(c), microseconds});
  } else {
    parents_[static_cast<std::size_t>(pick_(0, kMostParents))] = {std::move(c), microseconds};
  }
}

const Loss* Explorer::find(const std::string& name) const {
  for (const Loss* loss : losses_) {
    if (loss->spec.name == name) return loss;
  }
  return nullptr;
}

bool Explorer::run(const Case& c) {
  const Loss* const loss = find(c.loss);
  if (loss == nullptr || !mutator_.fits(c)) return false;
  return run(*loss, c, find_mistake(c, loss->spec));
}

bool Explorer::run(const Loss& loss, const Case& c, const LocatedMistake& mistake) {
  if (loss.spec.own && !thorough_ && !is_ordinary(c, loss.spec)) return false;
  if (pick_(0, host_.one_in(c, mistake)) != 0) return false;
  host_.about_to_run(c);
  const Clock::time_point start = Clock::now();
  const Judgement& judgement = observer_.observe(loss, c, mistake);
  host_.has_run();
  // What stopped at a limit of ours leads nowhere.
  if (judgement.verdict == Verdict::kNotJudged) {
    host_.on_not_judged();
    return true;
  }
  bool interesting = false;
  for (const std::uint64_t feature : observer_.features()) {
    interesting = host_.add_feature(feature) || interesting;
  }
  if (interesting) {
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - start);
    add_parent(c, static_cast<std::uint32_t>(took.count()), mistake);
    host_.on_interesting(c);
  }
  if (is_finding(judgement.verdict)) host_.on_finding(c, loss.spec, judgement);
  return true;
}

const Case& Explorer::any_parent() {
  // Any of a kind, whatever the kind: of what is rare the neighbours are rare too.
  const auto& group =
      groups_[static_cast<std::size_t>(pick_(0, static_cast<std::int64_t>(groups_.size())))];
  const bool alike = pick_(0, 2) == 0;
  const std::size_t count = parents_.size();
  const bool recent = count > kRecent && pick_(0, 2) == 0;
  const auto first = static_cast<std::int64_t>(recent ? count - kRecent : 0);
  const auto draw = [&]() -> const Parent& {
    if (alike) {
      return parents_[group[static_cast<std::size_t>(
          pick_(0, static_cast<std::int64_t>(group.size())))]];
    }
    return parents_[static_cast<std::size_t>(pick_(first, static_cast<std::int64_t>(count)))];
  };
  // The cheaper one of two: a large case shows little that a small one does not, and costs many.
  const Parent& a = draw();
  const Parent& b = draw();
  return a.microseconds <= b.microseconds ? a.c : b.c;
}

Case Explorer::next_case() {
  if (parents_.empty()) return mutator_.draw(pick_.bits());
  if (pick_(0, kCrossOneIn) == 0) {
    const Case& other = any_parent();
    return mutator_.cross(any_parent(), other, pick_.bits());
  }
  return mutator_.mutate(any_parent(), pick_.bits());
}

void Explorer::step() {
  Case c = next_case();
  const Loss* const loss = find(c.loss);
  if (loss == nullptr || !mutator_.fits(c)) return;
  if (loss->spec.own && !thorough_) {
    c = made_ordinary(std::move(c), loss->spec);
    if (!mutator_.fits(c)) return;
  }
  Case last;
  LocatedMistake mistake;
  for (const Entry& entry : loss->entries) {
    c.entry = entry.name;
    repair(c, loss->spec);
    // No mistake is one of an entry; but some entries lack a reduction.
    if (c.operands != last.operands || c.options != last.options) {
      mistake = find_mistake(c, loss->spec);
      last = c;
    }
    run(*loss, c, mistake);
  }
}

}  // namespace shapefuzz
