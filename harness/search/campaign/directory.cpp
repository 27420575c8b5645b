// SPDX-License-Identifier: BSD-3-Clause
#include "harness/search/campaign/directory.h"

#include <fmt/core.h>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <random>
#include <set>

#include "harness/findings/files/file.h"
#include "harness/language/text/errors.h"
#include "harness/language/text/parse_error.h"
#include "harness/losses/loss/loss.h"
#include "harness/losses/registry/registry.h"

namespace shapefuzz {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kHead = "shapefuzz campaign 1";
constexpr std::string_view kThorough = "thorough yes";
constexpr std::string_view kDevice = "device";
constexpr std::string_view kShard = "shard";
constexpr std::string_view kLosses = "losses";
constexpr std::string_view kWriter = "writer";
// Ten thousand machine years, and more cases than they judge: what is added to them stays a number.
constexpr double kMostSeconds = 315576000000;
constexpr std::uint64_t kMostExecutions = std::uint64_t{1} << 56U;

template <class Number>
bool read_number(std::string_view text, Number& number) {
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), number);
  return status == std::errc() && end == text.data() + text.size();
}

// `corpus-12.cases`: 12; nothing for another name.
std::optional<std::size_t> worker_in(const std::string& name) {
  for (const auto& [before, after] :
       {std::pair<std::string_view, std::string_view>{"corpus-", ".cases"},
        {"findings-", ".jsonl"}}) {
    if (name.size() <= before.size() + after.size()) continue;
    if (name.compare(0, before.size(), before) != 0) continue;
    if (name.compare(name.size() - after.size(), after.size(), after) != 0) continue;
    std::size_t worker = 0;
    const std::string_view digits =
        std::string_view(name).substr(before.size(), name.size() - before.size() - after.size());
    if (read_number(digits, worker)) return worker;
  }
  return std::nullopt;
}

bool holds_shards(const std::string& path) {
  const std::vector<std::string> entries = entries_in(path);
  return std::any_of(entries.begin(), entries.end(), [](const std::string& entry) {
    return fs::path(entry).filename().string().compare(0, 6, "shard-") == 0;
  });
}

// The process that has saved the state last; empty in a file of an older shapefuzz.
std::string writer_in(const std::string& path) {
  const std::string start = std::string(kWriter) + " ";
  for (const Line& line : read_lines(path)) {
    if (line.text.compare(0, start.size(), start) == 0) return line.text.substr(start.size());
  }
  return "";
}

std::string state_path(const std::string& directory) { return directory + "/campaign.txt"; }

void require_directory(const std::string& path) {
  std::error_code error;
  if (fs::exists(path, error) && !fs::is_directory(path, error)) {
    throw InputError(fmt::format("{}: is a file, expected a directory", printable_path(path)));
  }
  if (error) throw InputError(fmt::format("{}: {}", printable_path(path), error.message()));
}

template <class Parse>
void read_lines_of(const std::string& path, std::size_t* torn, Parse parse) {
  LineReader reader(path);
  std::size_t number = 1;
  for (const std::string& text : reader.read_new()) {
    const Line line{number++, text};
    try {
      parse(text);
    } catch (const ParseError& error) {
      throw error_in_file(path, line, error);
    }
  }
  if (reader.torn() && torn != nullptr) ++*torn;
}

}  // namespace

std::vector<std::size_t> workers_in(const std::string& path) {
  std::set<std::size_t> numbers;
  const auto entries = entries_if_there(path);
  for (const std::string& entry : entries ? *entries : std::vector<std::string>()) {
    if (const auto worker = worker_in(fs::path(entry).filename().string())) numbers.insert(*worker);
  }
  return {numbers.begin(), numbers.end()};
}

std::string corpus_file(const std::string& path, std::size_t worker) {
  return fmt::format("{}/corpus-{}.cases", path, worker);
}

std::string features_file(const std::string& path, std::size_t worker) {
  return fmt::format("{}/features-{}.txt", path, worker);
}

std::string device_option(Device device) {
  return device == Device::kCpu ? "" : fmt::format(" --device {}", to_string(device));
}

std::string CampaignState::to_text() const {
  return fmt::format(
             "{}\nlibtorch {}\npolicy {}\nseed {}\nexecutions {}\nseconds {:.3f}\nmemory {}\n",
             kHead, libtorch, to_string(policy), seed, executions, seconds, to_string(memory)) +
         (thorough ? std::string(kThorough) + "\n" : "") +
         (device == Device::kCpu ? "" : fmt::format("{} {}\n", kDevice, to_string(device))) +
         (shard.is_all() ? "" : fmt::format("{} {}/{}\n", kShard, shard.index, shard.count)) +
         (losses.empty() ? "" : fmt::format("{} {}\n", kLosses, losses));
}

CampaignState CampaignState::parse(const std::string& path) {
  CampaignState state;
  const std::vector<Line> lines = read_lines(path);
  const auto fail = [&](std::size_t number, const std::string& found, const std::string& expected) {
    throw InputError(fmt::format("{}:{}: found '{}', expected {}", printable_path(path), number,
                                 printable(found), expected));
  };
  const auto value = [&](std::size_t i, std::string_view key) {
    const std::string found = i < lines.size() ? lines[i].text : "";
    const std::string start = std::string(key) + " ";
    if (found.compare(0, start.size(), start) != 0) fail(i + 1, found, "'" + start + "...'");
    return found.substr(start.size());
  };
  if (lines.empty() || lines[0].text != kHead) {
    fail(1, lines.empty() ? "" : lines[0].text, fmt::format("'{}'", kHead));
  }
  state.libtorch = value(1, "libtorch");
  const auto policy = parse_policy(value(2, "policy"));
  if (!policy) fail(3, value(2, "policy"), "strict, expand or broadcast");
  state.policy = *policy;
  if (!read_number(value(3, "seed"), state.seed)) fail(4, value(3, "seed"), "a seed");
  if (!read_number(value(4, "executions"), state.executions) ||
      state.executions > kMostExecutions) {
    fail(5, value(4, "executions"), fmt::format("a whole number from 0 to {}", kMostExecutions));
  }
  const bool is_number = read_number(value(5, "seconds"), state.seconds);
  if (!is_number || !(state.seconds >= 0 && state.seconds <= kMostSeconds)) {
    fail(6, value(5, "seconds"), fmt::format("seconds from 0 to {:.0f}", kMostSeconds));
  }
  // Younger than the format: all campaigns without the line were in this mode.
  state.memory = MemoryMode::kGuard;
  std::size_t next = 6;
  const auto is_next = [&](std::string_view key) {
    return next < lines.size() && lines[next].text.compare(0, key.size(), key) == 0;
  };
  if (is_next("memory")) {
    const auto memory = parse_memory_mode(value(next, "memory"));
    if (!memory) fail(next + 1, value(next, "memory"), "off, guard or full");
    state.memory = *memory;
    ++next;
  }
  // What few campaigns have.
  state.thorough = is_next(kThorough);
  if (state.thorough) ++next;
  if (is_next(kDevice)) {
    const auto device = parse_device(value(next, kDevice));
    if (!device) fail(next + 1, value(next, kDevice), "cpu, meta, cuda or compile");
    state.device = *device;
    ++next;
  }
  if (is_next(kShard)) {
    const auto shard = parse_shard(value(next, kShard));
    if (!shard) fail(next + 1, value(next, kShard), "a part like 2/4");
    state.shard = *shard;
    ++next;
  }
  if (is_next(kLosses)) state.losses = value(next++, kLosses);
  if (is_next(kWriter)) ++next;
  if (next < lines.size()) fail(next + 1, lines[next].text, "no more lines");
  return state;
}

StoredFinding parse_stored_finding(const std::string& line, const LossSpecs& specs) {
  StoredFinding finding{parse_record(line), {}, line};
  try {
    finding.c = parse_case(finding.record.text, specs);
  } catch (const ParseError& error) {
    throw ParseError(0, fmt::format("a record whose case has an error ({})", error.what()),
                     "a case that can be read");
  }
  if (!find_verdict(finding.record.verdict)) {
    throw ParseError(0, fmt::format("the verdict '{}'", printable(finding.record.verdict)),
                     "one of ours");
  }
  return finding;
}

void CampaignDirectory::take() {
  lock_ = FileLock(path_ + "/lock", path_);
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  // Numbers of processes come again, also on a machine of the same name.
  std::random_device random;
  writer_ = fmt::format("{} process {} ({:08x})", host.data(), ::getpid(), random());
}

CampaignDirectory CampaignDirectory::start(const std::string& path, CampaignState state) {
  require_directory(path);
  std::error_code error;
  fs::create_directories(path, error);
  if (error) throw InputError(fmt::format("{}: {}", printable_path(path), error.message()));
  if (fs::exists(state_path(path), error)) {
    throw InputError(fmt::format("{}: holds a campaign already; --resume goes on with it",
                                 printable_path(path)));
  }
  for (const std::string& entry : entries_in(path)) {
    const std::string name = fs::path(entry).filename().string();
    if (name == "lock") continue;
    throw InputError(fmt::format("{}: holds '{}' and is no campaign, expected an empty directory",
                                 printable_path(path), printable(name)));
  }
  CampaignDirectory directory(path);
  directory.take();
  directory.state = std::move(state);
  directory.save_state();
  return directory;
}

CampaignDirectory CampaignDirectory::resume(const std::string& path, const std::string& libtorch) {
  CampaignDirectory directory = open(path);
  directory.take();
  if (directory.state.libtorch != libtorch) {
    throw InputError(fmt::format("{}: is a campaign of LibTorch {}, this is {}",
                                 printable_path(path), printable(directory.state.libtorch),
                                 libtorch));
  }
  return directory;
}

CampaignDirectory CampaignDirectory::open(const std::string& path) {
  require_directory(path);
  std::error_code error;
  if (!fs::exists(path, error) && !error) {
    throw InputError(
        fmt::format("{}: no such directory, expected one of a campaign", printable_path(path)));
  }
  if (!fs::exists(state_path(path), error)) {
    throw InputError(
        error ? fmt::format("{}: {}", printable_path(path), error.message())
        : holds_shards(path)
            ? fmt::format("{}: holds the shards of a campaign: `fuzz --merge --dir` puts them "
                          "together in {}/merged",
                          printable_path(path), printable_path(path))
            : fmt::format("{}: is no campaign: found no campaign.txt", printable_path(path)));
  }
  CampaignDirectory directory(path);
  directory.state = CampaignState::parse(state_path(path));
  return directory;
}

void CampaignDirectory::save_state() const {
  if (has_written_) {
    const std::string there = writer_in(state_path(path_));
    if (there != writer_) {
      throw InputError(fmt::format("{}: {} has begun to write here; expected one process at a time",
                                   printable_path(path_), printable(there)));
    }
  }
  replace_file(state_path(path_), state.to_text() + fmt::format("{} {}\n", kWriter, writer_));
  has_written_ = true;
}

std::string CampaignDirectory::corpus_path(std::size_t worker) const {
  return corpus_file(path_, worker);
}

std::string CampaignDirectory::features_path(std::size_t worker) const {
  return features_file(path_, worker);
}

std::string CampaignDirectory::findings_path(std::size_t worker) const {
  return fmt::format("{}/findings-{}.jsonl", path_, worker);
}

std::vector<std::size_t> CampaignDirectory::workers() const { return workers_in(path_); }

std::vector<Case> CampaignDirectory::read_corpus(std::size_t* torn) const {
  std::vector<Case> cases;
  for (const std::size_t worker : workers()) {
    read_lines_of(corpus_path(worker), torn,
                  [&](const std::string& line) { cases.push_back(parse_case(line, all_specs())); });
  }
  return cases;
}

std::vector<StoredFinding> CampaignDirectory::read_findings(std::size_t* torn) const {
  std::vector<StoredFinding> findings;
  for (const std::size_t worker : workers()) {
    read_lines_of(findings_path(worker), torn, [&](const std::string& line) {
      findings.push_back(parse_stored_finding(line, all_specs()));
    });
  }
  return findings;
}

}  // namespace shapefuzz
