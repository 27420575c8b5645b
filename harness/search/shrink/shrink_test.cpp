// SPDX-License-Identifier: BSD-3-Clause
// The shrinker on what the sweep finds in this LibTorch: random large cases of a signature have one
// smallest case, quickly. SHAPEFUZZ_PROFILE=nightly takes more signatures and 50 starts of each.
#include "harness/search/shrink/shrink.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <iostream>
#include <map>
#include <random>
#include <set>

#include "harness/language/case/order.h"
#include "harness/losses/loss/loss.h"
#include "harness/losses/registry/registry.h"
#include "harness/oracle/judge/judge.h"
#include "harness/oracle/libtorch/setup.h"
#include "harness/search/shrink/apart.h"
#include "harness/search/sweep/plan.h"
#include "harness/testing/faces.h"

namespace shapefuzz {
namespace {

Signature signature_now(const Case& c) {
  static Judge judge;
  return signature_of_any(c, find_loss(c.loss)->spec, judge.judge(*find_loss(c.loss), c));
}

// Tries end a search here, not seconds: other processes may take the time.
Shrunk shrink_here(const Case& c, const Signature& signature, bool climb = true) {
  ShrinkLimits limits;
  limits.seconds = 1e6;
  limits.climb = climb;
  return shrink(
      c, find_loss(c.loss)->spec, signature,
      [](const Case& smaller) { return std::optional(signature_now(smaller)); }, limits);
}

// What some kernels make of an empty batch is uninitialised memory, and differs from run to run.
bool is_empty(const Case& c) {
  return std::any_of(c.operands.begin(), c.operands.end(),
                     [](const Operand& operand) { return operand.shape.elements() == 0; });
}

double processor_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

Shrunk shrink_line(const std::string& line) {
  const Case c = parse_case(line, all_specs());
  return shrink_here(c, signature_now(c));
}

// Makes a case larger, a random change after the other, as long as it shows the same.
class Growth {
 public:
  Growth(const Signature& signature, std::uint64_t seed) : signature_(signature), random_(seed) {}

  Case grow(Case c) {
    constexpr int kChanges = 8;
    for (int i = 0; i < kChanges; ++i) {
      const Case larger = changed(c);
      if (is_within(larger) && signature_now(larger) == signature_) c = larger;
    }
    return c;
  }

 private:
  std::int64_t pick(std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(random_);
  }

  static bool is_within(const Case& c) {
    std::int64_t elements = 0;
    for (const Operand& operand : c.operands) {
      if (operand.shape.rank() > 6) return false;
      for (const std::int64_t size : operand.shape) {
        if (size > 64) return false;
      }
      elements += operand.shape.elements();
    }
    return elements <= 20000;  // a thousand starts must be judged
  }

  Case changed(const Case& original) {
    Case c = original;
    const LossSpec& spec = find_loss(c.loss)->spec;
    switch (pick(0, 4)) {
      case 0:
        add_batch(c);
        break;
      case 1:
      case 2:
        multiply_size(c);
        break;
      case 3: {
        const auto& option = spec.options[static_cast<std::size_t>(
            pick(0, static_cast<std::int64_t>(spec.options.size()) - 1))];
        if (option.samples.empty()) break;
        c.set_option(spec, option.name,
                     option.samples[static_cast<std::size_t>(
                         pick(0, static_cast<std::int64_t>(option.samples.size()) - 1))]);
        break;
      }
      default:
        c.seed = static_cast<std::uint64_t>(pick(0, 1000));
    }
    return c;
  }

  // The same leading dimension in all operands, or in some.
  void add_batch(Case& c) {
    const std::int64_t size = pick(1, 64);
    for (Operand& operand : c.operands) {
      if (operand.shape.rank() > 6 || !operand.values.empty() || pick(0, 3) == 3) continue;
      Shape longer = {size};
      longer.append(operand.shape);
      operand.shape = longer;
    }
  }

  void multiply_size(Case& c) {
    std::set<std::int64_t> sizes;
    for (const Operand& operand : c.operands) {
      if (!operand.values.empty()) return;
      for (const std::int64_t size : operand.shape) sizes.insert(size);
    }
    if (sizes.empty()) return;
    auto chosen = sizes.begin();
    std::advance(chosen, pick(0, static_cast<std::int64_t>(sizes.size()) - 1));
    const std::int64_t larger = *chosen + pick(1, 40);
    for (Operand& operand : c.operands) {
      for (std::size_t dim = 0; dim < operand.shape.rank(); ++dim) {
        if (operand.shape[dim] == *chosen) operand.shape[dim] = larger;
      }
    }
  }

  const Signature& signature_;
  std::mt19937_64 random_;
};

bool is_nightly() {
  const char* const profile = std::getenv("SHAPEFUZZ_PROFILE");
  return profile != nullptr && std::string(profile) == "nightly";
}

// What the smallest cases of the known findings show here, each judged in a process of its own.
const std::vector<std::pair<Signature, Case>>& known_findings() {
  static const std::vector<std::pair<Signature, Case>> all = [] {
    std::vector<std::pair<Signature, Case>> found;
    for (const Case& c : faces()) {
      const Shown shown = judge_apart(c, {Policy::kExpand, MemoryMode::kFull});
      if (is_finding(shown.verdict)) found.emplace_back(shown.signature, c);
    }
    return found;
  }();
  return all;
}

// Those whose cases do not end this process, nor corrupt it.
std::vector<std::pair<Signature, Case>> harmless_findings() {
  std::vector<std::pair<Signature, Case>> all;
  for (const auto& [signature, c] : known_findings()) {
    const bool dies = severity_of(*find_verdict(signature.verdict)) == Severity::kMemory;
    if (!dies && find_loss(signature.loss)->unchecked.empty()) all.emplace_back(signature, c);
  }
  return all;
}

TEST(Shrink, FindsOneSmallestCaseFromRandomLargeOnes) {
  const auto findings = harmless_findings();
  ASSERT_GT(findings.size(), 100U);
  const std::size_t step = is_nightly() ? 7 : 61;  // primes: they meet every loss and entry
  const std::uint64_t starts = is_nightly() ? 50 : 5;
  std::size_t all = 0;
  std::size_t same = 0;
  std::size_t proven = 0;
  std::vector<double> seconds;
  for (std::size_t i = 0; i < findings.size(); i += step) {
    const auto& [signature, smallest] = findings[i];
    if (is_empty(smallest) && !(signature_now(smallest) == signature)) continue;
    ASSERT_EQ(to_string(signature_now(smallest)), to_string(signature));
    std::map<std::string, std::size_t> minima;
    std::size_t most = 0;
    for (std::uint64_t start = 0; start < starts; ++start) {
      const Case large = Growth(signature, start).grow(smallest);
      const double before = processor_seconds();
      const Shrunk shrunk = shrink_here(large, signature);
      seconds.push_back(processor_seconds() - before);
      EXPECT_TRUE(is_empty(large) || signature_now(shrunk.smallest) == signature)
          << to_string(large) << " shrunk to " << to_string(shrunk.smallest);
      EXPECT_FALSE(shrunk.stopped_early) << to_string(large);
      EXPECT_FALSE(is_smaller(large, shrunk.smallest));
      proven += shrunk.proven ? 1 : 0;
      most = std::max(most, ++minima[to_string(shrunk.smallest)]);
      if (!is_empty(large) && (seconds.back() > 1 || start == 0)) {
        EXPECT_EQ(shrink_here(shrunk.smallest, signature).smallest, shrunk.smallest);
      }
    }
    all += starts;
    same += most;
    if (minima.size() == 1) continue;
    for (const auto& [line, count] : minima) std::cout << count << "  " << line << "\n";
  }
  std::sort(seconds.begin(), seconds.end());
  const double median = seconds[seconds.size() / 2];
  std::cout << all << " starts: " << same << " with the same smallest case, " << proven
            << " proven; median " << median << " s, worst " << seconds.back() << " s\n";
  EXPECT_GE(static_cast<double>(same), 0.95 * static_cast<double>(all));
  EXPECT_LT(median, 0.5);
  EXPECT_LT(seconds.back(), 10);
}

TEST(Shrink, ForgetsWhatDoesNotMatter) {
  const Shrunk shrunk =
      shrink_line("mse_loss(input=f32[8,1]~strided, target=f32[8], reduction=sum)#77");
  EXPECT_EQ(to_string(shrunk.smallest), "mse_loss(input=f64[2,1], target=f64[2])");
  EXPECT_TRUE(shrunk.proven);
}

TEST(Shrink, TakesAPassForWhatItIs) {
  EXPECT_EQ(to_string(shrink_line("mse_loss(input=f64[4,3], target=f64[4,3])").smallest),
            "mse_loss(input=f64[], target=f64[])");
}

TEST(Shrink, RoundsTheListedValues) {
  EXPECT_EQ(
      to_string(shrink_line("kl_div(input=f64[3], target=f64[3]{0.125,0.5,-0.375})").smallest),
      "kl_div(input=f64[], target=f64[]{-1})");
}

// What a triage does first: one step after the other, each to a smaller case that shows the same.
TEST(Shrink, WithoutAClimbWalksDown) {
  for (const char* line :
       {"mse_loss(input=f32[8,1]~strided, target=f32[8], reduction=sum)#77",
        "kl_div(input=f64[5,7,2], target=f64[3,1,1,2], reduction=batchmean)#5"}) {
    const Case c = parse_case(line, all_specs());
    const Signature signature = signature_now(c);
    const Shrunk walked = shrink_here(c, signature, false);
    EXPECT_TRUE(is_smaller(walked.smallest, c)) << line;
    EXPECT_TRUE(signature_now(walked.smallest) == signature) << line;
    EXPECT_FALSE(walked.proven) << line;
    // No further step leads on, and the climb from below finds nothing larger.
    EXPECT_EQ(shrink_here(walked.smallest, signature, false).smallest, walked.smallest) << line;
    EXPECT_FALSE(is_smaller(walked.smallest, shrink_here(c, signature).smallest)) << line;
  }
}

// Eight dimensions are too many to list, so what is smaller is found step by step.
TEST(Shrink, FillsAnEmptyDimension) {
  const Case c = parse_case("mse_loss(input=f64[1,3,0,1], target=f64[1,3,0,1])", all_specs());
  const Signature signature = signature_now(c);
  const Shrunk shrunk = shrink(c, find_loss(c.loss)->spec, signature,
                               [&](const Case& smaller) {
                                 const bool shows = smaller.operands[0].shape.rank() >= 4;
                                 return shows ? std::optional(signature) : std::nullopt;
                               },
                               {});
  EXPECT_EQ(to_string(shrunk.smallest), "mse_loss(input=f64[1,1,1,1], target=f64[1,1,1,1])");
}

TEST(Shrink, SaysThatALimitStoppedIt) {
  const Case c =
      parse_case("kl_div(input=f64[5,7,2], target=f64[3,1,1,2], reduction=batchmean)", all_specs());
  ShrinkLimits limits;
  limits.tries = 3;
  const Shrunk shrunk = shrink(
      c, find_loss(c.loss)->spec, signature_now(c),
      [](const Case& smaller) { return std::optional(signature_now(smaller)); }, limits);
  EXPECT_TRUE(shrunk.stopped_early);
  EXPECT_FALSE(shrunk.proven);
  EXPECT_EQ(shrunk.tries, 3U);
}

// A value of the one dtype may be none of the plainer one: -1 of bytes, infinity of whole numbers.
TEST(Shrink, TriesOnlyWhatCanBeWritten) {
  for (const char* line : {"l1_loss(input=u8[2]{9,8}, target=u8[2], reduction=none)",
                           "l1_loss(input=f16[2]{inf,1}, target=f16[2], reduction=none)"}) {
    const Case c = parse_case(line, all_specs());
    std::size_t tries = 0;
    shrink(c, find_loss(c.loss)->spec, signature_now(c),
           [&](const Case& smaller) {
             ++tries;
             EXPECT_EQ(parse_case(to_string(smaller), all_specs()), smaller);
             return std::optional<Signature>();
           },
           {});
    EXPECT_GT(tries, 0U) << line;
  }
}

// Every case with fewer dimensions, or as many and smaller sizes, is judged by hand.
TEST(Shrink, ProvenMeansThatNothingSmallerShowsTheSame) {
  const Shrunk shrunk =
      shrink_line("kl_div(input=f64[2,3], target=f64[4,1,3], reduction=batchmean)");
  ASSERT_TRUE(shrunk.proven);
  const Signature signature = signature_now(shrunk.smallest);
  std::size_t smaller = 0;
  for (const Shape& input : all_shapes(3, 3)) {
    for (const Shape& target : all_shapes(3, 3)) {
      Case c = shrunk.smallest;
      c.operands[0].shape = input;
      c.operands[1].shape = target;
      if (!is_smaller(c, shrunk.smallest)) continue;
      ++smaller;
      EXPECT_FALSE(signature_now(c) == signature) << to_string(c);
    }
  }
  EXPECT_EQ(smaller, 17U);  // [] and [], [] and [n], [n] and [], ...
}

TEST(Shrink, GoesOnWhereACaseEndsTheProcess) {
  for (const auto& [signature, c] : known_findings()) {
    if (severity_of(*find_verdict(signature.verdict)) != Severity::kMemory) continue;
    const ShrunkApart result = shrink_apart(c, {Policy::kExpand, MemoryMode::kFull});
    EXPECT_FALSE(is_smaller(c, result.shrunk.smallest));
    EXPECT_EQ(judge_apart(result.shrunk.smallest, {Policy::kExpand, MemoryMode::kFull}).signature,
              signature);
  }
}

}  // namespace
}  // namespace shapefuzz
