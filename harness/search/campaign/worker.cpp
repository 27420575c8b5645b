// SPDX-License-Identifier: BSD-3-Clause
#include "harness/search/campaign/worker.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <optional>

#include "harness/findings/records/record.h"
#include "harness/language/case/values.h"
#include "harness/language/text/hash.h"
#include "harness/losses/registry/registry.h"
#include "harness/oracle/libtorch/setup.h"
#include "harness/oracle/memory/limit.h"
#include "harness/search/campaign/explorer.h"

namespace shapefuzz {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kLookEvery = 256;  // executions between two looks at the clock
constexpr std::chrono::seconds kShareEvery(1);
// A case that kills a worker costs a new one, which loads the corpus again.
constexpr std::int64_t kDeadlyOneIn = 64;
// LibTorch's caches and a fragmented heap: a process that grows by so much is replaced, and long
// before cases are refused memory for it.
long most_growth() {
  constexpr std::uint64_t kMost = 640 << 20;
  return static_cast<long>(std::min(kMost, MemoryLimit::instance().share() / 2));
}

long resident_bytes() {
  long pages = 0;
  long resident = 0;
  std::FILE* const file = std::fopen("/proc/self/statm", "r");
  if (file == nullptr) return 0;
  const bool read = std::fscanf(file, "%ld %ld", &pages, &resident) == 2;
  std::fclose(file);
  return read ? resident * ::sysconf(_SC_PAGESIZE) : 0;
}

class Worker : public ExplorerHost {
 public:
  Worker(const WorkerPlan& plan, SharedState& shared)
      : plan_(plan),
        shared_(shared),
        slot_(shared.slots[plan.number]),
        corpus_(plan.directory.corpus_path(plan.number)),
        findings_(plan.directory.findings_path(plan.number)),
        known_(plan.known),
        libtorch_(libtorch_version()),
        imports_(plan.imports),
        explorer_(plan.losses, plan.directory.state.judging(), plan.seed, *this) {
    imports_.read_new();
    if (plan.exports) features_.emplace(plan.directory.features_path(plan.number));
    for (std::size_t worker = 1; worker <= plan.jobs; ++worker) {
      if (worker == plan.number) continue;
      others_.emplace_back(plan.directory.corpus_path(worker));
      others_.back().read_new();  // what is there already is in the plan's corpus, or comes again
    }
  }

  void operator()() {
    load();
    Clock::time_point shared_at = Clock::now();
    for (std::uint64_t i = 1; !shared_.stop.load(std::memory_order_relaxed); ++i) {
      explorer_.step();
      if (i % kLookEvery != 0 || Clock::now() - shared_at < kShareEvery) continue;
      take_from_others();
      take_from_other_machines();
      corpus_.sync();
      if (resident_bytes() > born_with_ + most_growth()) return;
      shared_at = Clock::now();
    }
    corpus_.sync();
  }

  void about_to_run(const Case& c) override {
    text_ = to_string(c);
    slot_.write(text_);
    fresh_.clear();
  }

  void has_run() override {
    slot_.clear();
    slot_.position.cases.fetch_add(1, std::memory_order_relaxed);
  }

  std::int64_t one_in(const Case& c, const LocatedMistake& mistake) override {
    if (shared_.deadly.count() == 0) return 1;
    return shared_.deadly.contains(deadly_hash(c, mistake)) ? kDeadlyOneIn : 1;
  }

  bool add_feature(std::uint64_t feature) override {
    if (!shared_.features.add(feature)) return false;
    if (features_) fresh_.push_back(feature);
    return plan_.feedback;
  }

  void on_interesting(const Case& /*c*/) override {
    if (loading_) return;
    if (features_) export_features();
    corpus_.append(text_);
  }

  void on_not_judged() override { shared_.not_judged.fetch_add(1, std::memory_order_relaxed); }

  void on_finding(const Case& c, const LossSpec& spec, const Judgement& judgement) override {
    const std::string signature = to_string(signature_of(c, judgement)) + judgement.cause;
    if (!is_worth_a_line(known_, signature, text_.size())) return;
    // It outlives this process at once, and a power cut when the parent has reported it.
    findings_.append(to_record(c, spec, judgement, {}, libtorch_));
  }

 private:
  // The corpus that is there: every worker runs its share of it for the features, and mutates all.
  void load() {
    loading_ = true;
    for (std::size_t i = 0; i < plan_.corpus.size(); ++i) {
      if (shared_.stop.load()) break;
      take(plan_.corpus[i], plan_.first_life && i % plan_.jobs == plan_.number - 1);
    }
    loading_ = false;
  }

  void take(const Case& c, bool runs) {
    const std::size_t before = explorer_.parents();
    if (runs) explorer_.run(c);
    if (explorer_.parents() == before) explorer_.add_parent(c);
  }

  // Their features are in our memory already.
  void take_from_other_machines() {
    for (const std::string& line : imports_.read_new()) {
      explorer_.add_parent(parse_case(line, all_specs()));
    }
  }

  // Before the case itself: who reads the case finds them.
  void export_features() {
    std::string line = fmt::format("{:x}", hash_of(text_));
    for (const std::uint64_t feature : fresh_) line += fmt::format(" {:x}", feature);
    features_->append(line);
  }

  void take_from_others() {
    for (LineReader& other : others_) {
      for (const std::string& line : other.read_new()) {
        explorer_.add_parent(parse_case(line, all_specs()));
      }
    }
  }

  const WorkerPlan& plan_;
  SharedState& shared_;
  WorkerSlot& slot_;
  LineWriter corpus_;
  LineWriter findings_;
  KnownLengths known_;
  std::string libtorch_;
  std::vector<LineReader> others_;
  LineReader imports_;
  std::optional<LineWriter> features_;
  std::vector<std::uint64_t> fresh_;  // features, of the case that runs
  std::string text_;                  // of the case that runs
  long born_with_ = resident_bytes();
  bool loading_ = false;
  Explorer explorer_;
};

}  // namespace

void run_worker(const WorkerPlan& plan, SharedState& shared) { Worker(plan, shared)(); }

std::uint64_t deadly_hash(const Case& c, const LocatedMistake& mistake) {
  return mix(mix(hash_of(c.loss)) ^ hash_of(c.entry)) ^ hash_of(to_string(mistake));
}

bool is_worth_a_line(KnownLengths& known, const std::string& signature, std::size_t length) {
  std::size_t& shortest = known[hash_of(signature)];
  if (shortest != 0 && length * 4 > shortest * 3) return false;
  shortest = length;
  return true;
}

}  // namespace shapefuzz
