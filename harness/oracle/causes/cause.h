// SPDX-License-Identifier: BSD-3-Clause
// Causes: the known bugs and hazards of LibTorch, each with the condition under which it strikes
// and, wherever a formula can say it, the wrong result that it predicts. No LibTorch in here.
//
// An observation that meets the condition and not the prediction is not explained: it is a second
// bug in the same place.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "harness/language/case/case.h"
#include "harness/oracle/causes/kernel.h"
#include "harness/oracle/judgement/judging.h"
#include "harness/oracle/judgement/verdict.h"

namespace shapefuzz {

using CaseValues = std::array<std::vector<double>, kMaxOperands>;

/// A finding, and what is known of its case.
struct Sighting {
  const LossSpec& spec;
  const Case& c;
  const Judgement& judgement;
  const CaseValues& values;  ///< the elements of each operand, in the contract's order

  /// The i-th operand of the contract as the case has it; null without it.
  const Operand* find(std::size_t i) const {
    return c.find_operand(spec.contract.operands()[i].name);
  }
  bool has(std::size_t i) const { return find(i) != nullptr; }
  /// These are for an operand that is there.
  const Shape& shape(std::size_t i) const { return find(i)->shape; }
  DType dtype(std::size_t i) const { return find(i)->dtype; }
  Layout layout(std::size_t i) const { return find(i)->layout; }
  bool is_constant(std::size_t i) const { return find(i)->constant; }
  bool reduces_by(std::string_view reduction) const {
    return c.get<std::string>(spec, "reduction") == reduction;
  }
  bool says(std::string_view text) const {
    return judgement.message.find(text) != std::string::npos;
  }
  bool mistakes(std::string_view operand) const { return judgement.mistake.operand == operand; }
};

/// In which releases a cause strikes, as measured. Between the last one that has it and the first
/// one that has not, either may be.
struct Versions {
  std::string_view last_good = {};  ///< before it; empty: it was always there
  std::string_view first_bad = "1.13";
  std::string_view last_bad = "2.14";
  std::string_view first_good = {};  ///< behind it; empty: it is still there
  /// The only release that was measured, of a device that the other machines have not; then the
  /// rest is not known.
  std::string_view measured_in = {};

  bool may_strike(std::string_view libtorch) const;
  /// Whether it was seen in that release or in ones before and behind it.
  bool must_strike(std::string_view libtorch) const;
  /// "1.13.1, fixed in 2.6.0": the measured releases that have it, and the first one that has not.
  std::string text() const;
};

/// The releases that were measured, in their order.
const std::vector<std::string_view>& measured_releases();

/// A case that shows a cause wherever it strikes.
struct Exemplar {
  std::string_view text;
  Verdict verdict;
};

enum class Sort {
  kBug,     ///< for LibTorch's maintainers to mend
  kHazard,  ///< LibTorch does what it means to; for users to guard against
};

struct Cause {
  std::string_view name;   ///< `kl-div-batchmean`
  std::string_view title;  ///< what is wrong, in one line: the heading of its section
  Sort sort = Sort::kBug;
  Device device = Device::kCpu;  ///< the findings on it, against the CPU's
  std::vector<std::string_view> losses;
  std::vector<std::string_view> entries = {};  ///< empty: every entry
  std::vector<Verdict> verdicts;
  std::string_view condition;  ///< in words; `strikes` says the same
  bool (*strikes)(const Sighting& sighting) = nullptr;
  /// What the call returns then; none where the judge has found the value right, or where it is
  /// chance.
  Predict predict = nullptr;
  /// Whether the gradients are those of the predicted value, where the prediction has none.
  bool predicts_slopes = true;
  /// Whether any gradient may be NaN instead.
  bool gradients_may_be_nan = false;
  /// Why the condition alone has to be enough: the result is chance. Empty where it is not.
  std::string_view chance = {};
  Versions versions = {};
  std::vector<std::string_view> upstream = {};  ///< issues and pull requests of pytorch/pytorch
  std::string_view advice = {};                 ///< what a user does about it
  std::vector<Exemplar> examples = {};

  bool is_of(std::string_view loss) const;
  bool is_of(std::string_view loss, std::string_view entry) const;
  bool has(Verdict verdict) const;
  /// "1.13.1, 2.6.0 and 2.14.1; pytorch#138810": where it strikes, and where it is known.
  std::string known_where() const;
  /// Whether loss, entry, verdict and condition are those of the sighting.
  bool fits(const Sighting& sighting) const;
};

/// The causes that a judge knows.
class Causes {
 public:
  explicit Causes(std::vector<Cause> causes) : causes_(std::move(causes)) {}

  const std::vector<Cause>& all() const { return causes_; }
  const Cause* find(std::string_view name) const;
  /// All but one: what that one explains is unexplained then.
  Causes without(std::string_view name) const;

 private:
  std::vector<Cause> causes_;
};

/// Those of LibTorch's losses on a device: bugs are of the CPU, or of what differs from it.
const Causes& known_causes(Device device = Device::kCpu);

/// Of whatever device; null if there is none of that name.
const Cause* find_known_cause(std::string_view name);

/// The elements of a case's operands without LibTorch: listed or drawn, not rounded to their
/// dtypes.
CaseValues values_of(const Case& c, const LossSpec& spec);

/// Names the cause of a finding that leaves no result to hold against a prediction: the death of a
/// process, an operand that was changed, a result that depends on fresh memory.
void name_cause_of_death(const Causes& causes, const Case& c, const LossSpec& spec,
                         std::string_view libtorch, Judgement& judgement);

// The registry, by family.
std::vector<Cause> elementwise_causes();
std::vector<Cause> class_causes();
std::vector<Cause> pair_causes();
std::vector<Cause> sequence_causes();
std::vector<Cause> operator_causes();
std::vector<Cause> meta_causes();
std::vector<Cause> cuda_causes();
std::vector<Cause> compile_causes();
std::vector<Cause> hazards();

}  // namespace shapefuzz
