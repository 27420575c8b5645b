// SPDX-License-Identifier: BSD-3-Clause
// The corpus without what is superfluous: the shortest case of each feature.
#include <algorithm>
#include <cstdio>
#include <unordered_set>

#include "harness/findings/files/file.h"
#include "harness/language/case/order.h"
#include "harness/losses/registry/registry.h"
#include "harness/search/campaign/campaign.h"
#include "harness/search/campaign/explorer.h"
#include "harness/search/process/pool.h"

namespace shapefuzz {
namespace {

// Runs the cases one after the other and keeps the text of those with a new feature.
class Merger : public ExplorerHost {
 public:
  explicit Merger(Position& position) : position_(position) {}

  void about_to_run(const Case& /*c*/) override {}
  void has_run() override { position_.cases.fetch_add(1); }
  std::int64_t one_in(const Case& /*c*/, const LocatedMistake& /*mistake*/) override { return 1; }
  bool add_feature(std::uint64_t feature) override { return features_.insert(feature).second; }
  void on_interesting(const Case& c) override { kept += to_string(c) + "\n"; }
  void on_finding(const Case& /*c*/, const LossSpec& /*spec*/,
                  const Judgement& /*judgement*/) override {}

  std::string kept;

 private:
  Position& position_;
  std::unordered_set<std::uint64_t> features_;
};

}  // namespace

std::string cases_of_all_features(std::vector<Case> cases, const Judging& judging) {
  std::vector<const Loss*> losses;
  for (const Loss& loss : all_losses()) losses.push_back(&loss);
  std::sort(cases.begin(), cases.end(), is_smaller);
  std::string kept;
  Pool pool;
  pool.units = 1;
  pool.work = [&](std::size_t /*unit*/, const auto& skipped, Position& position) {
    Merger merger(position);
    Explorer explorer(losses, judging, 0, merger);
    for (std::size_t i = 0; i < cases.size(); ++i) {
      if (std::binary_search(skipped.begin(), skipped.end(), i)) continue;
      position.next_case.store(i);
      explorer.run(cases[i]);
    }
    return merger.kept;
  };
  pool.on_result = [&](std::size_t /*unit*/, const std::string& result) { kept = result; };
  pool.run();
  return kept;
}

std::pair<std::size_t, std::size_t> merge_corpus(CampaignDirectory& directory) {
  std::vector<Case> cases = directory.read_corpus(nullptr);
  const std::size_t before = cases.size();
  const std::string kept = cases_of_all_features(std::move(cases), directory.state.judging());
  // The one file is whole before the others go; a power cut leaves no more than duplicates.
  const std::vector<std::size_t> workers = directory.workers();
  replace_file(directory.corpus_path(1), kept);
  for (const std::size_t worker : workers) {
    if (worker != 1) std::remove(directory.corpus_path(worker).c_str());
  }
  return {before, static_cast<std::size_t>(std::count(kept.begin(), kept.end(), '\n'))};
}

}  // namespace shapefuzz
