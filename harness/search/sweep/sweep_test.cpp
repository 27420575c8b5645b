// SPDX-License-Identifier: BSD-3-Clause
#include "harness/search/sweep/sweep.h"

#include <ATen/core/Tensor.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <utility>

#include "harness/findings/baseline/baseline.h"
#include "harness/language/text/errors.h"
#include "harness/losses/registry/registry.h"
#include "harness/search/process/pool.h"
#include "harness/testing/mutants.h"
#include "harness/testing/test_directory.h"

namespace shapefuzz {
namespace {

SweepOptions small(std::size_t jobs) {
  SweepOptions options;
  options.max_rank = 2;
  options.max_size = 2;
  options.jobs = jobs;
  options.deviations = false;
  return options;
}

std::vector<Variation> variations(const char* name) {
  const Loss& loss = *find_loss(name);
  return variations_of(loss, {loss.spec.entries.front()});
}

TEST(Sweep, JudgesEveryPairOnceWhateverTheNumberOfJobs) {
  const auto mse = variations("mse_loss");
  std::string serial;
  std::string parallel;
  SweepSinks sinks;
  sinks.passes = true;
  sinks.records = [&](const std::string& lines) { serial += lines; };
  const Tally one = sweep(mse, small(1), sinks);
  sinks.records = [&](const std::string& lines) { parallel += lines; };
  const Tally three = sweep(mse, small(3), sinks);
  EXPECT_EQ(one.to_text(), three.to_text());
  EXPECT_EQ(serial, parallel);
  EXPECT_EQ(one.cases(), 13U * 13U * 3U);
  EXPECT_EQ(std::count(serial.begin(), serial.end(), '\n'), 13 * 13 * 3);
}

std::vector<std::string> sorted_lines(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  std::sort(lines.begin(), lines.end());
  return lines;
}

// The records of a sweep, those of passes too.
struct Recorded {
  SweepSinks sinks;
  std::string records;

  Recorded() {
    sinks.passes = true;
    sinks.records = [this](const std::string& lines) { records += lines; };
  }
  Recorded(const Recorded&) = delete;
  Recorded& operator=(const Recorded&) = delete;

  std::vector<std::string> take() { return sorted_lines(std::exchange(records, "")); }
};

// Seven machines judge what one would, no case twice, and none of them much more than its share.
TEST(Sweep, PartsAreTogetherTheWhole) {
  const auto losses = variations("nll_loss");
  SweepOptions options = small(2);
  options.deviations = true;
  Recorded recorded;
  const Tally whole = sweep(losses, options, recorded.sinks);
  const std::vector<std::string> expected = recorded.take();
  Tally parts;
  for (std::uint64_t i = 1; i <= 7; ++i) {
    options.shard = {i, 7};
    const Tally part = sweep(losses, options, recorded.sinks);
    EXPECT_NEAR(static_cast<double>(part.cases()), static_cast<double>(whole.cases()) / 7,
                static_cast<double>(whole.cases()) * 0.03);
    parts.add(part);
  }
  EXPECT_EQ(parts.to_text(), whole.to_text());
  EXPECT_EQ(recorded.take(), expected);
}

// About as many cases as were asked for, half of them deviations, whoever judges them.
TEST(Sweep, ASampleIsOfTheWhole) {
  const auto losses = variations("nll_loss");
  SweepOptions options = small(2);
  options.deviations = true;
  Recorded recorded;
  sweep(losses, options, recorded.sinks);
  const std::vector<std::string> all = recorded.take();
  const auto sample = [&](std::size_t jobs, std::uint64_t seed) {
    options.cases_per_loss = 400;
    options.jobs = jobs;
    options.seed = seed;
    const Tally tally = sweep(losses, options, recorded.sinks);
    EXPECT_NEAR(static_cast<double>(tally.cases()), 400, 80);
    return recorded.take();
  };
  const std::vector<std::string> some = sample(1, 0);
  EXPECT_TRUE(std::includes(all.begin(), all.end(), some.begin(), some.end()));
  EXPECT_EQ(sample(2, 0), some);
  EXPECT_NE(sample(1, 1), some);
  const auto is_deviation = [](const std::string& line) {
    return line.find("\"varied\":[]") != std::string::npos;
  };
  EXPECT_NEAR(static_cast<double>(std::count_if(some.begin(), some.end(), is_deviation)), 200, 60);
}

TEST(Shard, IsReadAsOneOfSeveral) {
  ASSERT_TRUE(parse_shard("2/4"));
  EXPECT_EQ(parse_shard("2/4")->index, 2U);
  EXPECT_EQ(parse_shard("2/4")->count, 4U);
  for (const char* const text : {"", "2", "0/4", "5/4", "2/4/8", "-1/4", "2/", "a/b", " 2/4"}) {
    EXPECT_FALSE(parse_shard(text)) << text;
  }
}

TEST(Sweep, WritesRecordsWithEveryDocumentedField) {
  SweepSinks sinks;
  std::string lines;
  sinks.records = [&](const std::string& text) { lines += text; };
  sweep(variations("mse_loss"), small(1), sinks);
  const auto record = nlohmann::json::parse(lines.substr(0, lines.find('\n')));
  for (const char* field : {"case", "loss", "entry", "varied", "operands", "reduction", "zone",
                            "outcome", "result_shape", "verdict", "mistake", "warned", "message",
                            "signature", "libtorch", "shapefuzz"}) {
    EXPECT_TRUE(record.contains(field)) << field;
  }
}

TEST(Sweep, ReachesEveryZoneOfEveryLoss) {
  for (const Loss& loss : all_losses()) {
    const Tally tally = sweep(variations(loss.spec.name.c_str()), small(2), {});
    for (const auto& [key, counts] : tally.counts()) {
      for (const Zone zone : {Zone::kValid, Zone::kExpandable, Zone::kIncompatible}) {
        const auto& row = counts.cases[static_cast<std::size_t>(zone)];
        EXPECT_GT(row[0] + row[1], 0U) << key.first << " " << to_string(zone);
      }
    }
  }
}

TEST(Sweep, GivesUpAnEntryThatNeverReturns) {
  Loss loss = *find_loss("mse_loss");
  loss.entries.front().call = [](const Arguments&) -> at::Tensor {
    for (volatile bool returns = false; !returns;) continue;
    return {};
  };
  SweepOptions options = small(1);
  options.seconds_per_case = 0.1;
  const Tally tally = sweep(variations_of(loss, {loss.spec.entries.front()}), options, {});
  std::uint64_t not_judged = 0;
  for (const auto& [key, counts] : tally.counts()) not_judged += counts.not_judged;
  EXPECT_EQ(tally.cases(), 13U * 13U * 3U);
  EXPECT_EQ(not_judged, tally.cases() - 10);
}

TEST(Tally, SurvivesTheWayFromAWorker) {
  const Tally tally = sweep(variations("kl_div"), small(1), {});
  EXPECT_FALSE(tally.findings().empty());
  EXPECT_EQ(Tally::parse(tally.to_text(), all_specs()).to_text(), tally.to_text());
}

// What a case may do to its process. Each unit has ten cases; some of the third ones misbehave.
std::string misbehave(std::size_t unit, const std::vector<std::uint64_t>& skipped,
                      Position& position) {
  std::string done;
  for (std::uint64_t i = 0; i < 10; ++i) {
    if (std::count(skipped.begin(), skipped.end(), i) > 0) continue;
    position.next_case.store(i);
    if (i == 3) {
      if (unit % 4 == 0) std::abort();
      if (unit % 4 == 1) ::raise(SIGKILL);
      if (unit % 4 == 2) ::_exit(0);
    }
    position.cases.fetch_add(1);
    done += static_cast<char>('0' + i);
  }
  return done;
}

TEST(Baseline, IsThatOfTheVersionOrOfTheNearestOlderOne) {
  const TestDirectory directory;
  for (const char* version : {"1.13", "2.6", "2.14", "2.14-meta", "next"}) {
    std::ofstream(directory.file(fmt::format("libtorch-{}.txt", version))) << "# nothing\n";
  }
  const auto version = [&](const std::string& libtorch, Device device = Device::kCpu) {
    const auto file = find_baseline(libtorch, device, directory.path());
    return file ? file->version + (file->exact ? " exact" : " older") : "none";
  };
  EXPECT_EQ(version("1.13.1"), "1.13 exact");
  EXPECT_EQ(version("2.6.0"), "2.6 exact");
  EXPECT_EQ(version("2.5.1"), "1.13 older");
  EXPECT_EQ(version("2.20.0"), "2.14 older");
  EXPECT_EQ(version("1.12.0"), "none");
  EXPECT_EQ(version("2.14.1", Device::kMeta), "2.14 exact");
  EXPECT_EQ(version("2.6.0", Device::kMeta), "none");
}

TEST(Pool, LosesNothingWhenWorkersDie) {
  Pool pool;
  pool.units = 40;
  pool.jobs = 2;
  pool.work = misbehave;
  std::size_t next = 0;
  std::multiset<std::size_t> deaths;
  pool.on_result = [&](std::size_t unit, const std::string& result) {
    EXPECT_EQ(unit, next++);
    EXPECT_EQ(result, unit % 4 == 3 ? "0123456789" : "012456789");
  };
  pool.on_death = [&](const Death& death) {
    EXPECT_EQ(death.at_case, 3U);
    deaths.insert(death.unit);
  };
  pool.run();
  EXPECT_EQ(next, 40U);
  EXPECT_EQ(deaths.size(), 30U);
  EXPECT_EQ(std::set<std::size_t>(deaths.begin(), deaths.end()).size(), 30U);
}

TEST(Pool, EndsACaseThatDoesNotComeBack) {
  Pool pool;
  pool.units = 1;
  pool.seconds_per_case = 0.5;
  pool.work = [](std::size_t, const auto& skipped, Position& position) {
    position.next_case.store(7);
    while (skipped.empty()) ::usleep(1000);
    return std::string("done");
  };
  int signal = -1;
  std::string result;
  pool.on_death = [&](const Death& death) { signal = death.signal; };
  pool.on_result = [&](std::size_t, const std::string& text) { result = text; };
  pool.run();
  EXPECT_EQ(signal, 0);
  EXPECT_EQ(result, "done");
}

// Its worker has been given the next unit already, which nobody may take for the one that hangs.
TEST(Pool, BlamesTheUnitInWorkAndNotTheOneBehindIt) {
  Pool pool;
  pool.units = 60;
  pool.jobs = 2;
  pool.seconds_per_case = 0.5;
  pool.work = [](std::size_t unit, const auto& skipped, Position& position) {
    position.next_case.store(7);
    while (unit == 5 && skipped.empty()) position.next_case.store(7);
    position.cases.fetch_add(1);
    return std::to_string(unit);
  };
  std::vector<std::size_t> deaths;
  std::size_t next = 0;
  pool.on_death = [&](const Death& death) { deaths.push_back(death.unit); };
  pool.on_result = [&](std::size_t unit, const std::string& text) {
    EXPECT_EQ(unit, next++);
    EXPECT_EQ(text, std::to_string(unit));
  };
  pool.run();
  EXPECT_EQ(next, 60U);
  EXPECT_EQ(deaths, std::vector<std::size_t>{5});
}

TEST(Pool, ReportsAFailureOfItsOwn) {
  Pool pool;
  pool.units = 1;
  pool.work = [](std::size_t, const auto&, Position&) -> std::string {
    throw std::logic_error("a bug of the harness");
  };
  pool.on_result = [](std::size_t, const std::string&) {};
  EXPECT_THROW(pool.run(), HarnessError);
}

}  // namespace
}  // namespace shapefuzz
