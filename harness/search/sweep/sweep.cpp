// SPDX-License-Identifier: BSD-3-Clause
#include "harness/search/sweep/sweep.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "harness/findings/records/record.h"
#include "harness/language/text/parse_error.h"
#include "harness/oracle/judge/judge.h"
#include "harness/oracle/judgement/verdict.h"
#include "harness/oracle/libtorch/setup.h"
#include "harness/search/isolate/death.h"
#include "harness/search/process/pool.h"
#include "harness/search/sweep/deviations.h"
#include "harness/search/sweep/journal.h"
#include "harness/search/sweep/reach.h"
#include "harness/search/sweep/refusals.h"
#include "harness/search/sweep/sample.h"
#include "harness/search/sweep/stand_in.h"

namespace shapefuzz {
namespace {

using Clock = std::chrono::steady_clock;

// One variation of each loss.
std::vector<const Variation*> losses_of(const std::vector<Variation>& variations) {
  std::vector<const Variation*> losses;
  for (const Variation& v : variations) {
    if (losses.empty() || losses.back()->loss != v.loss) losses.push_back(&v);
  }
  return losses;
}

Bounds bounds_of(const SweepOptions& options, const Loss& loss) {
  return {options.max_rank, options.max_size, options.judging.memory == MemoryMode::kFull,
          options.least_size(loss) == 0};
}

// A unit is one variation with one output shape, its cases the other operand's shapes times the
// ways to call the loss; or, before all those because they take longest, the deviations of one
// loss. Where the sweep is reduced, the shapes are those that stand for others, or for themselves.
class Sweep {
 public:
  Sweep(const std::vector<Variation>& variations, const SweepOptions& options,
        const SweepSinks& sinks)
      : variations_(variations),
        options_(options),
        sinks_(sinks),
        losses_(losses_of(variations)),
        shapes_(all_shapes(options.max_rank, options.max_size)),
        filled_shapes_(all_shapes(options.max_rank, options.max_size, 1)),
        libtorch_(libtorch_version()) {
    std::size_t next = deviation_units();
    for (const Variation& v : variations) {
      grids_.emplace_back(v, options.least_size(*v.loss) == 0 ? shapes_ : filled_shapes_);
      const Reach bounds = {options.max_rank, options.max_size, options.least_size(*v.loss)};
      stand_ins_.emplace_back(v, bounds);
      first_units_.push_back(next);
      next += grids_.back().outputs();
    }
    units_ = next;
    draw_samples();
  }

  Tally run() {
    warm_up_libtorch(options_.judging.memory);
    Pool pool;
    pool.units = units_;
    pool.jobs = options_.jobs;
    pool.seconds_per_case = options_.seconds_per_case * options_.judging.patience();
    pool.work = [this](std::size_t unit, const auto& skipped, Position& position) {
      return work(unit, skipped, position);
    };
    pool.on_result = [this](std::size_t, const std::string& result) { take(result); };
    pool.part_of_death = [this](const Death& death) { return result_of(death); };
    if (sinks_.journal != nullptr) {
      pool.earlier = sinks_.journal->earlier();
      pool.on_part = [this](std::size_t unit, std::uint64_t next_case, const std::string& part) {
        sinks_.journal->add(unit, next_case, part);
      };
    }
    const std::uint64_t all = count_cases(variations_, options_);
    pool.on_progress = [this, all](std::uint64_t done, std::size_t) {
      if (sinks_.progress) sinks_.progress(std::min(done, all), all);
    };
    pool.run();
    return std::move(tally_);
  }

  // See part_check().
  void check_part(std::size_t unit, std::uint64_t next_case, const std::string& tally) {
    if (unit >= units_) {
      throw ParseError(0, fmt::format("unit {}", unit), fmt::format("one below {}", units_));
    }
    const auto [cases, fresh] = cases_.try_emplace(unit, 0);
    if (fresh) cases->second = cases_in(unit);
    if (next_case != Pool::kWholeUnit && next_case > cases->second) {
      throw ParseError(0, fmt::format("case {} of unit {}", next_case, unit),
                       fmt::format("one of its {} cases", cases->second));
    }
    Tally::parse(tally, specs());
  }

 private:
  std::size_t deviation_units() const { return options_.deviations ? losses_.size() : 0; }
  bool is_deviations(std::size_t unit) const { return unit < deviation_units(); }

  // Of a unit of shapes: which variation it belongs to.
  std::size_t place(std::size_t unit) const {
    const auto behind = std::upper_bound(first_units_.begin(), first_units_.end(), unit);
    return static_cast<std::size_t>(behind - first_units_.begin()) - 1;
  }
  const Variation& variation(std::size_t unit) const {
    return is_deviations(unit) ? *losses_[unit] : variations_[place(unit)];
  }

  // What a loss has more of, its shapes, gets no more than its deviations.
  void draw_samples() {
    samples_.resize(losses_.size());
    if (options_.cases_per_loss == 0) return;
    const std::uint64_t half = (options_.cases_per_loss + 1) / 2;
    for (std::size_t i = 0; i < losses_.size(); ++i) {
      std::uint64_t pairs = 0;
      for (std::size_t v = 0; v < variations_.size(); ++v) {
        if (variations_[v].loss != losses_[i]->loss) continue;
        pairs += grids_[v].pairs() * variations_[v].ways.size();
      }
      samples_[i].shapes = Sample(half, pairs, options_.seed);
      if (options_.deviations) {
        samples_[i].deviations = Sample(half, deviations(i).size(), options_.seed);
      }
    }
  }

  bool is_in_sample(std::size_t unit, std::uint64_t index) const {
    if (options_.cases_per_loss == 0) return true;
    if (is_deviations(unit)) return samples_[unit].deviations.takes(unit, index);
    const auto of_loss = [&, &loss = variation(unit).loss](const Variation* v) {
      return v->loss == loss;
    };
    const auto i = std::find_if(losses_.begin(), losses_.end(), of_loss) - losses_.begin();
    return samples_[static_cast<std::size_t>(i)].shapes.takes(unit, index);
  }

  // Deviations are cheap to list and belong to one unit, so only the latest are kept.
  const std::vector<Case>& deviations(std::size_t unit) const {
    if (unit != deviations_unit_) {
      const Variation& v = variation(unit);
      deviations_ = deviations_of(*v.loss, v.entries, bounds_of(options_, *v.loss), options_.seed);
      deviations_unit_ = unit;
    }
    return deviations_;
  }

  // What the output of a unit meets, and how many pairs each such pair is judged for. Beyond the
  // bounds there are few, and each is judged for itself.
  struct Meeting {
    const Shape* other;
    std::uint64_t stands_for;
  };
  const std::vector<Meeting>& meetings(std::size_t unit) const {
    if (unit == meetings_unit_) return meetings_;
    meetings_.clear();
    const std::size_t i = place(unit);
    const std::size_t output = unit - first_units_[i];
    const bool reduces = is_reduced(unit) && grids_[i].is_within(output);
    for (const Shape& other : grids_[i].others(output)) {
      const std::uint64_t count =
          reduces ? stand_ins_[i].stands_for({grids_[i].output(output), other}) : 1;
      if (count > 0) meetings_.push_back({&other, count});
    }
    meetings_unit_ = unit;
    return meetings_;
  }

  bool is_reduced(std::size_t unit) const {
    return !is_deviations(unit) && may_reduce(options_, *variation(unit).loss) && !sinks_.passes;
  }

  std::uint64_t cases_in(std::size_t unit) const {
    if (is_deviations(unit)) return deviations(unit).size();
    return meetings(unit).size() * variation(unit).ways.size();
  }

  Case case_at(std::size_t unit, std::uint64_t index) const {
    if (is_deviations(unit)) return deviations(unit)[index];
    const std::size_t i = place(unit);
    const Variation& v = variations_[i];
    return v.make_case(grids_[i].output(unit - first_units_[i]),
                       *meetings(unit)[index / v.ways.size()].other, v.ways[index % v.ways.size()],
                       options_.seed);
  }

  // How many cases the one stands for.
  std::uint64_t weight_at(std::size_t unit, std::uint64_t index) const {
    if (is_deviations(unit)) return 1;
    return meetings(unit)[index / variation(unit).ways.size()].stands_for;
  }

  std::vector<std::string> varied(std::size_t unit) const {
    if (is_deviations(unit)) return {};
    const Variation& v = variation(unit);
    if (v.varied == 0) return {v.operand_name(0)};
    return {v.operand_name(0), v.operand_name(v.varied)};
  }

  // In a worker. What is done is handed over every few milliseconds, and where a dead worker is
  // taken over, so that a crash costs no more than those.
  std::string work(std::size_t unit, const std::vector<std::uint64_t>& skipped,
                   Position& position) const {
    constexpr std::chrono::milliseconds kAtRisk(20);
    const Variation& v = variation(unit);
    Judge judge(options_.judging_of(v.loss->spec.name));
    Tally tally;
    std::string records;
    auto handed_over = Clock::now();
    const auto hand_over = [&](std::uint64_t next) {
      position.hand_over(next, result_of(tally, records));
      tally = {};
      records.clear();
      handed_over = Clock::now();
    };
    const std::uint64_t cases = cases_in(unit);
    const std::uint64_t end = options_.shard.end(cases);
    const std::uint64_t begin = options_.shard.begin(cases);
    const bool reduces = is_reduced(unit);
    const std::size_t ways = is_deviations(unit) ? 1 : v.ways.size();
    Refusals refusals;  // of the pair of shapes
    for (std::uint64_t i = std::max<std::uint64_t>(position.first_case, begin); i < end; ++i) {
      if (std::binary_search(skipped.begin(), skipped.end(), i)) {
        hand_over(i + 1);
        refusals.forget();  // as whoever goes on from here does not know them
        continue;
      }
      if (!is_in_sample(unit, i)) continue;
      if (i % ways == 0) refusals.forget();
      const std::uint64_t weight = weight_at(unit, i);
      const Judgement* const inherited =
          reduces ? refusals.inherited_by(v.ways[i % ways]) : nullptr;
      if (inherited != nullptr) {
        tally.add(v.loss->spec.name, v.ways[i % ways].entry, *inherited, weight);
      } else {
        position.next_case.store(i);
        const Case c = case_at(unit, i);
        const Judgement judgement = is_given_up(c) ? given_up() : judge.judge(*v.loss, c);
        tally.add(c, judgement, weight);
        if (wants_record(judgement)) records += record(unit, c, judgement, weight);
        if (reduces) refusals.note(v.ways[i % ways], c, judgement);
      }
      position.cases.fetch_add(weight);
      const bool ends_pair = (i + 1) % ways == 0;
      if (ends_pair && Clock::now() - handed_over > kAtRisk) hand_over(i + 1);
    }
    return result_of(tally, records);
  }

  bool wants_record(const Judgement& judgement) const {
    return sinks_.records && (sinks_.passes || is_finding(judgement.verdict));
  }

  std::string record(std::size_t unit, const Case& c, const Judgement& judgement,
                     std::uint64_t stands_for) const {
    return to_record(c, variation(unit).loss->spec, judgement, varied(unit), libtorch_,
                     stands_for) +
           "\n";
  }

  // In the parent.
  void take(const std::string& result) {
    const std::size_t end = result.find('\n');
    tally_.add(Tally::parse(result.substr(0, end), specs()));
    if (sinks_.records && end + 1 < result.size()) sinks_.records(result.substr(end + 1));
  }

  std::string result_of(const Death& death) {
    const Case c = case_at(death.unit, death.at_case);
    const Judgement judgement =
        judgement_of(death, c, variation(death.unit).loss->spec, options_.judging);
    // A limit of time has ended it, and no signal.
    if (death.signal == 0 && is_finding(judgement.verdict)) ++hangs_[{c.loss, c.entry}];
    const std::uint64_t weight = weight_at(death.unit, death.at_case);
    Tally tally;
    tally.add(c, judgement, weight);
    return result_of(tally,
                     wants_record(judgement) ? record(death.unit, c, judgement, weight) : "");
  }

  // What never returns would take the time limit for each of its cases. The parent counts, and the
  // worker in place of the one that hung is a copy of the parent.
  bool is_given_up(const Case& c) const {
    constexpr int kPatience = 10;
    if (hangs_.empty()) return false;
    const auto found = hangs_.find({c.loss, c.entry});
    return found != hangs_.end() && found->second >= kPatience;
  }

  static Judgement given_up() {
    Judgement judgement;
    judgement.verdict = Verdict::kNotJudged;
    judgement.detail = "ten cases of this entry gave no answer in time, so no more are tried";
    return judgement;
  }

  static std::string result_of(const Tally& tally, const std::string& records) {
    return fmt::format("{}\n{}", tally.to_text(), records);
  }

  LossSpecs specs() const {
    LossSpecs all;
    for (const Variation& v : variations_) all.push_back(&v.loss->spec);
    return all;
  }

  const std::vector<Variation>& variations_;
  const SweepOptions& options_;
  const SweepSinks& sinks_;
  std::vector<const Variation*> losses_;
  std::vector<Shape> shapes_;
  std::vector<Shape> filled_shapes_;      // those without an empty dimension
  std::vector<Grid> grids_;               // by variation
  std::vector<StandIns> stand_ins_;       // by variation
  std::vector<std::size_t> first_units_;  // of a variation, with its first output
  std::size_t units_ = 0;
  struct Samples {
    Sample deviations;
    Sample shapes;
  };
  std::vector<Samples> samples_;  // by loss
  mutable std::vector<Case> deviations_;
  mutable std::size_t deviations_unit_ = ~std::size_t{0};
  mutable std::vector<Meeting> meetings_;
  mutable std::size_t meetings_unit_ = ~std::size_t{0};
  std::map<std::size_t, std::uint64_t> cases_;  // in the units that check_part() was asked about
  std::string libtorch_;
  std::map<std::pair<std::string, std::string>, int> hangs_;  // by loss and entry
  Tally tally_;
};

}  // namespace

bool may_reduce(const SweepOptions& options, const Loss& loss) {
  const bool is_proven = !loss.spec.own && !loss.spec.open && loss.spec.reduces &&
                         options.judging.device == Device::kCpu &&
                         options.judging.memory != MemoryMode::kOff;
  return is_proven && !options.full && options.cases_per_loss == 0;
}

Tally sweep(const std::vector<Variation>& variations, const SweepOptions& options,
            const SweepSinks& sinks) {
  return Sweep(variations, options, sinks).run();
}

std::function<void(std::size_t, std::uint64_t, const std::string&)> part_check(
    const std::vector<Variation>& variations, const SweepOptions& options, bool passes) {
  auto sinks = std::make_shared<SweepSinks>();
  sinks->passes = passes;
  const auto sweep = std::make_shared<Sweep>(variations, options, *sinks);
  return [sinks, sweep](std::size_t unit, std::uint64_t next_case, const std::string& tally) {
    sweep->check_part(unit, next_case, tally);
  };
}

std::uint64_t count_cases(const std::vector<Variation>& variations, const SweepOptions& options) {
  const std::vector<Shape> shapes[] = {all_shapes(options.max_rank, options.max_size),
                                       all_shapes(options.max_rank, options.max_size, 1)};
  if (options.cases_per_loss != 0) return options.cases_per_loss * losses_of(variations).size();
  std::uint64_t cases = 0;
  for (const Variation& v : variations) {
    cases += Grid(v, shapes[options.least_size(*v.loss)]).pairs() * v.ways.size();
  }
  for (const Variation* v : losses_of(variations)) {
    if (!options.deviations) continue;
    cases += deviations_of(*v->loss, v->entries, bounds_of(options, *v->loss), options.seed).size();
  }
  return options.shard.end(cases) - options.shard.begin(cases);
}

}  // namespace shapefuzz
