#include "harness/sweep/sweep.h"

#include <fmt/core.h>

#include <algorithm>

#include "harness/oracle/judge.h"
#include "harness/sweep/pool.h"
#include "harness/sweep/record.h"

namespace shapefuzz {
namespace {

// A unit is one variation with one output shape; its cases are the other operand's shapes times the
// reductions.
class Sweep {
 public:
  Sweep(const std::vector<Variation>& variations, const SweepOptions& options,
        const SweepSinks& sinks)
      : variations_(variations),
        options_(options),
        sinks_(sinks),
        shapes_(all_shapes(options.max_rank, options.max_size)),
        libtorch_(libtorch_version()) {}

  Tally run() {
    Pool pool;
    pool.units = variations_.size() * shapes_.size();
    pool.jobs = options_.jobs;
    pool.work = [this](std::size_t unit, const auto& skipped, Position& position) {
      return work(unit, skipped, position);
    };
    pool.on_result = [this](std::size_t, const std::string& result) { take(result); };
    pool.on_death = [this](const Death& death) { record_death(death); };
    const std::uint64_t all = count_cases(variations_, options_);
    pool.on_progress = [this, all](std::uint64_t done, std::size_t) {
      if (sinks_.progress) sinks_.progress(std::min(done, all), all);
    };
    pool.run();
    return std::move(tally_);
  }

 private:
  const Variation& variation(std::size_t unit) const { return variations_[unit / shapes_.size()]; }

  Case case_at(std::size_t unit, std::uint64_t index) const {
    const Variation& v = variation(unit);
    Case c = v.make_case(shapes_[unit % shapes_.size()], shapes_[index / v.reductions.size()],
                         options_.seed);
    c.set_option(v.loss->spec, "reduction", v.reductions[index % v.reductions.size()]);
    return c;
  }

  // In a worker.
  std::string work(std::size_t unit, const std::vector<std::uint64_t>& skipped,
                   Position& position) const {
    const Judge judge(options_.policy);
    const Variation& v = variation(unit);
    Tally tally;
    std::string records;
    for (std::uint64_t i = 0; i < shapes_.size() * v.reductions.size(); ++i) {
      if (std::binary_search(skipped.begin(), skipped.end(), i)) continue;
      position.next_case.store(i);
      const Case c = case_at(unit, i);
      const Judgement judgement = judge.judge(*v.loss, c);
      position.cases.fetch_add(1);
      tally.add(c, judgement);
      if (wants_record(judgement)) records += record(unit, c, judgement);
    }
    const std::string counts = tally.to_text();
    return fmt::format("{}\n{}", counts, records);
  }

  bool wants_record(const Judgement& judgement) const {
    return sinks_.records && (sinks_.passes || judgement.verdict != Verdict::kPass);
  }

  std::string record(std::size_t unit, const Case& c, const Judgement& judgement) const {
    const Variation& v = variation(unit);
    return to_record(c, v.loss->spec, judgement, {v.operand_name(0), v.operand_name(v.varied)},
                     libtorch_) +
           "\n";
  }

  // In the parent.
  void take(const std::string& result) {
    const std::size_t end = result.find('\n');
    tally_.add(Tally::parse(result.substr(0, end), specs()));
    if (sinks_.records && end + 1 < result.size()) sinks_.records(result.substr(end + 1));
  }

  void record_death(const Death& death) {
    const Case c = case_at(death.unit, death.at_case);
    const Judgement judgement =
        judgement_of_death(c, variation(death.unit).loss->spec, death.signal);
    tally_.add(c, judgement);
    if (sinks_.records) sinks_.records(record(death.unit, c, judgement));
  }

  LossSpecs specs() const {
    LossSpecs all;
    for (const Variation& v : variations_) all.push_back(&v.loss->spec);
    return all;
  }

  const std::vector<Variation>& variations_;
  const SweepOptions& options_;
  const SweepSinks& sinks_;
  std::vector<Shape> shapes_;
  std::string libtorch_;
  Tally tally_;
};

}  // namespace

Tally sweep(const std::vector<Variation>& variations, const SweepOptions& options,
            const SweepSinks& sinks) {
  return Sweep(variations, options, sinks).run();
}

std::uint64_t count_cases(const std::vector<Variation>& variations, const SweepOptions& options) {
  const std::uint64_t shapes = all_shapes(options.max_rank, options.max_size).size();
  std::uint64_t reductions = 0;
  for (const Variation& variation : variations) reductions += variation.reductions.size();
  return reductions * shapes * shapes;
}

}  // namespace shapefuzz
