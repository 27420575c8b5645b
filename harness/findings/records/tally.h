// SPDX-License-Identifier: BSD-3-Clause
// What a sweep has counted: cases by zone and outcome, findings by signature.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>

#include "harness/oracle/judgement/verdict.h"

namespace shapefuzz {

/// All cases with one signature.
struct Finding {
  Case smallest;
  std::string detail;       ///< of the smallest case
  std::uint64_t cases = 0;  ///< how many have the signature
  /// How many of them give the same numbers as the repaired call, since only sizes of 1 differ.
  std::uint64_t harmless = 0;
};

using Findings = std::map<Signature, Finding>;

/// The cases of one (loss, entry).
struct Counts {
  static constexpr std::size_t kZones = 3;
  static constexpr std::size_t kOutcomes = 4;

  std::array<std::array<std::uint64_t, kOutcomes>, kZones> cases{};
  std::uint64_t warned = 0;
  std::uint64_t findings = 0;    ///< cases that are one
  std::uint64_t not_judged = 0;  ///< cases that are neither a finding nor a pass
  std::uint64_t keeping = 0;     ///< cases whose result holds more memory than its elements need

  std::uint64_t of(Zone zone, Outcome outcome) const {
    return cases[static_cast<std::size_t>(zone)][static_cast<std::size_t>(outcome)];
  }
  std::uint64_t total() const;
  void add(const Counts& other);
};

/// Why cases were not judged, and how many.
using Reasons = std::map<std::string, std::uint64_t>;

class Tally {
 public:
  using Key = std::pair<std::string, std::string>;  ///< loss, entry

  /// A judged case that stands for so many, itself among them.
  void add(const Case& c, const Judgement& judgement, std::uint64_t stands_for = 1);
  /// Cases of an entry that are no finding and need no example.
  void add(const std::string& loss, const std::string& entry, const Judgement& judgement,
           std::uint64_t cases);
  void add(const Tally& other);

  const std::map<Key, Counts>& counts() const { return counts_; }
  const Findings& findings() const { return findings_; }
  const Reasons& reasons() const { return reasons_; }
  /// Whether there is a loss of which no case was judged.
  bool leaves_a_loss_out() const;
  std::uint64_t cases() const;

  /// For the way from a worker to its parent, and into a journal; `parse(to_text())` is equal.
  std::string to_text() const;
  /// Throws ParseError for what is no tally of these losses: a journal may be damaged.
  static Tally parse(const std::string& text, const LossSpecs& specs);

 private:
  void add(const Signature& signature, const Finding& finding);
  static Tally read(const nlohmann::ordered_json& json, const LossSpecs& specs);

  std::map<Key, Counts> counts_;
  Findings findings_;
  Reasons reasons_;
};

}  // namespace shapefuzz
