// SPDX-License-Identifier: BSD-3-Clause
#include "harness/search/shrink/shrink.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "harness/language/case/mistake.h"
#include "harness/language/case/order.h"
#include "harness/search/shrink/forms.h"
#include "harness/search/shrink/shapes.h"
#include "harness/search/shrink/steps.h"

namespace shapefuzz {
namespace {

using Clock = std::chrono::steady_clock;

// Looking at a tuple costs a few microseconds for each form, so a rank takes a tenth of a second.
// Two operands have fewer tuples up to 5 dimensions in all, three up to 4.
constexpr std::size_t kMostTuples = 10000;
constexpr std::size_t kMostForms = 256;
// Whether a finding shows may depend on the values that are drawn; so few seeds are always tried.
constexpr std::uint64_t kSmallSeeds = 4;

class Shrinker {
 public:
  Shrinker(const Case& c, const LossSpec& spec, const Signature& signature,
           const SignatureOracle& oracle, const ShrinkLimits& limits)
      : spec_(spec), signature_(signature), oracle_(oracle), limits_(limits), best_(c) {
    // The mistake is known without running anything, which leaves few cases to run.
    mistake_ = find_mistake(c, spec);
    knows_mistake_ = to_string(mistake_) == signature.mistake;
  }

  Shrunk run() {
    if (!limits_.climb) {
      descend();
      return {best_, tries_, stopped_, false};
    }
    for (bool done = false; !done && !stopped_;) {
      // What a climb finds is the smallest of its forms, so it need not be made again from there;
      // but the values listed in a smaller case, or those that were too many, are new forms.
      proven_ = true;
      const bool climbed = climb();
      const bool complete = proven_ && lists_no_values(best_);
      const bool descended = descend();
      done = !descended && (!climbed || complete);
    }
    return {best_, tries_, stopped_, proven_ && !stopped_};
  }

 private:
  bool out_of_budget() {
    stopped_ = stopped_ || tries_ >= limits_.tries || seconds() > limits_.seconds;
    return stopped_;
  }

  double seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

  // Plainer dtypes and rounder values are tried apart from each other, and may not go together.
  static bool is_a_case(const Case& c) {
    return std::all_of(c.operands.begin(), c.operands.end(), [](const Operand& operand) {
      return std::all_of(operand.values.begin(), operand.values.end(),
                         [&](double value) { return holds(operand.dtype, value); });
    });
  }

  bool may_match(const Case& c) const {
    if (!is_a_case(c)) return false;
    return !knows_mistake_ || to_string(find_mistake(c, spec_)) == signature_.mistake;
  }

  // Whether a smaller case has the signature; it is the best one then.
  bool try_case(const Case& c) {
    ++tries_;
    const auto found = oracle_(c);
    if (!found || !(*found == signature_)) return false;
    best_ = c;
    return true;
  }

  // A climb may use up a quarter of what is left: what it does not reach is left to the descent.
  bool out_of_climb() {
    if (out_of_budget()) return true;
    const bool over = tries_ >= climb_limit_ || seconds() > climb_deadline_;
    if (over) proven_ = false;
    return over;
  }

  // From the bottom up; true if a smaller case was found, which is the smallest of its forms.
  bool climb() {
    climb_limit_ = tries_ + (limits_.tries - tries_ + 3) / 4;
    climb_deadline_ = seconds() + (limits_.seconds - seconds()) / 4;
    const std::vector<Form> forms = plainer_forms(best_, spec_, mistake_, kMostForms);
    proven_ = proven_ && forms.size() < kMostForms;
    std::map<std::vector<std::string>, std::vector<const Form*>> by_operands;
    for (const Form& form : forms) {
      std::vector<std::string> names;
      for (const Operand& operand : form.c.operands) names.push_back(operand.name);
      by_operands[names].push_back(&form);
    }
    std::map<Bulk, Rung> rungs;  // of the ranks that are too many to list
    for (const auto& entry : by_operands) add_derived(entry.second, rungs);
    const std::size_t top = bulk_of(shapes_of(best_)).rank;
    for (std::size_t rank = 0; rank <= top; ++rank) {
      std::map<Bulk, Rung> level;
      for (const auto& [names, same] : by_operands) {
        if (count_tuples(names.size(), rank, kMostTuples) > kMostTuples) continue;
        for (const ShapeTuple& tuple : tuples_of_rank(names.size(), rank)) {
          level[bulk_of(tuple)].push_back({tuple, &same});
        }
      }
      for (auto& [bulk, rung] : rungs) {
        if (bulk.rank != rank) continue;
        proven_ = false;
        auto& all = level[bulk];
        all.insert(all.end(), rung.begin(), rung.end());
      }
      for (const auto& [bulk, rung] : level) {
        if (try_rung(rung)) return true;
        if (out_of_climb()) return false;
      }
    }
    return false;
  }

  // All cases of one bulk, to be tried in the order of cases.
  struct Place {
    ShapeTuple shapes;
    const std::vector<const Form*>* forms;
  };
  using Rung = std::vector<Place>;

  void add_derived(const std::vector<const Form*>& forms, std::map<Bulk, Rung>& rungs) {
    const std::size_t top = bulk_of(shapes_of(best_)).rank;
    const std::size_t operands = forms.front()->c.operands.size();
    if (count_tuples(operands, top, kMostTuples) <= kMostTuples) return;
    for (ShapeTuple& tuple : derived_tuples(forms.front()->c, spec_)) {
      const Bulk bulk = bulk_of(tuple);
      const bool listed = count_tuples(operands, bulk.rank, kMostTuples) <= kMostTuples;
      if (bulk.rank > top || listed) continue;
      rungs[bulk].push_back({std::move(tuple), &forms});
    }
  }

  bool try_rung(const Rung& rung) {
    std::vector<Case> cases;
    for (const Place& place : rung) {
      if (out_of_climb()) return false;
      for (const Form* form : *place.forms) {
        auto c = fill(*form, place.shapes, spec_);
        if (c && may_match(*c)) add_seeds(*c, cases);
      }
    }
    std::sort(cases.begin(), cases.end(), is_smaller);
    cases.erase(std::unique(cases.begin(), cases.end()), cases.end());
    for (const Case& c : cases) {
      if (out_of_climb()) return false;
      if (try_case(c)) return true;
    }
    return false;
  }

  static bool lists_no_values(const Case& c) {
    return std::all_of(c.operands.begin(), c.operands.end(),
                       [](const Operand& operand) { return operand.values.empty(); });
  }

  // The smaller ones of a case with a small seed, or with the best one's.
  void add_seeds(Case c, std::vector<Case>& cases) const {
    for (std::uint64_t seed = 0; seed <= kSmallSeeds; ++seed) {
      c.seed = seed == kSmallSeeds ? std::max(seed - 1, best_.seed) : seed;
      if (is_smaller(c, best_)) cases.push_back(c);
    }
  }

  // One step after the other, until none leads down; whether one did.
  bool descend() {
    const Case before = best_;
    bool moved = true;
    while (moved && !stopped_) {
      moved = false;
      std::vector<Case> steps = steps_down(best_);
      // The plainest forms with the case's own shapes.
      for (const Form& form : plainer_forms(best_, spec_, mistake_, kMostForms)) {
        if (form.c.operands.size() != best_.operands.size()) continue;
        if (const auto c = fill(form, shapes_of(best_), spec_)) add_seeds(*c, steps);
      }
      for (const Case& c : steps) {
        if (out_of_budget()) break;
        if (!is_smaller(c, best_) || !may_match(c) || !try_case(c)) continue;
        moved = true;
        break;
      }
    }
    return best_ != before;
  }

  static ShapeTuple shapes_of(const Case& c) {
    ShapeTuple shapes;
    for (const Operand& operand : c.operands) shapes.push_back(operand.shape);
    return shapes;
  }

  const LossSpec& spec_;
  const Signature& signature_;
  const SignatureOracle& oracle_;
  const ShrinkLimits limits_;
  const Clock::time_point start_ = Clock::now();
  LocatedMistake mistake_;
  bool knows_mistake_ = false;
  Case best_;
  std::size_t tries_ = 0;
  std::size_t climb_limit_ = 0;
  double climb_deadline_ = 0;
  bool stopped_ = false;
  bool proven_ = true;
};

}  // namespace

Shrunk shrink(const Case& c, const LossSpec& spec, const Signature& signature,
              const SignatureOracle& oracle, const ShrinkLimits& limits) {
  return Shrinker(c, spec, signature, oracle, limits).run();
}

}  // namespace shapefuzz
