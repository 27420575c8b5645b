// SPDX-License-Identifier: BSD-3-Clause
#include "harness/oracle/judgement/verdict.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>
#include <tuple>

#include "harness/language/case/zone.h"
#include "harness/language/text/table.h"

namespace shapefuzz {
namespace {

struct OutcomeRow {
  Outcome value;
  std::string_view name;
};

constexpr std::array<OutcomeRow, 4> kOutcomes = {{{Outcome::kAccepted, "accepted"},
                                                  {Outcome::kRejected, "rejected"},
                                                  {Outcome::kCrashed, "crashed"},
                                                  {Outcome::kTimedOut, "timed_out"}}};
static_assert(is_table_of<Outcome>(kOutcomes));

struct SeverityRow {
  Severity value;
  std::string_view name;
};

constexpr std::array<SeverityRow, 4> kSeverities = {{{Severity::kMemory, "memory"},
                                                     {Severity::kMiscalculation, "miscalculation"},
                                                     {Severity::kHazard, "contract"},
                                                     {Severity::kNone, "none"}}};
static_assert(is_table_of<Severity>(kSeverities));

struct PolicyRow {
  Policy value;
  std::string_view name;
};

constexpr std::array<PolicyRow, 3> kPolicies = {
    {{Policy::kStrict, "strict"}, {Policy::kExpand, "expand"}, {Policy::kBroadcast, "broadcast"}}};
static_assert(is_table_of<Policy>(kPolicies));

struct VerdictRow {
  Verdict value;
  std::string_view name;
  Severity severity;
  /// What LibTorch did to get it; none where it may have done anything.
  std::optional<Outcome> outcome;
};

constexpr std::array<VerdictRow, 18> kVerdicts = {{
    {Verdict::kPass, "pass", Severity::kNone, std::nullopt},
    {Verdict::kOutOfBounds, "out_of_bounds", Severity::kMemory, Outcome::kCrashed},
    {Verdict::kCrash, "crash", Severity::kMemory, Outcome::kCrashed},
    {Verdict::kUninitializedRead, "uninitialized_read", Severity::kMemory, Outcome::kAccepted},
    {Verdict::kInputMutated, "input_mutated", Severity::kMemory, Outcome::kAccepted},
    {Verdict::kWrongShape, "wrong_shape", Severity::kMiscalculation, Outcome::kAccepted},
    {Verdict::kWrongValue, "wrong_value", Severity::kMiscalculation, Outcome::kAccepted},
    {Verdict::kWrongGradient, "wrong_gradient", Severity::kMiscalculation, Outcome::kAccepted},
    {Verdict::kWrongReduction, "wrong_reduction", Severity::kMiscalculation, Outcome::kAccepted},
    {Verdict::kNondeterministic, "nondeterministic", Severity::kMiscalculation, Outcome::kAccepted},
    {Verdict::kBackwardRejected, "backward_rejected", Severity::kMiscalculation,
     Outcome::kAccepted},
    {Verdict::kSilentBroadcast, "silent_broadcast", Severity::kHazard, Outcome::kAccepted},
    {Verdict::kIllegalValueAccepted, "illegal_value_accepted", Severity::kHazard,
     Outcome::kAccepted},
    {Verdict::kRejectedValid, "rejected_valid", Severity::kHazard, Outcome::kRejected},
    {Verdict::kEntryDisagreement, "entry_disagreement", Severity::kHazard, std::nullopt},
    {Verdict::kUncleanRejection, "unclean_rejection", Severity::kHazard, Outcome::kRejected},
    {Verdict::kTimedOut, "timed_out", Severity::kHazard, Outcome::kTimedOut},
    {Verdict::kNotJudged, "not_judged", Severity::kNone, std::nullopt},
}};
static_assert(is_table_of<Verdict>(kVerdicts));

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_of_word(char c) {
  return is_digit(c) || c == '_' || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

// c10::ScalarType's names (c10/core/ScalarType.h), as in "expected scalar type Long but found Int".
constexpr std::array<std::string_view, 14> kScalarTypes = {
    {"Byte", "Char", "Short", "Int", "Long", "Half", "Float", "Double", "ComplexHalf",
     "ComplexFloat", "ComplexDouble", "Bool", "BFloat16", "UInt64"}};

// The length of the scalar type's name that `message` has at `at`; 0 if there is none.
std::size_t scalar_type_at(std::string_view message, std::size_t at) {
  if (at > 0 && is_of_word(message[at - 1])) return 0;
  std::size_t end = at;
  while (end < message.size() && is_of_word(message[end])) ++end;
  const std::string_view word = message.substr(at, end - at);
  return std::find(kScalarTypes.begin(), kScalarTypes.end(), word) == kScalarTypes.end()
             ? 0
             : word.size();
}

auto parts(const Signature& s) {
  return std::tie(s.loss, s.entry, s.verdict, s.mistake, s.message, s.cause);
}

}  // namespace

std::string_view to_string(Outcome outcome) { return row_of(kOutcomes, outcome).name; }
std::string_view to_string(Verdict verdict) { return row_of(kVerdicts, verdict).name; }
std::string_view to_string(Severity severity) { return row_of(kSeverities, severity).name; }
std::string_view to_string(Policy policy) { return row_of(kPolicies, policy).name; }

const std::vector<Verdict>& all_verdicts() {
  static const std::vector<Verdict> verdicts = values_of_table(kVerdicts);
  return verdicts;
}

Severity severity_of(Verdict verdict) { return row_of(kVerdicts, verdict).severity; }
std::optional<Outcome> outcome_of(Verdict verdict) { return row_of(kVerdicts, verdict).outcome; }

std::optional<Verdict> find_verdict(std::string_view name) {
  const VerdictRow* const row = find_row(kVerdicts, name);
  return row == nullptr ? std::nullopt : std::optional(row->value);
}

std::optional<Policy> parse_policy(std::string_view text) {
  const PolicyRow* const row = find_row(kPolicies, text);
  return row == nullptr ? std::nullopt : std::optional(row->value);
}

bool operator<(const Signature& a, const Signature& b) { return parts(a) < parts(b); }
bool operator==(const Signature& a, const Signature& b) { return parts(a) == parts(b); }

Judgement judgement_of_death(const Case& c, const LossSpec& spec, int signal, const Fault& fault) {
  Judgement judgement;
  judgement.zone = zone_of(c, spec);
  judgement.mistake = find_mistake(c, spec);
  judgement.outcome = signal == 0 ? Outcome::kTimedOut : Outcome::kCrashed;
  judgement.verdict = signal == 0 ? Verdict::kTimedOut : Verdict::kCrash;
  judgement.message = signal == 0         ? "no answer in time"
                      : signal == SIGTERM ? "the call ends its process"
                                          : ::strsignal(signal);
  // An access out of bounds is the cause of whatever ended the process afterwards.
  if (fault.is_out_of_bounds()) {
    judgement.outcome = Outcome::kCrashed;
    judgement.verdict = Verdict::kOutOfBounds;
  }
  if (fault.is_out_of_bounds() || (signal != 0 && fault.signal == signal)) {
    judgement.message = message_of(fault);
    judgement.detail = detail_of(fault);
  }
  if (signal != 0 && fault.said[0] != '\0') {
    judgement.message = fault.said.data();
    judgement.detail = "the error outlives the case: the process is of no use afterwards";
  }
  // What the harness itself computes for a comparison is not the loss's time.
  if (judgement.verdict == Verdict::kTimedOut && !fault.runs_case) {
    judgement.verdict = Verdict::kNotJudged;
    judgement.message.clear();
    judgement.detail = "what the case is compared with took too long; --timeout lifts the limit";
  }
  return judgement;
}

Signature signature_of(const Case& c, const Judgement& judgement) {
  const std::string message = without_particulars(judgement.message);
  return {c.loss,
          c.entry,
          std::string(to_string(judgement.verdict)),
          to_string(judgement.mistake),
          message.empty() ? "-" : message,
          judgement.cause};
}

std::string mistake_in(const Signature& signature) {
  return signature.mistake.substr(signature.mistake.find(':') + 1);
}

Signature without_cause(Signature signature) {
  signature.cause.clear();
  return signature;
}

std::string to_string(const Signature& s) {
  return fmt::format("{} | {} | {} | {} | {}", s.loss, s.entry, s.verdict, s.mistake, s.message);
}

std::string without_particulars(std::string_view message) {
  std::string text;
  for (std::size_t i = 0; i < message.size();) {
    const char c = message[i];
    if (const std::size_t length = scalar_type_at(message, i); length > 0) {
      text += '#';
      i += length;
      continue;
    }
    if (!is_digit(c)) {
      // One line, and nothing that the ` | ` of a baseline could be confused by.
      const char plain = c == '|' ? '/' : (c < ' ' || c > '~') ? ' ' : c;
      if (plain != ' ' || (!text.empty() && text.back() != ' ')) text += plain;
      ++i;
      continue;
    }
    // A number, or a list of them whatever its length: `2, 3` in "[2, 3]" is one `#`.
    while (i < message.size() && (is_digit(message[i]) || message[i] == '.')) ++i;
    if (text.size() >= 3 && text.compare(text.size() - 3, 3, "#, ") == 0) {
      text.resize(text.size() - 2);
    } else {
      text += '#';
    }
  }
  // "[]" of a scalar and "[#]" are the same message.
  for (std::size_t at = text.find("[]"); at != std::string::npos; at = text.find("[]", at)) {
    text.replace(at, 2, "[#]");
  }
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

}  // namespace shapefuzz
