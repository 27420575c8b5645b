// SPDX-License-Identifier: BSD-3-Clause
// The parser of case lines.
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

#include "harness/language/case/case.h"
#include "harness/language/case/nickname.h"

namespace shapefuzz {
namespace {

// In the case of many values the list is what makes a line unreadable; nobody writes more by hand.
constexpr std::int64_t kMaxListedValues = 1 << 16;

template <class Enum, class All>
bool take_enum(Cursor& cursor, const All& all, Enum& value) {
  // The longest name that fits, because one may start with another.
  std::string_view longest;
  cursor.skip_spaces();
  for (const Enum candidate : all) {
    const std::string_view name = to_string(candidate);
    if (name.size() <= longest.size() || !cursor.sees(name)) continue;
    longest = name;
    value = candidate;
  }
  return !longest.empty() && cursor.take(longest);
}

template <class All>
std::string name_all(const All& all) {
  std::string text;
  for (const auto value : all) text += (text.empty() ? "" : ", ") + std::string(to_string(value));
  return text;
}

class CaseParser {
 public:
  CaseParser(Cursor& cursor, const LossSpecs& specs) : cursor_(cursor), specs_(specs) {}

  Case parse() {
    parse_loss();
    if (cursor_.failed()) return {};
    cursor_.expect("(", "that opens the operands");
    if (!cursor_.take(")")) {
      do parse_argument();
      while (cursor_.take(","));
      check_complete();
      cursor_.expect(")", "or ','");
    } else {
      cursor_.fail_at(cursor_.offset() - 1, needed_operands());
    }
    if (cursor_.take("#")) parse_seed();
    cursor_.expect_end("the case");
    if (cursor_.failed()) return {};
    check_option_sizes();
    put_in_order();
    return std::move(case_);
  }

 private:
  void parse_loss() {
    cursor_.skip_spaces();
    const std::size_t start = cursor_.offset();
    const std::string name = loss_name();
    if (cursor_.failed()) return;
    spec_ = find_spec(name);
    // An operator's namespace goes without saying, where no loss has the name.
    if (spec_ == nullptr) spec_ = find_spec("aten::" + name);
    if (spec_ == nullptr) {
      std::vector<std::string> losses;
      std::vector<std::string> operators;
      for (const LossSpec* spec : specs_) {
        const bool is_loss = spec->name.find(':') == std::string::npos;
        (is_loss ? losses : operators).push_back(spec->name);
      }
      // Where an operator has taken the losses' place, there is nothing else to name.
      if (losses.empty()) losses = operators;
      const bool is_loss = name.find(':') == std::string::npos;
      const std::string near = is_loss ? losses_like(name, losses) : did_you_mean(name, operators);
      cursor_.fail_at(start, near.empty() ? fmt::format("a loss: {}", fmt::join(losses, ", "))
                                          : "the name of a loss" + near);
      return;
    }
    case_.loss = spec_->name;
    const auto& entries = spec_->entries;
    const auto functional = std::find(entries.begin(), entries.end(), kDefaultEntry);
    case_.entry = functional != entries.end() ? *functional : entries.front();
    if (!cursor_.take("@")) return;
    cursor_.skip_spaces();
    const std::size_t at = cursor_.offset();
    case_.entry = cursor_.name("an entry");
    if (std::find(entries.begin(), entries.end(), case_.entry) == entries.end()) {
      cursor_.fail_at(at, fmt::format("an entry of {}: {}", name, fmt::join(entries, ", ")));
    }
  }

  // `mse_loss`, or the name of an operator, `aten::_ctc_loss.Tensor`.
  std::string loss_name() {
    std::string name(cursor_.name("a loss, like mse_loss(...)"));
    for (const char* separator : {"::", "."}) {
      if (!cursor_.sees(separator)) continue;
      cursor_.take(separator);
      name += separator + std::string(cursor_.name("the rest of an operator's name"));
    }
    return name;
  }

  const LossSpec* find_spec(const std::string& name) const {
    for (const LossSpec* spec : specs_) {
      if (spec->name == name) return spec;
    }
    return nullptr;
  }

  void parse_argument() {
    cursor_.skip_spaces();
    const std::size_t start = cursor_.offset();
    const std::string_view name = cursor_.name("an operand or an option");
    if (cursor_.failed()) return;
    const auto& operands = spec_->contract.operands();
    const bool twice = case_.find_operand(name) != nullptr ||
                       std::any_of(case_.options.begin(), case_.options.end(),
                                   [&](const Option& option) { return option.name == name; });
    if (twice) cursor_.fail_at(start, fmt::format("'{}' only once", name));
    const auto operand = std::find_if(operands.begin(), operands.end(),
                                      [&](const OperandPattern& o) { return o.name == name; });
    if (operand != operands.end()) {
      parse_operand(*operand);
    } else if (const OptionSpec* option = spec_->find_option(name)) {
      cursor_.expect("=", "and the option's value");
      cursor_.skip_spaces();
      option_starts_.push_back(cursor_.offset());
      if (name == "reduction") {
        // Not every entry has every reduction.
        OptionSpec here = *option;
        here.choices = spec_->reductions(case_.entry);
        case_.options.push_back({option->name, parse_option_value(cursor_, here)});
        return;
      }
      case_.options.push_back({option->name, parse_option_value(cursor_, *option)});
    } else {
      fail_unknown(start, name);
    }
  }

  void fail_unknown(std::size_t start, std::string_view name) {
    std::vector<std::string> known;
    for (const OperandPattern& operand : spec_->contract.operands()) known.push_back(operand.name);
    for (const OptionSpec& option : spec_->options) known.push_back(option.name);
    cursor_.fail_at(start, fmt::format("an operand or option of {}: {}{}", spec_->name,
                                       fmt::join(known, ", "), did_you_mean(name, known)));
  }

  void parse_operand(const OperandPattern& pattern) {
    Operand operand;
    operand.name = pattern.name;
    operand.dtype = default_dtype(pattern.kind);
    cursor_.expect("=", "and the operand's dtype and shape");
    cursor_.skip_spaces();
    if (cursor_.take("const ")) {
      operand.constant = true;
      cursor_.skip_spaces();
    }
    const std::size_t start = cursor_.offset();
    const bool typed = take_enum(cursor_, all_dtypes(), operand.dtype);
    const char next = cursor_.peek();
    const bool shape_follows = next == '[' || next == '(' || (next >= '0' && next <= '9') ||
                               cursor_.sees("torch.Size") || (typed && next == ' ');
    if (!shape_follows) {
      cursor_.fail_at(
          typed ? cursor_.offset() : start,
          typed ? "a shape like [64,1]"
                : fmt::format("a dtype ({}) and a shape, like f64[64,1]", name_all(all_dtypes())));
      return;
    }
    operand.shape = parse_shape(cursor_);
    if (cursor_.take("~") && !take_enum(cursor_, all_layouts(), operand.layout)) {
      cursor_.fail(fmt::format("a layout: {}", name_all(all_layouts())));
    }
    if (cursor_.take("{")) parse_values(operand);
    case_.operands.push_back(std::move(operand));
  }

  void parse_values(Operand& operand) {
    const std::size_t start = cursor_.offset() - 1;
    const std::int64_t elements = operand.shape.elements();
    if (elements > kMaxListedValues) {
      cursor_.fail_at(start,
                      fmt::format("no listed values for over {} elements", kMaxListedValues));
      return;
    }
    const bool integral = number_class(operand.dtype) == NumberClass::kIntegral;
    if (!cursor_.take("}")) {
      do {
        if (integral) {
          const auto [low, high] = whole_numbers(operand.dtype);
          operand.values.push_back(
              static_cast<double>(cursor_.integer(low, high, "a whole number")));
        } else {
          operand.values.push_back(parse_real(cursor_, "a number"));
        }
      } while (cursor_.take(","));
      cursor_.expect("}", "or ','");
    }
    if (operand.values.size() != static_cast<std::size_t>(elements)) {
      cursor_.fail_at(start, fmt::format("{} values for {}, not {}", elements,
                                         to_string(operand.shape), operand.values.size()));
    }
  }

  // Any 64 bits, which is more than Cursor::integer reads.
  void parse_seed() {
    cursor_.skip_spaces();
    const std::size_t start = cursor_.offset();
    const std::string_view digits = cursor_.while_in("0123456789");
    const char* const last = digits.data() + digits.size();
    const auto [end, status] = std::from_chars(digits.data(), last, case_.seed);
    if (end != last || status != std::errc()) {
      cursor_.fail_at(start, fmt::format("a seed in [0, {}]", ~std::uint64_t{0}));
    }
  }

  std::string needed_operands() const {
    std::string missing;
    for (const OperandPattern& operand : spec_->contract.operands()) {
      if (operand.optional || case_.find_operand(operand.name) != nullptr) continue;
      missing += (missing.empty() ? "" : ", ") + operand.name;
    }
    return missing.empty() ? ""
                           : fmt::format("the missing operand of {}: {}", spec_->name, missing);
  }

  void check_complete() {
    const std::string missing = needed_operands();
    cursor_.skip_spaces();
    if (!missing.empty() && cursor_.peek() == ')') cursor_.fail(missing);
  }

  // A layer of `in_features` by `n_classes` is a tensor too.
  void check_option_sizes() {
    Shape sizes;
    const auto add = [&](const OptionSpec& option, const OptionValue& value) {
      const auto* const size = std::get_if<std::int64_t>(&value);
      if (size == nullptr || *size <= 1 || !is_size(spec_->contract, option.name)) return true;
      sizes.push_back(*size);
      return sizes.is_countable();
    };
    for (const OptionSpec& option : spec_->options) {
      const bool given = std::any_of(case_.options.begin(), case_.options.end(),
                                     [&](const Option& o) { return o.name == option.name; });
      if (!given) add(option, option.standard);
    }
    for (std::size_t i = 0; i < case_.options.size(); ++i) {
      if (add(*spec_->find_option(case_.options[i].name), case_.options[i].value)) continue;
      cursor_.fail_at(option_starts_[i],
                      fmt::format("sizes that are at most {} elements together", kMaxSize));
      return;
    }
  }

  void put_in_order() {
    const auto& patterns = spec_->contract.operands();
    std::vector<Operand> operands;
    for (const OperandPattern& pattern : patterns) {
      if (Operand* operand = case_.find_operand(pattern.name)) {
        operands.push_back(std::move(*operand));
      }
    }
    case_.operands = std::move(operands);
    if (case_.options.empty()) return;
    const std::vector<Option> options = std::move(case_.options);
    case_.options.clear();
    for (const Option& option : options) case_.set_option(*spec_, option.name, option.value);
  }

  Cursor& cursor_;
  const LossSpecs& specs_;
  const LossSpec* spec_ = nullptr;
  Case case_;
  std::vector<std::size_t> option_starts_;  // of the options' values, in the order of the text
};

}  // namespace

Case parse_case(std::string_view text, const LossSpecs& specs) {
  return parse_text(text, [&](Cursor& cursor) { return parse_case(cursor, specs); });
}

Case parse_case(Cursor& cursor, const LossSpecs& specs) {
  return CaseParser(cursor, specs).parse();
}

}  // namespace shapefuzz
