// SPDX-License-Identifier: BSD-3-Clause
// The words of a judgement, and how findings are told apart. No LibTorch in here.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/language/case/case.h"
#include "harness/language/case/mistake.h"
#include "harness/oracle/memory/fault.h"

namespace shapefuzz {

/// What LibTorch did.
enum class Outcome { kAccepted, kRejected, kCrashed, kTimedOut };

/// The judgement of what LibTorch did against what the contract says.
enum class Verdict {
  kPass,
  kOutOfBounds,
  kCrash,
  kUninitializedRead,
  kInputMutated,
  kWrongShape,
  kWrongValue,
  kWrongGradient,
  kWrongReduction,
  kNondeterministic,
  kBackwardRejected,
  kSilentBroadcast,
  kIllegalValueAccepted,
  kRejectedValid,
  kEntryDisagreement,
  kUncleanRejection,
  kTimedOut,
  kNotJudged,  ///< a limit of the harness, or a missing kernel: neither a finding nor a pass
};

/// The groups that a report never mixes, the worst first.
enum class Severity {
  kMemory,          ///< a bug: LibTorch touches what it must not
  kMiscalculation,  ///< a bug: LibTorch computes something wrong
  kHazard,          ///< a hazard: LibTorch takes what it does not promise, or the reverse
  kNone,            ///< no finding
};

std::string_view to_string(Outcome outcome);
std::string_view to_string(Verdict verdict);
std::string_view to_string(Severity severity);
const std::vector<Verdict>& all_verdicts();
Severity severity_of(Verdict verdict);
/// What LibTorch must have done to get the verdict; none where it may have done anything.
std::optional<Outcome> outcome_of(Verdict verdict);
/// Whether somebody should know.
inline bool is_finding(Verdict verdict) { return severity_of(verdict) != Severity::kNone; }
/// The verdict of that name; none if there is none.
std::optional<Verdict> find_verdict(std::string_view name);

/// How much the user forgives.
enum class Policy {
  kStrict,     ///< only valid cases may be accepted
  kExpand,     ///< expandable ones too, if they equal the expanded call
  kBroadcast,  ///< NumPy's broadcasting too, if it equals the call on the common shape
};

std::string_view to_string(Policy policy);
std::optional<Policy> parse_policy(std::string_view text);

/// What an accepted call was held against when its verdict was found. Whoever explains the verdict
/// goes by the same reading and the same reference, so that no number contradicts it.
struct Basis {
  enum class Reference {
    kNone,          ///< nothing says what the result should be
    kExpandedCall,  ///< the unreduced call on expanded operands, reduced as documented
    kFormula,       ///< the documented formula
    kContract,      ///< the shape that the contract gives to the unreduced result
    kOther,         ///< the samples one by one, or the formula of the loss behind a backward
    kOtherEntry,    ///< the loss's first entry
  };
  Reference reference = Reference::kNone;
  std::size_t reading = 0;  ///< its place among meanings_of() the case (readings.h)
};

struct Judgement {
  Zone zone = Zone::kValid;
  Outcome outcome = Outcome::kAccepted;
  Verdict verdict = Verdict::kPass;
  std::optional<Shape> result_shape;    ///< of an accepted call
  std::optional<Shape> expected_shape;  ///< of the reading that was compared with
  bool warned = false;                  ///< LibTorch printed a warning
  std::string device = "cpu";           ///< where it ran
  std::string result_dtype;             ///< of an accepted call, LibTorch's name: `Double`
  /// Of an accepted call: one number each that tells whether another LibTorch computes the same,
  /// the elements of the result, or of all gradients, summed up with different weights.
  std::optional<double> digest;
  std::optional<double> gradient_digest;
  /// Of an accepted call: what the result's storage holds beyond its elements. The value may be
  /// right all the same, so no verdict is about it.
  std::uint64_t kept_bytes = 0;
  std::string message;     ///< LibTorch's, of a refusal
  std::string site;        ///< where LibTorch refused: `Loss.cpp:64`
  std::string detail;      ///< what differs, in a sentence; empty for most passes
  LocatedMistake mistake;  ///< of a finding: what is wrong with its shapes
  Basis basis;             ///< of an accepted call
  /// Of kIllegalValueAccepted: the result is right once the whole numbers are converted.
  bool by_whole_numbers = false;
  /// Of a finding: the name of what explains it (oracle/causes); empty where nothing does.
  std::string cause;
  /// Of the death of a process: the cases that it had judged just before, where the case alone does
  /// not end one.
  std::vector<std::string> after;
};

/// The judgement of a case that ended its process: by a signal, or (0) by not coming back. `fault`
/// is what the process wrote down of it. Not judged, if it was a reference that did not come back.
Judgement judgement_of_death(const Case& c, const LossSpec& spec, int signal,
                             const Fault& fault = {});

/// Which findings are the same: no stack and no concrete size in it.
struct Signature {
  std::string loss;
  std::string entry;
  std::string verdict;
  std::string mistake;  ///< as in `target:forgot_unsqueeze`
  std::string message;  ///< LibTorch's, without_particulars(); `-` if there is none
  /// What explains it; empty where nothing does. Findings that are alike and have different causes
  /// are different ones. It does not stand in the spelling.
  std::string cause = {};

  friend bool operator<(const Signature& a, const Signature& b);
  friend bool operator==(const Signature& a, const Signature& b);
};

Signature signature_of(const Case& c, const Judgement& judgement);
/// The name of its mistake, without the operand that it is made in.
std::string mistake_in(const Signature& signature);
/// The same whatever explains it.
Signature without_cause(Signature signature);
/// The parts joined by ` | `, the spelling in baselines and records.
std::string to_string(const Signature& signature);

/// `message` in one line, every number, list of numbers and scalar type replaced by `#`.
std::string without_particulars(std::string_view message);

}  // namespace shapefuzz
