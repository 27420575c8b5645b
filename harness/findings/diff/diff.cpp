// SPDX-License-Identifier: BSD-3-Clause
#include "harness/findings/diff/diff.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <fstream>
#include <map>
#include <tuple>
#include <unordered_map>

#include "harness/findings/files/file.h"
#include "harness/language/text/errors.h"
#include "harness/language/text/parse_error.h"
#include "harness/language/text/table.h"
#include "harness/oracle/judgement/verdict.h"

namespace shapefuzz {
namespace {

// Reads the records of a file one after the other; files of two million are common.
class RecordFile {
 public:
  explicit RecordFile(const std::string& path) : path_(path), file_(path, std::ios::binary) {
    if (!file_)
      throw InputError(
          fmt::format("{}: cannot be read: {}", printable_path(path), std::strerror(errno)));
  }

  bool next(Record& record) {
    offset_ = static_cast<std::uint64_t>(file_.tellg());
    std::string line;
    do {
      if (!std::getline(file_, line)) {
        if (file_.bad()) throw InputError(printable_path(path_) + ": cannot be read to its end");
        return false;
      }
      ++number_;
    } while (holds_nothing(line));
    const bool ended = !file_.eof();
    try {
      record = parse_record(line);
    } catch (const ParseError& error) {
      torn_ = !ended;
      if (torn_) return false;
      throw error_in_file(path_, {number_, line}, error);
    }
    return true;
  }

  /// Where the record that was read last begins.
  std::uint64_t offset() const { return offset_; }
  std::size_t line() const { return number_; }
  /// Whether a last line was left out that a power cut has torn.
  bool torn() const { return torn_; }

  Record at(std::uint64_t offset) {
    file_.clear();
    file_.seekg(static_cast<std::streamoff>(offset));
    Record record;
    next(record);
    return record;
  }

 private:
  std::string path_;
  std::ifstream file_;
  std::uint64_t offset_ = 0;
  std::size_t number_ = 0;
  bool torn_ = false;
};

// What is kept of each record of the first file; the rest is read again where something changed.
struct Kept {
  std::uint64_t offset = 0;
  std::optional<double> digest;
  std::optional<double> gradient_digest;
  std::uint32_t words = 0;  // index of everything that few records have different
  bool seen = false;
};

// The part of a record that is compared as text.
std::string words_of(const Record& r) {
  return fmt::format("{}\n{}\n{}\n{}\n{}\n{}", r.outcome, r.warned,
                     r.result_shape ? to_string(*r.result_shape) : "", r.result_dtype, r.verdict,
                     without_particulars(r.message));
}

constexpr const char* kSeparator = " | ";

// The fourth part of a signature: `target:forgot_unsqueeze`.
std::string mistake_of(const Record& record) {
  std::size_t start = 0;
  for (int i = 0; i < 3; ++i) {
    start = record.signature.find(kSeparator, start);
    if (start == std::string::npos) return "";
    start += std::strlen(kSeparator);
  }
  return record.signature.substr(start, record.signature.find(kSeparator, start) - start);
}

bool is_smaller(const Record& a, const Record& b) {
  const auto bulk = [](const Record& r) {
    std::size_t rank = 0;
    std::size_t empty = 0;
    std::int64_t sizes = 0;
    for (const Shape& shape : r.shapes) {
      rank += shape.rank();
      for (const std::int64_t size : shape) {
        sizes += size;
        empty += size == 0 ? 1 : 0;
      }
    }
    return std::make_tuple(rank, empty, sizes, r.text.size());
  };
  const auto x = bulk(a);
  const auto y = bulk(b);
  return x != y ? x < y : a.text < b.text;
}

bool has(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

// Another version may add up in another order and has other vector instructions, so a digest of
// numbers of order 1 may differ by some roundoffs of the coarsest dtype of the case.
bool digests_agree(const std::optional<double>& a, const std::optional<double>& b,
                   const std::string& text) {
  if (!a || !b || *a == *b || (std::isnan(*a) && std::isnan(*b))) return true;
  if (!std::isfinite(*a) || !std::isfinite(*b)) return false;
  const double tolerance = has(text, "f16[") ? 0.02 : has(text, "f32[") ? 1e-4 : 1e-7;
  return std::abs(*a - *b) <= tolerance * std::max({1.0, std::abs(*a), std::abs(*b)});
}

bool died(const Record& r) { return r.outcome == "crashed" || r.outcome == "timed_out"; }
bool is_finding(const Record& r) { return r.verdict != "pass"; }
bool is_uninitialized(const Record& r) { return r.verdict == "uninitialized_read"; }

class Differ {
 public:
  Differ(const std::string& first, const std::string& second) : first_(first), second_(second) {
    load_first(first);
    compare_second(second);
    collect_only_in_first();
    compare_findings();
    for (auto& [key, group] : groups_) diff_.groups.push_back(std::move(group));
    diff_.torn = (first_.torn() ? 1 : 0) + (second_.torn() ? 1 : 0);
  }

  SweepDiff take() { return std::move(diff_); }

 private:
  using Key = std::tuple<std::string, Change, std::string>;  // loss, change, detail

  void load_first(const std::string& path) {
    Record r;
    bool passes = false;
    while (first_.next(r)) {
      if (diff_.first_records++ == 0) diff_.first_libtorch = r.libtorch;
      Kept kept;
      kept.offset = first_.offset();
      kept.digest = r.digest;
      kept.gradient_digest = r.gradient_digest;
      kept.words = word_index_.emplace(words_of(r), word_index_.size()).first->second;
      // A case stands there once for each operand that a sweep varies. 64 bits tell millions of
      // lines apart; two that they do not are met once in a million sweeps.
      kept_.emplace(std::hash<std::string>()(r.text), kept);
      note_finding(r, 0);
      passes = passes || !is_finding(r);
    }
    if (diff_.first_records == 0) throw InputError(printable_path(path) + ": holds no record");
    first_passes_ = passes;
  }

  void compare_second(const std::string& path) {
    Record r;
    bool passes = false;
    while (second_.next(r)) {
      if (diff_.second_records++ == 0) diff_.second_libtorch = r.libtorch;
      note_finding(r, 1);
      passes = passes || !is_finding(r);
      const std::uint64_t hash = std::hash<std::string>()(r.text);
      const auto known = kept_.find(hash);
      if (known == kept_.end()) {
        if (first_passes_) only_in_second_.emplace(hash, second_.offset());
        continue;
      }
      if (known->second.seen) continue;
      known->second.seen = true;
      compare(known->second, r);
    }
    if (diff_.second_records == 0) throw InputError(printable_path(path) + ": holds no record");
    diff_.passes_compared = first_passes_ && passes;
    if (!diff_.passes_compared) return;
    for (const auto& [hash, offset] : only_in_second_) {
      const Record only = second_.at(offset);
      add(Change::kOnlyInSecond, only, "", Record(), only);
    }
  }

  void collect_only_in_first() {
    if (!diff_.passes_compared) return;
    for (const auto& [hash, kept] : kept_) {
      if (kept.seen) continue;
      const Record only = first_.at(kept.offset);
      add(Change::kOnlyInFirst, only, "", only, Record());
    }
  }

  void compare(const Kept& kept, const Record& b) {
    const auto words = word_index_.find(words_of(b));
    const bool same_words = words != word_index_.end() && words->second == kept.words;
    if (same_words && digests_agree(kept.digest, b.digest, b.text) &&
        digests_agree(kept.gradient_digest, b.gradient_digest, b.text)) {
      return;
    }
    const Record a = first_.at(kept.offset);
    if (is_uninitialized(a) || is_uninitialized(b)) {
      return add(Change::kUninitialized, b, mistake_of(b), a, b);
    }
    if (died(a) != died(b)) {
      const Record& dead = died(a) ? a : b;
      return add(died(b) ? Change::kNowDies : Change::kNoLongerDies, b,
                 without_particulars(dead.message), a, b);
    }
    if (a.outcome != b.outcome) {
      const bool refused = b.outcome == "rejected";
      return add(refused ? Change::kNowRefused : Change::kNowAccepted, b,
                 without_particulars(refused ? b.message : a.message), a, b);
    }
    if (a.warned != b.warned) {
      add(Change::kWarning, b, b.warned ? "warns now" : "warns no longer", a, b);
    }
    if (a.outcome == "accepted") return compare_accepted(a, b);
    const std::string before = without_particulars(a.message);
    const std::string after = without_particulars(b.message);
    if (before != after) add(Change::kMessage, b, fmt::format("{}  ->  {}", before, after), a, b);
  }

  void compare_accepted(const Record& a, const Record& b) {
    const std::string mistake = mistake_of(b);
    if (a.result_shape != b.result_shape) return add(Change::kShape, b, mistake, a, b);
    if (!a.result_dtype.empty() && !b.result_dtype.empty() && a.result_dtype != b.result_dtype) {
      add(Change::kDtype, b, fmt::format("{} -> {}", a.result_dtype, b.result_dtype), a, b);
    }
    if (!digests_agree(a.digest, b.digest, b.text)) return add(Change::kValue, b, mistake, a, b);
    if (!digests_agree(a.gradient_digest, b.gradient_digest, b.text)) {
      add(Change::kGradient, b, mistake, a, b);
    }
  }

  void add(Change change, const Record& named, const std::string& detail, const Record& a,
           const Record& b) {
    const auto [at, fresh] = groups_.try_emplace({named.loss, change, detail});
    ChangeGroup& group = at->second;
    group.change = change;
    group.loss = named.loss;
    group.detail = detail;
    group.entries.insert(named.entry);
    ++group.cases;
    if (fresh || is_smaller(named, group.second.text.empty() ? group.first : group.second)) {
      group.first = a;
      group.second = b;
    }
  }

  // Findings by what does not depend on a version's wording.
  void note_finding(const Record& r, std::size_t file) {
    if (!is_finding(r)) return;
    const auto [at, fresh] =
        findings_[file].try_emplace({r.loss, r.entry, r.verdict, mistake_of(r)}, r, 0);
    ++at->second.second;
    if (!fresh && is_smaller(r, at->second.first)) at->second.first = r;
  }

  void compare_findings() {
    for (const std::size_t file : {std::size_t{0}, std::size_t{1}}) {
      const Change change = file == 0 ? Change::kGoneFinding : Change::kNewFinding;
      for (const auto& [key, finding] : findings_[file]) {
        if (findings_[1 - file].count(key) > 0) continue;
        const auto& [record, cases] = finding;
        add(change, record, fmt::format("{} {}", std::get<2>(key), std::get<3>(key)),
            file == 0 ? record : Record(), file == 0 ? Record() : record);
        groups_.at({record.loss, change, fmt::format("{} {}", std::get<2>(key), std::get<3>(key))})
            .cases += cases - 1;
      }
    }
  }

  using FindingKey = std::tuple<std::string, std::string, std::string, std::string>;

  RecordFile first_;
  RecordFile second_;
  bool first_passes_ = false;
  std::unordered_map<std::string, std::uint32_t> word_index_;
  std::unordered_map<std::uint64_t, Kept> kept_;
  std::unordered_map<std::uint64_t, std::uint64_t> only_in_second_;  // offsets
  std::array<std::map<FindingKey, std::pair<Record, std::uint64_t>>, 2> findings_;
  std::map<Key, ChangeGroup> groups_;
  SweepDiff diff_;
};

struct ChangeRow {
  Change value;
  std::string_view name;   // in JSON
  std::string_view title;  // for people
};

constexpr std::array<ChangeRow, 15> kChanges = {{
    {Change::kNowDies, "now_dies", "dies now"},
    {Change::kNoLongerDies, "no_longer_dies", "dies no longer"},
    {Change::kNowAccepted, "now_accepted", "accepted now"},
    {Change::kNowRefused, "now_refused", "refused now"},
    {Change::kShape, "shape", "other shape"},
    {Change::kDtype, "dtype", "other dtype"},
    {Change::kValue, "value", "other value"},
    {Change::kGradient, "gradient", "other gradient"},
    {Change::kMessage, "message", "other message"},
    {Change::kWarning, "warning", "warning"},
    {Change::kNewFinding, "new_finding", "new finding"},
    {Change::kGoneFinding, "gone_finding", "finding gone"},
    {Change::kUninitialized, "uninitialized", "uninitialised"},
    {Change::kOnlyInFirst, "only_in_first", "not swept now"},
    {Change::kOnlyInSecond, "only_in_second", "swept only now"},
}};
static_assert(is_table_of<Change>(kChanges));

}  // namespace

std::string_view to_string(Change change) { return row_of(kChanges, change).name; }
std::string_view title_of(Change change) { return row_of(kChanges, change).title; }

bool counts_as_difference(Change change) { return change != Change::kUninitialized; }

bool SweepDiff::empty() const {
  return std::none_of(groups.begin(), groups.end(),
                      [](const ChangeGroup& group) { return counts_as_difference(group.change); });
}

SweepDiff diff_sweeps(const std::string& first_path, const std::string& second_path) {
  return Differ(first_path, second_path).take();
}

}  // namespace shapefuzz
