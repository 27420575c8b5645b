// SPDX-License-Identifier: BSD-3-Clause
#include "harness/search/campaign/campaign.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstring>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>
#include <set>
#include <thread>
#include <utility>

#include "harness/findings/files/file.h"
#include "harness/language/case/values.h"
#include "harness/language/text/errors.h"
#include "harness/language/text/parse_error.h"
#include "harness/losses/registry/registry.h"
#include "harness/oracle/judge/judge.h"
#include "harness/oracle/libtorch/setup.h"
#include "harness/search/campaign/features.h"
#include "harness/search/campaign/nameless_file.h"
#include "harness/search/campaign/shared.h"
#include "harness/search/campaign/worker.h"
#include "harness/search/isolate/death.h"
#include "harness/search/isolate/isolated_judge.h"
#include "harness/search/isolate/sequence.h"
#include "harness/search/process/worker.h"

namespace shapefuzz {
namespace {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

constexpr std::chrono::milliseconds kTick(50);
constexpr std::chrono::milliseconds kStatusEvery(200);
constexpr std::chrono::seconds kSaveEvery(1);  // what a kill takes of the time is spent again
constexpr std::chrono::seconds kProgressEvery(10);
constexpr Seconds kGrace(1);  // for a case that runs when time is up
constexpr int kDamaged = 71;  // a worker's exit status where its memory seems written over
constexpr std::size_t kMostCases = 200000;   // of the corpus, in memory: a worker has no more
constexpr int kDeathsUntilDeadly = 2;        // one alone may be the fault of a case before it
constexpr int kMostStrangeDeaths = 100;      // of lives that were worth nothing
constexpr std::uint64_t kWorthALife = 1000;  // executions

struct Process {
  WorkerProcess worker;
  StallClock stall;
  bool first_life = true;
  std::uint64_t lives = 0;
  std::uint64_t born_at = 0;  // executions
  bool ended_by_us = false;
};

class Run {
 public:
  Run(CampaignDirectory& directory, const CampaignPlan& plan)
      : directory_(directory),
        plan_(plan),
        shared_(make_shared_state()),
        deaths_(directory.findings_path(0)),
        progress_(directory.progress_path()),
        processes_(std::min(plan.jobs, kMostJobs - 1)),
        corpus_(directory.read_corpus(nullptr)),
        before_(directory.state) {
    corpus_.insert(corpus_.end(), plan.seeds.begin(), plan.seeds.end());
    for (std::size_t worker = 1; worker <= processes_.size(); ++worker) {
      corpora_.emplace_back(directory.corpus_path(worker));
      corpora_.back().read_new();  // what is in corpus_ already
    }
    for (std::size_t worker = 0; worker < kMostJobs; ++worker) {
      readers_.emplace_back(directory.findings_path(worker));
    }
    for (const std::size_t worker : directory.workers()) {
      if (worker >= kMostJobs) readers_.emplace_back(directory.findings_path(worker));
    }
  }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  CampaignStatus operator()() {
    read_findings();
    save();
    save_progress();
    warm_up_libtorch(directory_.state.memory);
    for (std::size_t i = 0; i < processes_.size(); ++i) start(i);
    Clock::time_point shown;
    Clock::time_point saved = Clock::now();
    Clock::time_point progressed = saved;
    Clock::time_point imported;
    bool stop = false;
    while (!stop && seconds() < plan_.seconds) {
      // Not a wait for a child: the clock must not stand still when none ends.
      std::this_thread::sleep_for(
          std::min<Seconds>(kTick, Seconds(std::max(0.0, plan_.seconds - seconds()))));
      for (std::size_t i = 0; i < processes_.size(); ++i) look_after(i, true);
      if (Clock::now() - shown < kStatusEvery) continue;
      read_findings();
      stop = plan_.on_status && plan_.on_status(status());
      shown = Clock::now();
      if (plan_.others && shown - imported > others_every()) {
        import(plan_.others());
        imported = shown;
      }
      if (shown - saved < kSaveEvery) continue;
      save();
      saved = shown;
      if (shown - progressed < kProgressEvery) continue;
      save_progress();
      progressed = shown;
    }
    finish();
    read_findings();
    save();
    save_progress();
    return status();
  }

 private:
  double seconds() const { return Seconds(Clock::now() - start_).count(); }

  std::uint64_t executions() const {
    std::uint64_t sum = 0;
    for (std::size_t i = 1; i <= processes_.size(); ++i)
      sum += shared_->slots[i].position.cases.load();
    return sum;
  }

  CampaignStatus status() const {
    CampaignStatus status;
    status.seconds = seconds();
    status.seconds_left = std::max(0.0, plan_.seconds - status.seconds);
    status.executions = executions();
    status.all_executions = before_.executions + status.executions;
    status.features = shared_->features.count();
    status.deaths = dead_;
    status.not_judged = shared_->not_judged.load();
    for (std::size_t i = 0; i < status.findings.size(); ++i) {
      status.findings[i] = signatures_[i].size();
    }
    status.causes = causes_.size();
    status.unexplained = unexplained_.size();
    return status;
  }

  void save() {
    directory_.state.executions = before_.executions + executions();
    directory_.state.seconds = before_.seconds + seconds();
    directory_.save_state();
  }

  // The line of what was saved last.
  void save_progress() {
    const CampaignStatus now = status();
    const nlohmann::ordered_json line = {
        {"seconds", std::round(10 * directory_.state.seconds) / 10},
        {"executions", directory_.state.executions},
        {"features", now.features},
        {"findings", std::accumulate(now.findings.begin(), now.findings.end(), std::size_t{0})}};
    progress_.append(line.dump());
  }

  // On the disk before it counts: a worker that waited for the disk with each finding would wait
  // for half of its first minute.
  void read_findings() {
    for (LineReader& reader : readers_) {
      const std::vector<std::string> lines = reader.read_new();
      if (!lines.empty()) reader.sync();
      for (const std::string& line : lines) {
        const StoredFinding finding = parse_stored_finding(line, all_specs());
        const auto severity =
            static_cast<std::size_t>(severity_of(*find_verdict(finding.record.verdict)));
        if (severity >= signatures_.size()) continue;
        const std::string key = finding.record.signature + finding.record.cause;
        signatures_[severity].insert(key);
        if (finding.record.cause.empty()) {
          unexplained_.insert(key);
        } else {
          causes_.insert(finding.record.cause);
        }
        is_worth_a_line(known_, key, finding.record.text.size());
      }
    }
  }

  // Of many machines each looks less often, so that the disk of all has as much to do.
  Seconds others_every() const {
    return Seconds(0.5 + 0.25 * static_cast<double>(directory_.state.shard.count));
  }

  // For the workers that run, and for those that will take their place. Many machines find the
  // same, of which one case is enough; a line that cannot be read is theirs to mend.
  void import(const std::vector<Import>& imports) {
    std::string text;
    for (const Import& one : imports) {
      bool is_fresh = one.features.empty();
      for (const std::uint64_t feature : one.features) {
        is_fresh = shared_->features.add(feature) || is_fresh;
      }
      if (!is_fresh) continue;
      try {
        corpus_.push_back(parse_case(one.text, all_specs()));
        text += one.text + "\n";
      } catch (const ParseError&) {
        continue;
      }
    }
    imports_.append(text);
  }

  // What the workers have found since: a worker that takes a dead one's place goes on from there.
  void read_corpora() {
    for (LineReader& corpus : corpora_) {
      for (const std::string& line : corpus.read_new()) {
        corpus_.push_back(parse_case(line, all_specs()));
      }
    }
    // Of so many the older half has been mutated long enough.
    if (corpus_.size() > kMostCases) {
      corpus_.erase(corpus_.begin(), corpus_.end() - static_cast<std::ptrdiff_t>(kMostCases / 2));
    }
  }

  void start(std::size_t index) {
    Process& process = processes_[index];
    if (!process.first_life) read_corpora();
    Position& position = shared_->slots[index + 1].position;
    std::vector<int> others;
    for (const Process& other : processes_) {
      if (!other.worker.runs()) continue;
      others.push_back(other.worker.to());
      others.push_back(other.worker.from());
    }
    shared_->slots[index + 1].forget_history();
    process.worker.start(position, others, processes_.size(),
                         [&](int /*in*/, int /*out*/) { live(index); });
    process.ended_by_us = false;
    process.stall = StallClock(StallClock::now(process.worker, position));
    process.born_at = position.cases.load();
    ++process.lives;
  }

  // In the worker.
  void live(std::size_t index) {
    // Ctrl-C reaches the whole group: the parent says when to stop.
    for (const int stop : {SIGINT, SIGTERM, SIGHUP}) ::signal(stop, SIG_IGN);
    // glibc says a line before it aborts, and a campaign has hundreds of those.
    const int messages = ::dup(STDERR_FILENO);
    const int nowhere = ::open("/dev/null", O_WRONLY);
    if (nowhere >= 0) ::dup2(nowhere, STDERR_FILENO);
    const Process& process = processes_[index];
    try {
      const std::uint64_t place = (directory_.state.shard.index - 1) << 32U;
      const std::uint64_t seed = mix(mix(directory_.state.seed + before_.executions) ^
                                     mix(place + index * 1000003 + process.lives));
      run_worker({directory_, plan_.losses, index + 1, processes_.size(), seed, process.first_life,
                  corpus_, known_, imports_.path(), plan_.others != nullptr, plan_.feedback},
                 *shared_);
    } catch (const HarnessError&) {
      ::dup2(messages, STDERR_FILENO);
      throw;
    } catch (const InputError&) {
      ::dup2(messages, STDERR_FILENO);
      throw;
    } catch (const std::exception&) {
      // A case may have written over what is ours, as one of LibTorch's kernels does with lengths
      // below zero; what comes of that is any exception.
      ::_exit(kDamaged);
    }
  }

  double patience() const { return directory_.state.judging().patience(); }

  // Buries a worker that has ended, and ends one that hangs.
  void look_after(std::size_t index, bool restart) {
    Process& process = processes_[index];
    if (!process.worker.runs()) return;
    if (const auto status = process.worker.reap_if_ended()) {
      bury(index, {*status, process.ended_by_us, process.stall.is_idle()});
      if (restart) start(index);
      return;
    }
    if (process.ended_by_us) return;
    const Position& position = shared_->slots[index + 1].position;
    process.ended_by_us = process.stall.lasts(StallClock::now(process.worker, position),
                                              plan_.seconds_per_case * patience());
    if (process.ended_by_us) ::kill(process.worker.pid(), SIGKILL);
  }

  void bury(std::size_t index, const Ending& ending) {
    if (ending.is_ours()) throw HarnessError("a worker of the campaign failed");
    Process& process = processes_[index];
    process.first_life = false;
    WorkerSlot& slot = shared_->slots[index + 1];
    const std::string text = slot.read();
    slot.clear();
    if (ending.status == 0 && text.empty()) return;  // it had grown
    const bool damaged = WIFEXITED(ending.status) && WEXITSTATUS(ending.status) == kDamaged;
    if (text.empty() || damaged) {
      // Between two cases, or by an exception of ours: memory that a case before had corrupted. Now
      // and then that is no reason to give up.
      const bool early = slot.position.cases.load() - process.born_at < kWorthALife;
      if (early && ++strange_deaths_ > kMostStrangeDeaths)
        throw HarnessError("workers fail between two cases, one after the other");
      return;
    }
    ++dead_;
    Case c = parse_case(text, all_specs());
    const Judgement judgement = judgement_of_death(c, slot, ending);
    const LossSpec& spec = find_loss(c.loss)->spec;
    if (!is_finding(judgement.verdict)) {
      if (judgement.verdict != Verdict::kNotJudged) return;
      shared_->not_judged.fetch_add(1);
      // Kept for whoever wants to look; a triage leaves it out.
      deaths_.append(to_record(c, spec, judgement, {}, libtorch_version()));
      return;
    }
    const std::uint64_t hash = deadly_hash(c, judgement.mistake);
    if (++deaths_by_hash_[hash] >= kDeathsUntilDeadly) shared_->deadly.add(hash);
    if (!is_worth_a_line(known_, to_string(signature_of(c, judgement)) + judgement.cause,
                         text.size()))
      return;
    deaths_.append(to_record(c, spec, judgement, {}, libtorch_version()));
    deaths_.sync();
  }

  // `c` becomes another case where a sequence of cases ends at that one.
  Judgement judgement_of_death(Case& c, WorkerSlot& slot, const Ending& ending) const {
    const Loss& loss = *find_loss(c.loss);
    if (!ending.deserves_a_second_chance()) {
      const bool short_of_memory = slot.position.shortage.refusals.load() != 0;
      const Fault fault = std::exchange(slot.position.fault, {});
      return judgement_of({0, 0, ending.signal(), fault, short_of_memory}, c, loss.spec,
                          directory_.state.judging());
    }
    IsolatedJudge judge(directory_.state.judging());
    judge.limit_seconds(plan_.seconds_per_case);
    Judgement again = judge.judge(loss, c);
    if (again.outcome == Outcome::kCrashed || again.outcome == Outcome::kTimedOut) return again;
    // Alone it lives: the cases before it may have damaged the heap.
    const std::vector<Step> steps = steps_of(slot.history());
    const auto death =
        judge_in_sequence(steps, directory_.state.judging(), plan_.seconds_per_case * patience());
    if (death) {
      c = death->steps.back().c;
      Judgement judgement = death->judgement;
      judgement.after = texts_before_the_last(death->steps);
      judgement.detail += fmt::format("{}after the {} cases before it, not alone",
                                      judgement.detail.empty() ? "" : "; ", judgement.after.size());
      return judgement;
    }
    // Nor of those: a signal from outside.
    again.verdict = Verdict::kNotJudged;
    again.detail = fmt::format(
        "the worker ended at this case ({}), which judged alone or after the cases before it does "
        "not",
        ending.signal() == 0 ? "stopped" : ::strsignal(ending.signal()));
    again.after = texts_before_the_last(steps);
    return again;
  }

  // What a worker had noted, as far as it can be read: the memory may be damaged.
  static std::vector<Step> steps_of(const std::vector<std::string>& texts) {
    std::vector<Step> steps;
    for (const std::string& text : texts) {
      try {
        Case c = parse_case(text, all_specs());
        steps.push_back({find_loss(c.loss), std::move(c)});
      } catch (const ParseError&) {
        continue;
      }
    }
    return steps;
  }

  static std::vector<std::string> texts_before_the_last(const std::vector<Step>& steps) {
    std::vector<std::string> texts;
    for (std::size_t i = 0; i + 1 < steps.size(); ++i) texts.push_back(to_string(steps[i].c));
    return texts;
  }

  // Every worker ends its case, or is ended; who has died of one is still reported.
  void finish() {
    shared_->stop.store(true);
    const auto running = [this] {
      return std::any_of(processes_.begin(), processes_.end(),
                         [](const Process& process) { return process.worker.runs(); });
    };
    const Clock::time_point asked = Clock::now();
    while (running() && Clock::now() - asked < kGrace) {
      for (std::size_t i = 0; i < processes_.size(); ++i) look_after(i, false);
      if (running()) std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    for (Process& process : processes_) process.worker.end();
  }

  CampaignDirectory& directory_;
  const CampaignPlan& plan_;
  std::shared_ptr<SharedState> shared_;
  LineWriter deaths_;
  LineWriter progress_;
  std::vector<Process> processes_;
  std::vector<Case> corpus_;
  std::vector<LineReader> corpora_;  // of the workers
  CampaignState before_;
  NamelessFile imports_;  // of what other machines have found
  std::vector<LineReader> readers_;
  KnownLengths known_;
  std::array<std::set<std::string>, 3> signatures_;  // by severity
  std::set<std::string> unexplained_;                // of those, the ones without a cause
  std::set<std::string> causes_;
  std::map<std::uint64_t, int> deaths_by_hash_;
  std::size_t dead_ = 0;
  int strange_deaths_ = 0;
  const Clock::time_point start_ = Clock::now();
};

}  // namespace

CampaignStatus run_campaign(CampaignDirectory& directory, const CampaignPlan& plan) {
  return Run(directory, plan)();
}

}  // namespace shapefuzz
