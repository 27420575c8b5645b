// SPDX-License-Identifier: BSD-3-Clause
// What of a judged case is LibTorch's own: build/release/bin/shapefuzz_limits
//
// Takes an even share of the sweep's cases. Each is judged as `shapefuzz sweep` judges; then the
// same calls of LibTorch are made in a bare loop: the call under test, the same in other memory, on
// expanded operands, on single samples, forward and backward. There the operands lie ready in
// LibTorch's own memory, nobody looks at the results, and nothing watches or traces.
//
// Prints a table by loss, and the lines `figure NAME VALUE` that bench/run reads.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/recorded_calls.h"
#include "bench/survived_mix.h"
#include "harness/losses/registry/registry.h"
#include "harness/oracle/judge/judge.h"
#include "harness/oracle/libtorch/setup.h"
#include "harness/oracle/memory/trap.h"
#include "harness/search/sweep/sweep.h"

namespace shapefuzz {
namespace {

struct Options {
  std::size_t every = 31;
  std::size_t repetitions = 5;
  std::string only;
};

// A case with the calls that its judgement makes.
struct Recorded {
  Case c;
  std::vector<std::unique_ptr<RecordedCall>> calls;
};

/// Seconds of one repetition.
struct Times {
  double judged = 0;
  double bare = 0;
  double under_test = 0;

  Times& operator+=(const Times& other) {
    judged += other.judged;
    bare += other.bare;
    under_test += other.under_test;
    return *this;
  }
};

struct OfLoss {
  std::size_t cases = 0;
  std::size_t calls = 0;
  std::size_t left_out = 0;
  std::size_t unlike = 0;  ///< calls that gave something else in the bare loop
  std::vector<Times> repetitions;
};

// Of the processor, in this thread: all of LibTorch's work is in it, and other processes are not.
double seconds_so_far() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  constexpr double kNanosecond = 1e-9;
  return static_cast<double>(now.tv_sec) + kNanosecond * static_cast<double>(now.tv_nsec);
}

template <class Work>
double seconds_of(const Work& work) {
  const double begin = seconds_so_far();
  work();
  return seconds_so_far() - begin;
}

template <class Value>
double median(const std::vector<Times>& repetitions, const Value& value) {
  std::vector<double> values;
  for (const Times& times : repetitions) values.push_back(value(times));
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

Judge as_in_a_sweep() { return Judge(Policy::kExpand, MemoryMode::kFull); }

// What touches memory out of bounds would do so in the bare loop, where nothing catches it.
bool may_run_bare(const Judgement& judgement) {
  return severity_of(judgement.verdict) != Severity::kMemory &&
         judgement.verdict != Verdict::kNotJudged;
}

void record(const Block& block, Recorder& recorder, OfLoss& of_loss, std::vector<Recorded>& cases) {
  Judge judge = as_in_a_sweep();
  recorder.begin_block();
  for (const Case& c : block.cases) {
    const Judgement judgement = judge.judge(recorder.loss(), c);
    if (!may_run_bare(judgement)) {
      recorder.drop();
      ++of_loss.left_out;
      continue;
    }
    cases.push_back({c, recorder.take()});
    const auto& calls = cases.back().calls;
    of_loss.calls += calls.size();
    of_loss.unlike += static_cast<std::size_t>(std::count_if(
        calls.begin(), calls.end(), [](const auto& call) { return !call->is_alike; }));
  }
}

Times measure(const Loss& loss, const std::vector<Recorded>& cases, const std::string& only) {
  Times times;
  if (only.empty() || only == "judged") {
    Judge judge = as_in_a_sweep();
    times.judged = seconds_of([&] {
      for (const Recorded& recorded : cases) judge.judge(loss, recorded.c);
    });
  }
  if (only.empty() || only == "bare") {
    times.bare = seconds_of([&] {
      for (const Recorded& recorded : cases) {
        for (const auto& call : recorded.calls) call->repeat();
      }
    });
  }
  if (only.empty()) {
    times.under_test = seconds_of([&] {
      for (const Recorded& recorded : cases) {
        if (!recorded.calls.empty()) recorded.calls.front()->repeat();
      }
    });
  }
  return times;
}

OfLoss measure(const Loss& loss, const Options& options) {
  OfLoss of_loss;
  Recorder recorder(loss);
  std::vector<Recorded> cases;
  const SurvivedMix mix = survived_mix(loss, options.every);
  of_loss.left_out = mix.left_out;
  for (const Block& block : mix.blocks) {
    record(block, recorder, of_loss, cases);
  }
  of_loss.cases = cases.size();
  for (std::size_t i = 0; i < options.repetitions; ++i) {
    of_loss.repetitions.push_back(measure(loss, cases, options.only));
  }
  return of_loss;
}

double share_of_libtorch(const Times& times) { return 100 * times.bare / times.judged; }
double share_under_test(const Times& times) { return 100 * times.under_test / times.judged; }

void print_row(const std::string& name, const OfLoss& of_loss) {
  const auto microseconds = [&](double Times::*part) {
    return 1e6 * median(of_loss.repetitions, [&](const Times& times) { return times.*part; }) /
           static_cast<double>(of_loss.cases);
  };
  fmt::print("{:<34} {:>7} {:>6.1f} {:>9.2f} {:>9.2f} {:>9.2f} {:>7.1f} % {:>7.1f} %\n", name,
             of_loss.cases, static_cast<double>(of_loss.calls) / static_cast<double>(of_loss.cases),
             microseconds(&Times::judged), microseconds(&Times::bare),
             microseconds(&Times::under_test), median(of_loss.repetitions, share_of_libtorch),
             median(of_loss.repetitions, share_under_test));
}

void print_figures(const OfLoss& all, std::uint64_t of_a_sweep) {
  const auto figure = [&](const char* name, const auto& value) {
    fmt::print("figure limits.{} {:.4g}\n", name, median(all.repetitions, value));
  };
  const auto cases = static_cast<double>(all.cases);
  fmt::print("figure limits.sweep_cases {}\n", of_a_sweep);
  figure("libtorch_share", share_of_libtorch);
  figure("call_under_test_share", share_under_test);
  figure("judged_us", [&](const Times& times) { return 1e6 * times.judged / cases; });
  figure("bare_us", [&](const Times& times) { return 1e6 * times.bare / cases; });
  figure("call_under_test_us", [&](const Times& times) { return 1e6 * times.under_test / cases; });
  fmt::print("figure limits.calls_per_case {:.4g}\n", static_cast<double>(all.calls) / cases);
}

// Of all blocks.
std::uint64_t cases_of_a_sweep() {
  std::vector<Variation> variations;
  for (const Loss& loss : all_losses()) {
    for (Variation& v : variations_of(loss, loss.spec.entries)) variations.push_back(std::move(v));
  }
  SweepOptions options;
  options.judging = {Policy::kExpand, MemoryMode::kFull};
  return count_cases(variations, options);
}

void run(const Options& options) {
  static Fault fault;
  report_faults_to(fault);
  warm_up_libtorch(MemoryMode::kFull);
  fmt::print("{:<34} {:>7} {:>6} {:>9} {:>9} {:>9} {:>9} {:>9}\n", "loss", "cases", "calls",
             "judged us", "bare us", "call us", "LibTorch", "call");
  OfLoss all;
  all.repetitions.resize(options.repetitions);
  for (const Loss& loss : all_losses()) {
    const OfLoss one = measure(loss, options);
    print_row(loss.spec.name, one);
    all.cases += one.cases;
    all.calls += one.calls;
    all.left_out += one.left_out;
    all.unlike += one.unlike;
    for (std::size_t i = 0; i < options.repetitions; ++i) {
      all.repetitions[i] += one.repetitions[i];
    }
  }
  print_row("all", all);
  const std::uint64_t of_a_sweep = cases_of_a_sweep();
  fmt::print(
      "{} of the {} cases of a sweep. {} more are left out, since they touch memory out of "
      "bounds.\n"
      "{} of {} calls have another result in the bare loop.\n",
      all.cases, of_a_sweep, all.left_out, all.unlike, all.calls);
  // Some results depend on fresh memory, which is a bug of LibTorch.
  constexpr std::size_t kMostUnlike = 100;
  if (all.unlike * kMostUnlike > all.calls) {
    throw std::runtime_error("the bare loop does not make the calls of the judgement");
  }
  constexpr double kRounding = 0.1;  // the last block of each list is rarely taken
  const double share = static_cast<double>(options.every * (all.cases + all.left_out)) /
                       static_cast<double>(of_a_sweep);
  if (std::abs(share - 1) > kRounding) {
    throw std::runtime_error("the cases are no even share of a sweep's (bench/sweep_mix.cpp)");
  }
  if (options.only.empty()) print_figures(all, of_a_sweep);
}

}  // namespace
}  // namespace shapefuzz

int main(int argc, char** argv) {
  try {
    CLI::App app("What of a judged case is LibTorch's own");
    shapefuzz::Options options;
    app.add_option("--every", options.every, "Takes every N-th block of the sweep's cases")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    app.add_option("--repetitions", options.repetitions, "Medians over so many repetitions")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    app.add_option("--only", options.only, "For a profiler: only this part, `judged` or `bare`")
        ->check(CLI::IsMember({"judged", "bare"}));
    CLI11_PARSE(app, argc, argv);
    shapefuzz::run(options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "shapefuzz_limits: %s\n", error.what());
    return 1;
  }
}
