// SPDX-License-Identifier: BSD-3-Clause
#include "harness/search/campaign/triage.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <map>
#include <set>
#include <tuple>

#include "harness/findings/files/file.h"
#include "harness/findings/files/line_file.h"
#include "harness/findings/files/lock.h"
#include "harness/findings/files/temporary_file.h"
#include "harness/language/case/order.h"
#include "harness/language/text/errors.h"
#include "harness/language/text/hash.h"
#include "harness/language/text/parse_error.h"
#include "harness/search/campaign/examine.h"
#include "harness/search/process/pool.h"

namespace shapefuzz {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr double kWalkSeconds = 2;  // most take some hundredths

// The smallest case of a signature and cause, and what its record says.
using BySignature = std::map<std::string, StoredFinding>;

// A finding without a cause is another one than those alike that have one.
std::string key_of(const Record& record) {
  return record.cause.empty() ? record.signature : record.signature + " | " + record.cause;
}

BySignature smallest_by_signature(const CampaignDirectory& directory) {
  BySignature smallest;
  for (StoredFinding& finding : directory.read_findings(nullptr)) {
    if (!is_finding(*find_verdict(finding.record.verdict))) continue;
    const auto [place, fresh] = smallest.try_emplace(key_of(finding.record), finding);
    if (!fresh && is_smaller(finding.c, place->second.c)) place->second = std::move(finding);
  }
  return smallest;
}

std::string name_of(const Record& record) {
  std::string loss = record.loss;
  std::replace_if(
      loss.begin(), loss.end(), [](char c) { return c == ':' || c == '.'; }, '_');
  return fmt::format("{}-{}-{:08x}.case", record.verdict, loss,
                     hash_of(key_of(record)) & 0xffffffffU);
}

// What a finding and those of other entries have in common.
std::string without_entry(const std::string& signature) {
  const std::size_t first = signature.find(" | ");
  const std::size_t second = signature.find(" | ", first + 1);
  return signature.substr(0, first) + signature.substr(second);
}

class Triage {
 public:
  Triage(const CampaignDirectory& directory, const Baseline& baseline, const TriagePlan& plan)
      : plan_(plan),
        judging_(directory.state.judging()),
        place_(directory.path() + "/triage"),
        findings_(smallest_by_signature(directory)) {
    std::error_code error;
    fs::create_directories(place_ + "/flaky", error);
    if (error) throw InputError(fmt::format("{}: {}", printable_path(place_), error.message()));
    lock_ = FileLock(place_ + "/lock", place_);
    for (const auto& entry : baseline.findings) {
      known_.insert(to_string(entry.first));
      families_.insert({entry.first.loss, entry.first.verdict});
    }
    for (const std::string& line : LineReader(done_path()).read_new()) done_.insert(line);
    for (const auto& [signature, finding] : findings_) {
      if (is_known(finding)) {
        ++result_.known;
      } else if (done_.count(signature) == 0) {
        open_.push_back(&finding);
      }
    }
    sort_by_need();
  }

  TriageResult operator()() {
    const std::vector<Group> unread = unread_groups();
    result_.unread = count_in(unread);
    result_.unproven = open_.size();
    total_ = result_.unread + open_.size();
    const double seconds = plan_.seconds_per_finding;
    ShrinkLimits limits{plan_.tries_per_finding, std::min(seconds, kWalkSeconds), false};
    in_rounds(unread, 0, [&](const std::vector<Group>& round) {
      examine_all(round, limits);
      result_.unread -= count_in(round);
    });
    limits.seconds = seconds;
    limits.climb = true;
    std::vector<Group> each;
    for (const StoredFinding* finding : open_) each.push_back({finding});
    LineWriter done(done_path());
    in_rounds(each, seconds, [&](const std::vector<Group>& round) {
      examine_all(round, limits);
      for (const Group& group : round) done.append(key_of(group.front()->record));
      done.sync();
      result_.unproven -= round.size();
    });
    result_.files = files_in("");
    result_.flaky = files_in("/flaky");
    result_.unexplained = count_unexplained();
    add_groups();
    return result_;
  }

 private:
  // Findings that one worker looks at, one after the other.
  using Group = std::vector<const StoredFinding*>;

  static std::size_t count_in(const std::vector<Group>& groups) {
    std::size_t count = 0;
    for (const Group& group : groups) count += group.size();
    return count;
  }

  // What no file is there of, those of one kind at all entries together.
  std::vector<Group> unread_groups() const {
    std::vector<Group> groups;
    std::map<std::string, std::size_t> group_of;
    for (const StoredFinding* finding : open_) {
      const std::string name = "/" + name_of(finding->record);
      if (fs::exists(place_ + name) || fs::exists(place_ + "/flaky" + name)) continue;
      const auto [place, fresh] =
          group_of.try_emplace(without_entry(finding->record.signature), groups.size());
      if (fresh) groups.emplace_back();
      groups[place->second].push_back(finding);
    }
    return groups;
  }

  // So that the time is looked at, and what is done is written down. None begins that could not end
  // in time, with so many seconds for a group.
  template <class Examine>
  void in_rounds(const std::vector<Group>& groups, double seconds, const Examine& examine) {
    const std::size_t jobs = std::max<std::size_t>(1, plan_.jobs);
    constexpr std::size_t kGroupsPerJob = 4;
    for (std::size_t begin = 0, size = 0; begin < groups.size() && !stopped(seconds);
         begin += size) {
      const bool short_of_time = seconds_left() < 2 * kGroupsPerJob * seconds;
      size = short_of_time ? jobs : jobs * kGroupsPerJob;
      const std::size_t end = std::min(groups.size(), begin + size);
      const std::vector<Group> round(groups.begin() + static_cast<std::ptrdiff_t>(begin),
                                     groups.begin() + static_cast<std::ptrdiff_t>(end));
      examine(round);
      examined_ += count_in(round);
    }
  }

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

  // Explained by a cause, or in the baseline.
  bool is_known(const StoredFinding& finding) const {
    const bool is_explained = !finding.record.cause.empty() && !plan_.explained_too;
    return is_explained || known_.count(finding.record.signature) != 0;
  }

  static std::pair<std::string, std::string> family_of(const StoredFinding& finding) {
    return {finding.record.loss, finding.record.verdict};
  }

  std::string done_path() const { return place_ + "/done.txt"; }

  double seconds_left() const {
    return plan_.seconds - std::chrono::duration<double>(Clock::now() - start_).count();
  }

  bool stopped(double seconds_needed) const {
    if (plan_.on_progress && plan_.on_progress(examined_, total_)) return true;
    return seconds_left() < seconds_needed;
  }

  void examine_all(const std::vector<Group>& groups, const ShrinkLimits& limits) {
    Pool pool;
    pool.units = groups.size();
    pool.jobs = plan_.jobs;
    // A unit is many cases in processes of their own, which are timed one by one.
    pool.seconds_per_case = 60 + 20 * plan_.seconds_per_finding;
    pool.work = [&](std::size_t unit, const auto& skipped, Position&) {
      // glibc says a line before it aborts.
      const int nowhere = ::open("/dev/null", O_WRONLY);
      if (nowhere >= 0) ::dup2(nowhere, STDERR_FILENO);
      const Group& group = groups[unit];
      if (skipped.empty()) return Answer::dump(examine_entries(group, judging_, limits));
      std::vector<Answer> answers;
      for (const StoredFinding* finding : group) {
        answers.push_back(never_ended(*finding));
      }
      return Answer::dump(answers);
    };
    pool.on_result = [&](std::size_t unit, const std::string& text) {
      const std::vector<Answer> answers = Answer::parse(text);
      for (std::size_t i = 0; i < answers.size(); ++i) {
        const std::string name = "/" + name_of(groups[unit][i]->record);
        const bool flaky = answers[i].fate == "flaky";
        replace_file(place_ + (flaky ? "/flaky" : "") + name, answers[i].text);
        // It may have been the other the first time.
        fs::remove(place_ + (flaky ? "" : "/flaky") + name);
      }
    };
    pool.run();
  }

  // Without those that did not come again.
  std::size_t count_unexplained() const {
    return static_cast<std::size_t>(
        std::count_if(findings_.begin(), findings_.end(), [this](const auto& entry) {
          const Record& record = entry.second.record;
          return record.cause.empty() && known_.count(record.signature) == 0 &&
                 !fs::exists(place_ + "/flaky/" + name_of(record));
        }));
  }

  void add_groups() {
    std::map<std::pair<std::string, std::string>, TriageGroup> groups;
    const std::set<std::string> files(result_.files.begin(), result_.files.end());
    for (const auto& [signature, finding] : findings_) {
      if (is_known(finding)) continue;
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

  // Empty where a power cut has left nothing of it.
  static std::string case_in(const std::string& file) {
    const std::vector<Line> lines = read_lines(file);
    return lines.empty() ? "" : lines.front().text;
  }

  // The files of what is not known; an earlier triage may have left others.
  std::vector<std::string> files_in(const std::string& folder) const {
    std::vector<std::string> files;
    for (const auto& [signature, finding] : findings_) {
      const fs::path file = fs::path(place_ + folder) / name_of(finding.record);
      if (!is_known(finding) && fs::exists(file)) files.push_back(file.string());
    }
    std::sort(files.begin(), files.end());
    return files;
  }

  const TriagePlan& plan_;
  Judging judging_;  // as the campaign did
  std::string place_;
  FileLock lock_;
  BySignature findings_;
  std::set<std::string> known_;  // signatures of the baseline
  std::set<std::string> done_;
  std::set<std::pair<std::string, std::string>> families_;  // loss and verdict, of the baseline
  std::vector<const StoredFinding*> open_;                  // not yet through with both
  std::size_t total_ = 0;                                   // to be gone through, and
  std::size_t examined_ = 0;                                // what has been
  TriageResult result_;
  const Clock::time_point start_ = Clock::now();
};

}  // namespace

TriageResult triage(const CampaignDirectory& directory, const Baseline& baseline,
                    const TriagePlan& plan) {
  return Triage(directory, baseline, plan)();
}

void prepare_promotion(const std::string& regression) {
  const auto refuse = [&](const std::string& why) {
    return InputError(fmt::format("{}: {}, expected a directory to promote findings into",
                                  printable_path(regression), why));
  };
  std::error_code error;
  const bool is_other = fs::exists(regression, error) && !fs::is_directory(regression, error);
  if (is_other) throw refuse("is no directory");
  fs::create_directories(regression, error);
  if (error) throw refuse(fmt::format("cannot be made ({})", error.message()));
  const TemporaryFile trial(regression + "/trial");
  if (trial.fd() < 0) throw refuse(fmt::format("cannot be written ({})", std::strerror(errno)));
}

std::vector<std::string> promote(const std::vector<std::string>& files,
                                 const std::string& regression) {
  prepare_promotion(regression);
  std::error_code error;
  std::vector<std::string> promoted;
  for (const std::string& file : files) {
    const fs::path target = fs::path(regression) / fs::path(file).filename();
    // What a power cut has left of an earlier copy is no case.
    if (fs::exists(target, error) && !read_lines(target.string()).empty()) continue;
    std::string text;
    for (const std::string& line : LineReader(file).read_new()) text += line + "\n";
    replace_file(target.string(), text);
    promoted.push_back(target.string());
  }
  return promoted;
}

}  // namespace shapefuzz
