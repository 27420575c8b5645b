// SPDX-License-Identifier: BSD-3-Clause
#include "harness/oracle/infer/infer.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <optional>

#include "harness/oracle/infer/form.h"
#include "harness/oracle/infer/observe.h"

namespace shapefuzz {
namespace {

// Of each sort; more are not read by anybody.
constexpr std::size_t kMostExceptions = 2;

class Inference {
 public:
  explicit Inference(const Loss& loss) : loss_(loss) {
    const auto& operands = loss.spec.contract.operands();
    for (std::size_t i = 0; i < operands.size(); ++i) {
      if (!operands[i].optional) required_.push_back(i);
    }
  }

  Inferred run() {
    const std::vector<Observed> all = observe(loss_);
    std::map<std::vector<bool>, std::vector<Observed>> by_numbers;
    std::vector<Observed> seen;
    Inferred inferred;
    for (const Observed& call : all) {
      // Whole numbers are converted where floating ones are taken.
      if (std::find(seen.begin(), seen.end(), call) != seen.end()) continue;
      seen.push_back(call);
      if (call.how == Observed::How::kSampleBySample) {
        by_numbers[call.integral].push_back(call);
      } else {
        exceptions_[call.how].push_back(call);
      }
    }
    for (const auto& [how, calls] : exceptions_) tell(how, calls, inferred.exceptions);
    fold_ = fold_of(seen);
    is_index_.assign(required_.size(), false);
    for (const auto& [integral, calls] : by_numbers) {
      for (std::size_t i = 0; i < integral.size(); ++i) is_index_[i] = is_index_[i] || integral[i];
    }
    for (const auto& [integral, calls] : by_numbers) {
      for (const Choice& choice : choices_for(calls, required_.size())) {
        inferred.contract += (inferred.contract.empty() ? "" : " | ") + line(choice, integral);
      }
    }
    return inferred;
  }

 private:
  // Of a loss that gives a single number whatever the batch is.
  static Fold fold_of(const std::vector<Observed>& calls) {
    std::optional<Fold> fold;
    for (const Observed& call : calls) {
      if (call.rank == 0 || call.how != Observed::How::kSampleBySample) continue;
      if (fold && *fold != call.fold) return Fold::kNone;
      fold = call.fold;
    }
    return fold.value_or(Fold::kNone);
  }

  const OperandPattern& operand(std::size_t i) const { return loss_.spec.contract.operands()[i]; }

  std::string line(const Choice& choice, const std::vector<bool>& integral) const {
    std::vector<std::string> operands;
    std::size_t next = 0;
    for (std::size_t i = 0; i < loss_.spec.contract.operands().size(); ++i) {
      if (!operand(i).optional) {
        operands.push_back(required_text(choice, integral, next++));
      } else if (auto text = optional_text(choice, integral, i)) {
        operands.push_back(*std::move(text));
      }
    }
    return fmt::format("({}) -> {}", fmt::join(operands, ", "), result_text(choice));
  }

  std::string result_text(const Choice& choice) const {
    const auto& names = choice.form.names;
    if (choice.result != 0 || fold_ == Fold::kNone || names.empty()) {
      return choice.form.pattern(choice.result);
    }
    // The losses of the samples, which the call has folded; of a pack all of it.
    return fmt::format("{}[{}]", fold_ == Fold::kMean ? "mean" : "sum", names.front());
  }

  Observed call_of(const Choice& choice, const std::vector<bool>& integral) const {
    Observed call = choice.at_rank(choice.form.least_rank() + (choice.form.has_pack() ? 1 : 0));
    call.integral = integral;
    return call;
  }

  std::string required_text(const Choice& choice, const std::vector<bool>& integral,
                            std::size_t i) const {
    return fmt::format("{}: {}{}", operand(required_[i]).name, kind_of(choice, integral, i),
                       choice.form.pattern(choice.operands[i]));
  }

  std::string kind_of(const Choice& choice, const std::vector<bool>& integral,
                      std::size_t i) const {
    if (!integral[i]) {
      // Whole numbers are read as something else.
      if (is_index_[i]) return "prob";
      return refuses_negative(loss_, call_of(choice, integral), required_[i]) ? "prob" : "real";
    }
    // The class is what the output has more than its index.
    for (std::size_t name = 0; name < choice.form.names.size(); ++name) {
      const std::string& text = choice.form.names[name];
      if (text.front() == '*' || (choice.operands[i] >> name & 1U) != 0) continue;
      return fmt::format("index({})", text);
    }
    return "index";
  }

  std::optional<std::string> optional_text(const Choice& choice, const std::vector<bool>& integral,
                                           std::size_t i) const {
    const Observed call = call_of(choice, integral);
    const std::uint32_t all = (1U << choice.form.names.size()) - 1;
    for (std::uint32_t kept = all;; --kept) {
      if (takes_optional(loss_, call, i, choice.form.dimensions(kept, call.rank))) {
        return fmt::format("{}?: weight{}", operand(i).name, choice.form.pattern(kept));
      }
      if (kept == 0) return std::nullopt;
    }
  }

  static std::string_view words_of(Observed::How how) {
    switch (how) {
      case Observed::How::kBroadcast:
        return "broadcasts: the call on the expanded operand gives the same";
      case Observed::How::kScalar:
        return "takes scalars for rows of one element";
      case Observed::How::kUnread:
        return "reads no more of an operand than its beginning";
      case Observed::How::kOtherwise:
        return "a sample alone is refused, or has another loss than in its batch";
      case Observed::How::kSampleBySample:
        break;
    }
    return "";
  }

  void tell(Observed::How how, const std::vector<Observed>& calls,
            std::vector<std::string>& exceptions) const {
    const std::size_t more = calls.size() - std::min(calls.size(), kMostExceptions);
    exceptions.push_back(fmt::format("{}{}", words_of(how),
                                     more == 0 ? "" : fmt::format(", in {} calls", calls.size())));
    for (std::size_t i = 0; i < calls.size() - more; ++i) {
      // The last ones have the highest rank, and say the most.
      exceptions.push_back("  " + line(calls[calls.size() - 1 - i]));
    }
  }

  std::string line(const Observed& call) const {
    const Shape output = output_of_rank(call.rank);
    std::vector<std::string> shapes;
    for (std::size_t i = 0; i < required_.size(); ++i) {
      shapes.push_back(fmt::format("{}={}{}", operand(required_[i]).name,
                                   call.integral[i] ? "i64" : "f64",
                                   to_string(with_dimensions(output, call.operands[i]))));
    }
    const bool is_first = call.entry == loss_.spec.entries.front();
    return fmt::format("{}{}({})", loss_.spec.name, is_first ? "" : "@" + call.entry,
                       fmt::join(shapes, ", "));
  }

  const Loss& loss_;
  std::vector<std::size_t> required_;
  std::map<Observed::How, std::vector<Observed>> exceptions_;
  std::vector<bool> is_index_;  // by required operand, in some alternative
  Fold fold_ = Fold::kNone;
};

}  // namespace

Inferred infer(const Loss& loss) { return Inference(loss).run(); }

}  // namespace shapefuzz
