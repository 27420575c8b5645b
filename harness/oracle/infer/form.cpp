// SPDX-License-Identifier: BSD-3-Clause
#include "harness/oracle/infer/form.h"

#include <algorithm>

namespace shapefuzz {
namespace {

bool is_pack(const std::string& name) { return name.front() == '*'; }

bool contains(const std::vector<Observed>& observed, const Observed& wanted) {
  return std::find(observed.begin(), observed.end(), wanted) != observed.end();
}

// Every choice of a form that explains one more observation and contradicts none.
class Search {
 public:
  Search(std::vector<Observed> observed, std::size_t operands)
      : observed_(observed), left_(std::move(observed)), operands_(operands) {}

  std::vector<Choice> run() {
    for (const PatternForm& form : all_forms()) {
      const std::uint32_t all = (1U << form.names.size()) - 1;
      Choice choice = {form, std::vector<std::uint32_t>(operands_, 0), 0};
      choice.operands[0] = all;
      try_operand(1, all, choice);
    }
    return std::move(chosen_);
  }

 private:
  void try_operand(std::size_t i, std::uint32_t all, Choice& choice) {
    if (i == operands_) {
      // What keeps more of the output is the simpler contract.
      for (choice.result = all;; --choice.result) {
        take_if_seen(choice);
        if (choice.result == 0) return;
      }
    }
    for (choice.operands[i] = all;; --choice.operands[i]) {
      try_operand(i + 1, all, choice);
      if (choice.operands[i] == 0) return;
    }
  }

  void take_if_seen(const Choice& choice) {
    const std::size_t first = choice.form.least_rank();
    const std::size_t last = choice.form.has_pack() ? kMostInferredRank : first;
    bool is_news = false;
    for (std::size_t rank = first; rank <= last; ++rank) {
      const Observed wanted = choice.at_rank(rank);
      if (!contains(observed_, wanted)) return;
      is_news = is_news || contains(left_, wanted);
    }
    if (!is_news) return;
    for (std::size_t rank = first; rank <= last; ++rank) {
      left_.erase(std::remove(left_.begin(), left_.end(), choice.at_rank(rank)), left_.end());
    }
    chosen_.push_back(choice);
  }

  std::vector<Observed> observed_;
  std::vector<Observed> left_;
  std::size_t operands_;
  std::vector<Choice> chosen_;
};

}  // namespace

std::size_t PatternForm::least_rank() const { return names.size() - (has_pack() ? 1 : 0); }

bool PatternForm::has_pack() const { return std::any_of(names.begin(), names.end(), is_pack); }

Dimensions PatternForm::dimensions(std::uint32_t kept, std::size_t rank) const {
  Dimensions dimensions = 0;
  std::size_t at = 0;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::size_t width = is_pack(names[i]) ? rank - least_rank() : 1;
    for (std::size_t k = 0; k < width; ++k, ++at) {
      if ((kept >> i & 1U) != 0) dimensions |= Dimensions{1} << at;
    }
  }
  return dimensions;
}

std::string PatternForm::pattern(std::uint32_t kept) const {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if ((kept >> i & 1U) != 0) text += (text.empty() ? "" : ",") + names[i];
  }
  return "[" + text + "]";
}

const std::vector<PatternForm>& all_forms() {
  static const std::vector<PatternForm> forms = {
      {{"*S"}}, {{"*S", "C"}}, {{"N", "*d"}},     {{"N", "C", "*d"}},    {{}},
      {{"C"}},  {{"N", "C"}},  {{"N", "C", "L"}}, {{"N", "C", "H", "W"}}};
  return forms;
}

Observed Choice::at_rank(std::size_t rank) const {
  Observed observed;
  observed.rank = rank;
  for (const std::uint32_t kept : operands) {
    observed.operands.push_back(form.dimensions(kept, rank));
  }
  observed.result = form.dimensions(result, rank);
  return observed;
}

std::vector<Choice> choices_for(std::vector<Observed> observed, std::size_t operands) {
  return Search(std::move(observed), operands).run();
}

}  // namespace shapefuzz
