#include "harness/campaign/triage.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <tuple>

#include "harness/campaign/features.h"
#include "harness/case/order.h"
#include "harness/losses/loss.h"
#include "harness/shrink/apart.h"
#include "harness/sweep/pool.h"
#include "harness/text/file.h"

namespace shapefuzz {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using Clock = std::chrono::steady_clock;

constexpr int kRepetitions = 10;  // of a finding that did not come again at once

// The smallest case of a signature, and what its record says.
using BySignature = std::map<std::string, StoredFinding>;

BySignature smallest_by_signature(const CampaignDirectory& directory) {
  BySignature smallest;
  for (StoredFinding& finding : directory.read_findings(nullptr)) {
    const auto [place, fresh] = smallest.try_emplace(finding.record.signature, finding);
    if (!fresh && is_smaller(finding.c, place->second.c)) place->second = std::move(finding);
  }
  return smallest;
}

std::string outcomes_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::kCrash:
    case Verdict::kOutOfBounds:
      return "crashed";
    case Verdict::kTimedOut:
      return "timed_out";
    case Verdict::kRejectedValid:
    case Verdict::kUncleanRejection:
      return "rejected";
    case Verdict::kEntryDisagreement:
      return "*";
    default:
      return "accepted";
  }
}

// The release line behind a LibTorch: 1.14 for 1.13.1. What it does is for it to say.
std::string next_line(const std::string& libtorch) {
  const std::size_t dot = libtorch.find('.');
  return fmt::format("{}.{}", libtorch.substr(0, dot), std::stoi(libtorch.substr(dot + 1)) + 1);
}

std::string name_of(const Record& record) {
  std::string loss = record.loss;
  std::replace_if(
      loss.begin(), loss.end(), [](char c) { return c == ':' || c == '.'; }, '_');
  return fmt::format("{}-{}-{:08x}.case", record.verdict, loss,
                     hash_of(record.signature) & 0xffffffffU);
}

std::string quoted(const std::string& text) {
  return without_particulars(text).empty() ? "" : "# " + printable(text, 300) + "\n";
}

// What becomes of one signature; made in a worker, written by the parent.
struct Answer {
  std::string fate;  // `finding` or `flaky`
  std::string text;  // of the file

  std::string dump() const {
    return Json({fate, text}).dump(-1, ' ', false, Json::error_handler_t::replace);
  }
  static Answer parse(const std::string& line) {
    const Json json = Json::parse(line);
    return {json.at(0), json.at(1)};
  }
};

std::string head(const StoredFinding& finding) {
  const Record& record = finding.record;
  return fmt::format("# {} ({}) with LibTorch {}\n# {}\n", record.verdict,
                     to_string(severity_of(*find_verdict(record.verdict))), record.libtorch,
                     record.signature) +
         quoted(record.message);
}

Answer judge_flaky(const StoredFinding& finding, const Judging& judging) {
  int times = 0;
  for (int i = 0; i < kRepetitions; ++i) {
    if (to_string(judge_apart(finding.c, judging).signature) == finding.record.signature) ++times;
  }
  return {"flaky",
          head(finding) + fmt::format("# Came again {} of {} times in a fresh process.\n{}\n",
                                      times, kRepetitions, finding.record.text)};
}

Answer examine(const StoredFinding& finding, const Judging& judging, const TriagePlan& plan) {
  const Record& record = finding.record;
  // Cheaper than to shrink what does not come again.
  if (to_string(judge_apart(finding.c, judging).signature) != record.signature) {
    return judge_flaky(finding, judging);
  }
  const ShrinkLimits limits{plan.tries_per_finding, plan.seconds_per_finding};
  const ShrunkApart result = shrink_apart(finding.c, judging, limits);
  const Case& smallest = result.shrunk.smallest;
  if (to_string(result.shown.signature) != record.signature) return judge_flaky(finding, judging);
  const std::string effort =
      fmt::format("{}{}", result.shrunk.tries,
                  result.shrunk.proven          ? " tries, and no smaller one shows it"
                  : result.shrunk.stopped_early ? " tries, stopped early"
                                                : " tries");
  return {"finding",
          head(finding) + fmt::format("# Shrunk in {} from {}\n# Replay: shapefuzz run '{}'\n{}  "
                                      "# expect <{}: {} {}; * *\n",
                                      effort, printable(record.text, 400), to_string(smallest),
                                      to_string(smallest), next_line(record.libtorch),
                                      outcomes_of(*find_verdict(record.verdict)), record.verdict)};
}

class Triage {
 public:
  Triage(const CampaignDirectory& directory, const Baseline& baseline, const TriagePlan& plan)
      : plan_(plan),
        judging_(directory.state.judging()),
        place_(directory.path() + "/triage"),
        findings_(smallest_by_signature(directory)) {
    fs::create_directories(place_ + "/flaky");
    for (const auto& entry : baseline) {
      known_.insert(to_string(entry.first));
      families_.insert({entry.first.loss, entry.first.verdict});
    }
    for (const std::string& line : LineReader(done_path()).read_new()) done_.insert(line);
    for (const auto& [signature, finding] : findings_) {
      if (known_.count(signature) != 0) {
        ++result_.known;
      } else if (done_.count(signature) == 0) {
        open_.push_back(&finding);
      }
    }
    sort_by_need();
  }

  TriageResult operator()() {
    LineWriter done(done_path());
    std::size_t count = 0;
    // In rounds, so that the time is looked at, and what is done is written down.
    const std::size_t round = std::max<std::size_t>(1, plan_.jobs) * 4;
    while (count < open_.size() && !stopped(count)) {
      const std::size_t end = std::min(open_.size(), count + round);
      examine_all(count, end);
      for (; count < end; ++count) done.append(open_[count]->record.signature);
      done.sync();
    }
    result_.unread = open_.size() - count;
    result_.files = files_in(place_);
    result_.flaky = files_in(place_ + "/flaky");
    add_groups();
    return result_;
  }

 private:
  // What matters most comes first, should the time be short: the smallest two of each loss and
  // verdict (one may not come again), those that the baseline has nothing like before the others.
  void sort_by_need() {
    std::map<std::pair<std::string, std::string>, std::size_t> seen;
    for (const auto& [signature, finding] : findings_) {
      if (done_.count(signature) != 0) ++seen[family_of(finding)];
    }
    std::stable_sort(open_.begin(), open_.end(),
                     [](const auto* a, const auto* b) { return is_smaller(a->c, b->c); });
    std::map<const StoredFinding*, std::tuple<std::size_t, bool, Verdict>> need;
    for (const StoredFinding* finding : open_) {
      const auto family = family_of(*finding);
      const std::size_t rank = seen[family]++ / 2;
      need[finding] = {rank, families_.count(family) != 0, *find_verdict(finding->record.verdict)};
    }
    std::stable_sort(open_.begin(), open_.end(),
                     [&](const auto* a, const auto* b) { return need[a] < need[b]; });
  }

  static std::pair<std::string, std::string> family_of(const StoredFinding& finding) {
    return {finding.record.loss, finding.record.verdict};
  }

  std::string done_path() const { return place_ + "/done.txt"; }

  bool stopped(std::size_t count) const {
    if (plan_.on_progress && plan_.on_progress(count, open_.size())) return true;
    return std::chrono::duration<double>(Clock::now() - start_).count() > plan_.seconds;
  }

  void examine_all(std::size_t begin, std::size_t end) {
    Pool pool;
    pool.units = end - begin;
    pool.jobs = plan_.jobs;
    // A unit is many cases in processes of their own, which are timed one by one.
    pool.seconds_per_case = 60 + 20 * plan_.seconds_per_finding;
    pool.work = [&](std::size_t unit, const auto& skipped, Position&) {
      // glibc says a line before it aborts.
      const int nowhere = ::open("/dev/null", O_WRONLY);
      if (nowhere >= 0) ::dup2(nowhere, STDERR_FILENO);
      const StoredFinding& finding = *open_[begin + unit];
      if (!skipped.empty())
        return Answer{"flaky", head(finding) + finding.record.text + "\n"}.dump();
      return examine(finding, judging_, plan_).dump();
    };
    pool.on_result = [&](std::size_t unit, const std::string& text) {
      const Answer answer = Answer::parse(text);
      const std::string name = name_of(open_[begin + unit]->record);
      const std::string folder = answer.fate == "flaky" ? "/flaky/" : "/";
      replace_file(place_ + folder + name, answer.text);
    };
    pool.run();
  }

  void add_groups() {
    std::map<std::pair<std::string, std::string>, TriageGroup> groups;
    const std::set<std::string> files(result_.files.begin(), result_.files.end());
    for (const auto& [signature, finding] : findings_) {
      if (known_.count(signature) != 0) continue;
      const Record& record = finding.record;
      TriageGroup& group = groups[family_of(finding)];
      group.loss = record.loss;
      group.verdict = *find_verdict(record.verdict);
      group.in_baseline = families_.count(family_of(finding)) != 0;
      ++group.signatures;
      const std::string file = (fs::path(place_) / name_of(record)).string();
      if (files.count(file) != 0) group.files.push_back(file);
    }
    for (auto& [family, group] : groups) {
      if (group.files.empty()) continue;  // flaky, or not told apart yet
      std::stable_sort(group.files.begin(), group.files.end(), [](const auto& a, const auto& b) {
        return case_in(a).size() < case_in(b).size();
      });
      result_.groups.push_back(std::move(group));
    }
    std::stable_sort(
        result_.groups.begin(), result_.groups.end(), [](const auto& a, const auto& b) {
          return std::pair(a.in_baseline, a.verdict) < std::pair(b.in_baseline, b.verdict);
        });
  }

  static std::string case_in(const std::string& file) { return read_lines(file).front().text; }

  static std::vector<std::string> files_in(const std::string& place) {
    std::vector<std::string> files;
    for (const auto& entry : fs::directory_iterator(place)) {
      if (entry.path().extension() == ".case") files.push_back(entry.path().string());
    }
    std::sort(files.begin(), files.end());
    return files;
  }

  const TriagePlan& plan_;
  Judging judging_;  // as the campaign did
  std::string place_;
  BySignature findings_;
  std::set<std::string> known_;  // signatures of the baseline
  std::set<std::string> done_;
  std::set<std::pair<std::string, std::string>> families_;  // loss and verdict, of the baseline
  std::vector<const StoredFinding*> open_;
  TriageResult result_;
  const Clock::time_point start_ = Clock::now();
};

}  // namespace

TriageResult triage(const CampaignDirectory& directory, const Baseline& baseline,
                    const TriagePlan& plan) {
  return Triage(directory, baseline, plan)();
}

std::vector<std::string> promote(const std::vector<std::string>& files,
                                 const std::string& regression) {
  std::error_code error;
  fs::create_directories(regression, error);
  if (error) throw InputError(fmt::format("{}: {}", regression, error.message()));
  std::vector<std::string> promoted;
  for (const std::string& file : files) {
    const fs::path target = fs::path(regression) / fs::path(file).filename();
    const bool copied = fs::copy_file(file, target, fs::copy_options::skip_existing, error);
    if (error) throw InputError(fmt::format("{}: {}", target.string(), error.message()));
    if (copied) promoted.push_back(target.string());
  }
  return promoted;
}

}  // namespace shapefuzz
