// SPDX-License-Identifier: BSD-3-Clause
#include "harness/losses/own/own.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "harness/language/text/errors.h"
#include "harness/losses/own/own_call.h"

namespace shapefuzz {
namespace {

bool is_name(const std::string& text) {
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  return !text.empty() && is_letter(text[0]) && std::all_of(text.begin(), text.end(), [&](char c) {
    return is_letter(c) || (c >= '0' && c <= '9');
  });
}

void require_name(const std::string& what, const std::string& text) {
  if (is_name(text)) return;
  throw InputError(fmt::format("{}: found '{}', expected a name of letters, digits and _", what,
                               printable(text)));
}

constexpr const char* word_of(const OptionValue& value) {
  constexpr const char* kWords[] = {"a flag", "a whole number",    "a real number",
                                    "a word", "a list of int64_t", "a list of double"};
  return kWords[value.index()];
}

// One loss, put together and held against its function.
class Maker {
 public:
  explicit Maker(const OwnLoss& declared) : said_(declared.description()) {}

  Loss make() {
    require_name("a loss", said_.name);
    take_options();
    loss_.spec.name = said_.name;
    loss_.spec.own = true;
    loss_.spec.in_python = said_.in_python;
    take_contract();
    take_samples();
    check_operands();
    take_entries();
    loss_.spec.reduces = loss_.spec.find_option("reduction") != nullptr;
    if (loss_.spec.reduces && loss_.spec.folds()) {
      fail(
          "the contract says what the call folds the losses to, so that it expects no option "
          "'reduction'; write the losses' shape alone, as in -> [N]");
    }
    loss_.gold = own_gold(said_.formula, options_);
    loss_.constants = said_.constants;
    loss_.own_gradient = said_.own_gradient;
    for (const std::string& name : loss_.constants) require_operand(name);
    return std::move(loss_);
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw InputError(fmt::format("{}: {}", said_.name, what));
  }

  const CallSignature& signature() const { return said_.entries.front().signature; }

  void take_options() {
    const auto& parameters = signature().options;
    options_ = said_.options;
    if (options_.size() != parameters.size()) {
      fail(
          fmt::format("found {} options, expected {}: its function has so many parameters behind "
                      "its tensors, and each needs .option(NAME, DEFAULT), in their order",
                      options_.size(), parameters.size()));
    }
    std::set<std::string> names;
    for (std::size_t i = 0; i < options_.size(); ++i) {
      require_name(said_.name + ": an option", options_[i].name);
      if (!names.insert(options_[i].name).second) {
        fail(fmt::format("two options have the name {}", options_[i].name));
      }
      fit(options_[i], parameters[i]);
      loss_.spec.options.push_back({options_[i].name, options_[i].standard, options_[i].choices});
    }
  }

  // By the contract too, so behind it.
  void take_samples() {
    for (std::size_t i = 0; i < options_.size(); ++i) {
      loss_.spec.options[i].samples = samples_of(options_[i]);
    }
  }

  // What else to try: the other words, the other flag, numbers at which formulas change. Which
  // numbers are legal, nobody says, so the loss may refuse them (may_refuse_option). A size is
  // tried as a size.
  std::vector<OptionValue> samples_of(const OwnLoss::Option& option) const {
    if (option.name == "reduction") return {};  // every case has one
    if (const auto* const flag = std::get_if<bool>(&option.standard)) return {!*flag};
    std::vector<OptionValue> all;
    if (std::holds_alternative<double>(option.standard)) {
      all = {0.0, 0.5, 0.9, 1.0, 2.0, 10.0};
    } else if (std::holds_alternative<std::int64_t>(option.standard)) {
      if (is_size(loss_.spec.contract, option.name)) return {};
      all = {std::int64_t{0}, std::int64_t{1}, std::int64_t{2}};
    }
    for (const std::string& choice : option.choices) all.emplace_back(choice);
    all.erase(std::remove(all.begin(), all.end(), option.standard), all.end());
    return all;
  }

  void fit(OwnLoss::Option& option, const OptionValue& parameter) const {
    // `.option("smooth", 1)` of a parameter that is a double.
    if (const auto* whole = std::get_if<std::int64_t>(&option.standard)) {
      if (std::holds_alternative<double>(parameter)) option.standard = static_cast<double>(*whole);
    }
    const bool is_word = std::holds_alternative<std::string>(option.standard);
    const bool is_reduction = is_word && option.name == "reduction";
    if (is_reduction && option.choices.empty()) option.choices = {"none", "mean", "sum"};
    const bool as_number = is_reduction && std::holds_alternative<std::int64_t>(parameter);
    if (option.standard.index() != parameter.index() && !as_number) {
      fail(fmt::format(
          "found the default {} of the option {}, which is {}, expected {}, as its "
          "function takes it",
          to_string(option.standard), option.name, word_of(option.standard), word_of(parameter)));
    }
    if (!is_word) return;
    const auto& word = std::get<std::string>(option.standard);
    for (const std::string& choice : option.choices) require_name(option.name, choice);
    if (std::find(option.choices.begin(), option.choices.end(), word) == option.choices.end()) {
      fail(fmt::format(
          "found the default {} of the option {}, expected one of its choices{}", word, option.name,
          option.choices.empty()
              ? fmt::format(": .option(\"{0}\", \"{1}\", {{\"{1}\", ...}})", option.name, word)
              : fmt::format(": {}", fmt::join(option.choices, ", "))));
    }
  }

  // Operands without a contract have the names that most losses give them.
  std::string unknown_contract() const {
    std::string operands;
    for (std::size_t i = 0; i < signature().operands; ++i) {
      operands += fmt::format("{}{}: real[*S{}]", i == 0 ? "" : ", ", name_of(i),
                              i == 0 ? "" : fmt::format("{}", i));
    }
    return fmt::format("({}) -> [*S]", operands);
  }

  std::string name_of(std::size_t operand) const {
    if (operand < said_.operands.size()) return said_.operands[operand];
    return operand == 0   ? "output"
           : operand == 1 ? "target"
                          : fmt::format("operand{}", operand + 1);
  }

  void take_contract() {
    OptionNames names = option_names(loss_.spec.options, /*words_and_lists=*/true);
    names.finds_lonely_names = !said_.contract.empty();
    loss_.spec.open = said_.contract.empty();
    const std::string text = loss_.spec.open ? unknown_contract() : said_.contract;
    try {
      loss_.spec.contract = parse_contract(text, names);
    } catch (const ParseError& error) {
      throw InputError(fmt::format("the contract of {}: {}", said_.name, explain(error, text)));
    }
  }

  void check_operands() const {
    const std::size_t operands = loss_.spec.contract.operands().size();
    if (operands == signature().operands) return;
    fail(fmt::format("its contract has operands: {}, and its function takes tensors: {}", operands,
                     signature().operands));
  }

  void take_entries() {
    std::set<std::string> names;
    for (const OwnLoss::Entry& entry : said_.entries) {
      require_name(said_.name + ": an entry", entry.name);
      if (!names.insert(entry.name).second) {
        fail(fmt::format("two entries have the name {}", entry.name));
      }
      const CallSignature& own = entry.signature;
      const bool same =
          own.operands == signature().operands &&
          std::equal(own.options.begin(), own.options.end(), signature().options.begin(),
                     signature().options.end(), [](const OptionValue& a, const OptionValue& b) {
                       return a.index() == b.index();
                     });
      if (!same) {
        fail(fmt::format("the entry {} takes other parameters than the first one", entry.name));
      }
      loss_.spec.entries.push_back(entry.name);
      loss_.entries.push_back({entry.name, own_entry(entry, options_), "", entry.python_import});
    }
  }

  void require_operand(const std::string& name) const {
    std::vector<std::string> names;
    for (const OperandPattern& operand : loss_.spec.contract.operands()) {
      names.push_back(operand.name);
    }
    if (std::find(names.begin(), names.end(), name) != names.end()) return;
    fail(fmt::format("found '{}' as a constant, expected an operand: {}{}", printable(name),
                     fmt::join(names, ", "), did_you_mean(name, names)));
  }

  const OwnLoss::Description& said_;
  std::vector<OwnLoss::Option> options_;
  Loss loss_;
};

}  // namespace

std::vector<Loss> own_losses(const std::vector<OwnLoss>& declared) {
  std::vector<Loss> losses;
  std::set<std::string> names;
  for (const OwnLoss& loss : declared) {
    losses.push_back(Maker(loss).make());
    if (names.insert(losses.back().spec.name).second) continue;
    throw InputError(fmt::format("two losses have the name {}", losses.back().spec.name));
  }
  if (losses.empty()) throw InputError("losses() returns none, expected at least one");
  return losses;
}

}  // namespace shapefuzz
