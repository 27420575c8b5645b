// SPDX-License-Identifier: BSD-3-Clause
#include "harness/search/campaign/shards.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <optional>
#include <utility>

#include "harness/findings/files/file.h"
#include "harness/language/text/errors.h"
#include "harness/language/text/hash.h"
#include "harness/language/text/parse_error.h"
#include "harness/losses/registry/registry.h"
#include "harness/oracle/libtorch/setup.h"
#include "harness/search/campaign/campaign.h"

namespace shapefuzz {
namespace {

namespace fs = std::filesystem;

// `shard-2-of-4`; nothing for another name.
std::optional<Shard> shard_in(const std::string& name) {
  constexpr std::string_view kStart = "shard-";
  constexpr std::string_view kMiddle = "-of-";
  const std::size_t middle = name.find(kMiddle);
  if (name.compare(0, kStart.size(), kStart) != 0 || middle == std::string::npos) return {};
  Shard shard;
  const auto reads = [&](std::size_t first, std::size_t last, std::uint64_t& number) {
    const auto [end, status] = std::from_chars(name.data() + first, name.data() + last, number);
    return status == std::errc() && end == name.data() + last;
  };
  const bool is_one = reads(kStart.size(), middle, shard.index) &&
                      reads(middle + kMiddle.size(), name.size(), shard.count);
  return is_one && shard.index >= 1 && shard.index <= shard.count ? std::optional(shard)
                                                                  : std::nullopt;
}

std::map<std::uint64_t, std::string> shards_in(const std::string& shared) {
  std::map<std::uint64_t, std::string> paths;
  std::optional<Shard> first;
  const auto entries = entries_if_there(shared);
  for (const std::string& entry : entries ? *entries : std::vector<std::string>()) {
    const auto shard = shard_in(fs::path(entry).filename().string());
    if (!shard) continue;
    if (!first) first = shard;
    if (shard->count != first->count) {
      throw InputError(fmt::format("{}: has shards of {} and of {}, expected those of one campaign",
                                   printable_path(shared), std::min(shard->count, first->count),
                                   std::max(shard->count, first->count)));
    }
    paths[shard->index] = entry;
  }
  return paths;
}

// Of a line of features: that of the case's text, then those that the case has shown first. None of
// a line that is damaged.
std::vector<std::uint64_t> hashes_in(const std::string& line) {
  std::vector<std::uint64_t> hashes;
  const char* at = line.data();
  const char* const last = at + line.size();
  while (at != last) {
    std::uint64_t hash = 0;
    const auto [end, status] = std::from_chars(at, last, hash, 16);
    if (status != std::errc() || (end != last && *end != ' ')) return {};
    hashes.push_back(hash);
    at = end == last ? last : end + 1;
  }
  return hashes;
}

// Each shard is told apart from the others by its number alone.
void require_alike(const std::string& path, const CampaignState& other, const CampaignState& own) {
  const auto require = [&](std::string_view what, std::string_view found,
                           std::string_view expected) {
    if (found == expected) return;
    throw InputError(fmt::format("{}: is a shard with {} {}, this one has {}; all need the same",
                                 printable_path(path), what, printable(found),
                                 printable(expected)));
  };
  require("LibTorch", other.libtorch, own.libtorch);
  require("--policy", to_string(other.policy), to_string(own.policy));
  require("--memory", to_string(other.memory), to_string(own.memory));
  require("--device", to_string(other.device), to_string(own.device));
  require("--seed", std::to_string(other.seed), std::to_string(own.seed));
  require("the losses", other.losses, own.losses);
}

// A shard that has just made its directory has no state there yet.
bool has_begun(const std::string& path) { return fs::exists(path + "/campaign.txt"); }

void put_findings(const std::vector<StoredFinding>& findings, const std::string& path) {
  std::map<std::string, std::string> lines;
  for (const StoredFinding& finding : findings) {
    const Record& record = finding.record;
    std::string& line = lines[record.signature + record.cause];
    if (line.empty() || finding.line.size() < line.size()) line = finding.line;
  }
  std::string text;
  for (const auto& entry : lines) text += entry.second + "\n";
  replace_file(path, text);
}

}  // namespace

std::string shard_path(const std::string& shared, const Shard& shard) {
  return fmt::format("{}/shard-{}-of-{}", shared, shard.index, shard.count);
}

std::vector<std::string> shard_paths(const std::string& shared) {
  std::vector<std::string> paths;
  for (const auto& entry : shards_in(shared)) {
    if (has_begun(entry.second)) paths.push_back(entry.second);
  }
  return paths;
}

CampaignDirectory start_shard(const std::string& shared, const CampaignState& state) {
  std::error_code error;
  if (fs::exists(shared + "/campaign.txt", error)) {
    throw InputError(fmt::format("{}: is a campaign of one process, expected a directory of shards",
                                 printable_path(shared)));
  }
  const auto known = shards_in(shared);
  const std::string own = shard_path(shared, state.shard);
  for (const auto& [index, path] : known) {
    if (shard_in(fs::path(path).filename().string())->count != state.shard.count) {
      throw InputError(fmt::format("--shard: found {}/{}, and {} is there; expected one of {}",
                                   state.shard.index, state.shard.count, printable_path(path),
                                   shard_in(fs::path(path).filename().string())->count));
    }
    if (has_begun(path)) require_alike(path, CampaignDirectory::open(path).state, state);
  }
  if (has_begun(own)) return CampaignDirectory::resume(own, state.libtorch);
  return CampaignDirectory::start(own, state);
}

std::vector<std::string> OtherShards::new_lines(const std::string& file) {
  return readers_.try_emplace(file, file).first->second.read_new();
}

std::vector<Import> OtherShards::read_new() {
  std::vector<Import> imports;
  for (const auto& [index, path] : shards_in(shared_)) {
    if (index == own_.index) continue;
    for (const std::size_t worker : workers_in(path)) {
      // The cases first: what each has shown is on the disk before it.
      const std::vector<std::string> cases = new_lines(corpus_file(path, worker));
      std::map<std::uint64_t, std::vector<std::uint64_t>> features;
      for (const std::string& line : new_lines(features_file(path, worker))) {
        const std::vector<std::uint64_t> hashes = hashes_in(line);
        if (!hashes.empty()) features[hashes[0]] = {hashes.begin() + 1, hashes.end()};
      }
      for (const std::string& text : cases) imports.push_back({text, features[hash_of(text)]});
    }
  }
  return imports;
}

std::string merged_path(const std::string& shared) { return shared + "/merged"; }

std::pair<std::size_t, std::size_t> merge_shards(const std::string& shared) {
  const std::vector<std::string> paths = shard_paths(shared);
  if (paths.empty()) {
    throw InputError(fmt::format("{}: holds no shard of a campaign", printable_path(shared)));
  }
  std::optional<CampaignState> state;
  std::vector<Case> cases;
  std::vector<StoredFinding> findings;
  for (const std::string& path : paths) {
    const CampaignDirectory shard = CampaignDirectory::open(path);
    if (state) require_alike(path, shard.state, *state);
    if (!state) {
      state = shard.state;
    } else {
      state->executions += shard.state.executions;
      state->seconds += shard.state.seconds;
    }
    for (Case& c : shard.read_corpus(nullptr)) cases.push_back(std::move(c));
    for (StoredFinding& f : shard.read_findings(nullptr)) findings.push_back(std::move(f));
  }
  state->shard = {};
  if (state->libtorch != libtorch_version()) {
    throw InputError(fmt::format("{}: is of LibTorch {}, this is {}", printable_path(shared),
                                 printable(state->libtorch), libtorch_version()));
  }
  const std::string path = merged_path(shared);
  CampaignDirectory merged = has_begun(path) ? CampaignDirectory::resume(path, state->libtorch)
                                             : CampaignDirectory::start(path, *state);
  const std::size_t before = cases.size();
  const std::string kept = cases_of_all_features(std::move(cases), state->judging());
  replace_file(merged.corpus_path(1), kept);
  put_findings(findings, merged.findings_path(1));
  merged.state = *state;
  merged.save_state();
  return {before, static_cast<std::size_t>(std::count(kept.begin(), kept.end(), '\n'))};
}

}  // namespace shapefuzz
