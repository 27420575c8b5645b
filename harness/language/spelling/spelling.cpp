// SPDX-License-Identifier: BSD-3-Clause
#include "harness/language/spelling/spelling.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "harness/language/spelling/argument_text.h"
#include "harness/language/spelling/names.h"
#include "harness/language/spelling/tensor_text.h"

namespace shapefuzz {
namespace {

// The operand without its name, as a case line has it.
std::string text_of(const Operand& operand) {
  std::string text = fmt::format("{}{}", to_string(operand.dtype), to_string(operand.shape));
  if (operand.values.empty()) return text;
  std::vector<std::string> values;
  for (const double value : operand.values) values.push_back(to_string(value));
  return fmt::format("{}{{{}}}", text, fmt::join(values, ","));
}

bool is_nothing(std::string_view word) {
  return word == "None" || word == "nullptr" || word == "torch::nullopt" ||
         word == "c10::nullopt" || word == "std::nullopt";
}

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

class Translator {
 public:
  Translator(std::string_view text, const LossSpecs& specs) : cursor_(text), specs_(specs) {}

  std::string translate() {
    skip_assignment();
    cursor_.skip_spaces();
    const std::size_t start = cursor_.offset();
    const std::string_view name = take_qualified_name(cursor_);
    loss_ = find_named_loss(name, specs_);
    if (loss_.spec == nullptr) {
      cursor_.fail_at(start, "a loss, like mse_loss(...), F.mse_loss(...) or nn.MSELoss()(...)");
      cursor_.finish();
    }
    if (cursor_.take("@")) loss_.entry = cursor_.name("an entry");
    const bool constructs = is_constructor();
    parse_list(!constructs);
    if (constructs) parse_list(true);
    std::string seed = parse_end();
    cursor_.finish();
    return fmt::format("{}@{}({}){}", loss_.spec->name, loss_.entry, fmt::join(arguments_, ", "),
                       seed);
  }

 private:
  // `loss = `, `auto loss = `, `return `.
  void skip_assignment() {
    const std::string_view rest = cursor_.rest();
    const std::size_t open = rest.find('(');
    const std::size_t equals = rest.find('=');
    if (equals < open) {
      cursor_.skip(equals + 1);
    } else if (cursor_.take("return ")) {
      cursor_.skip_spaces();
    }
  }

  // Whether a second list follows the first: nn.MSELoss()(a, b).
  bool is_constructor() {
    const std::string_view rest = cursor_.rest();
    int depth = 0;
    for (std::size_t i = 0; i < rest.size(); ++i) {
      depth += rest[i] == '(' ? 1 : rest[i] == ')' ? -1 : 0;
      if (depth > 0 || rest[i] == ' ') continue;
      if (rest[i] != ')') return false;
      const std::size_t next = rest.find_first_not_of(" \n\t\\", i + 1);
      return next != std::string_view::npos && rest[next] == '(';
    }
    return false;
  }

  void parse_list(bool of_call) {
    cursor_.expect("(", "that opens the operands");
    if (cursor_.take(")")) return;
    do {
      cursor_.skip_spaces();
      if (cursor_.peek() == ')') break;
      parse_argument(of_call);
    } while (!cursor_.failed() && cursor_.take(","));
    cursor_.expect(")", "or ','");
  }

  void parse_argument(bool of_call) {
    Cursor ahead = cursor_;
    const std::string_view word = take_qualified_name(ahead);
    ahead.skip_spaces();
    const bool has_key = !word.empty() && ahead.peek() == '=';
    if (has_key) {
      const std::size_t start = cursor_.offset();
      cursor_ = ahead;
      cursor_.skip(1);
      return parse_keyword(std::string(word), start);
    }
    if (is_nothing(word)) {
      cursor_ = ahead;
      if (of_call) ++next_;
      return;
    }
    if (ends_with(word, "Options")) return parse_options();
    // The weight is what a constructor takes first.
    if (!of_call && has_operand("weight")) return parse_operand("weight");
    parse_positional();
  }

  bool has_operand(std::string_view name) const {
    const auto& operands = loss_.spec->contract.operands();
    return std::any_of(operands.begin(), operands.end(),
                       [&](const OperandPattern& operand) { return operand.name == name; });
  }

  void parse_positional() {
    const auto& operands = loss_.spec->contract.operands();
    if (next_ >= operands.size()) {
      cursor_.fail("an option with its name, like reduction='sum'");
      return;
    }
    parse_operand(operands[next_++].name);
  }

  void parse_keyword(const std::string& key, std::size_t start) {
    cursor_.skip_spaces();
    Cursor ahead = cursor_;
    if (is_nothing(take_qualified_name(ahead))) {
      cursor_ = ahead;
      return;
    }
    if (has_operand(key)) return parse_operand(key);
    if (loss_.spec->find_option(key) != nullptr) return parse_option(key);
    std::vector<std::string> known;
    for (const OperandPattern& operand : loss_.spec->contract.operands()) {
      known.push_back(operand.name);
    }
    for (const OptionSpec& option : loss_.spec->options) known.push_back(option.name);
    cursor_.fail_at(start, fmt::format("an operand or option of {}: {}{}", loss_.spec->name,
                                       fmt::join(known, ", "), did_you_mean(key, known)));
  }

  // FuncOptions().reduction(torch::kSum).beta(0.5), by C++.
  void parse_options() {
    take_qualified_name(cursor_);
    cursor_.expect("(");
    if (!cursor_.take(")")) {
      parse_option(loss_.spec->options.back().name);
      cursor_.expect(")");
    }
    while (!cursor_.failed() && cursor_.take(".")) {
      const std::size_t start = cursor_.offset();
      const std::string key(cursor_.name("an option"));
      cursor_.expect("(");
      parse_keyword(key, start);
      cursor_.expect(")");
    }
  }

  void parse_operand(const std::string& name) {
    cursor_.skip_spaces();
    std::string constant;
    if (cursor_.sees("const ")) {
      cursor_.skip(std::string_view("const ").size());
      constant = "const ";
    }
    if (sees_tensor(cursor_)) {
      const Operand operand = parse_tensor(cursor_);
      arguments_.push_back(fmt::format("{}={}{}", name, constant, text_of(operand)));
      return;
    }
    Cursor ahead = cursor_;
    const std::string_view word = take_qualified_name(ahead);
    const auto dtype = find_named_dtype(word);
    if (!dtype && !word.empty() && word != "torch.Size") {
      cursor_.fail(
          fmt::format("a tensor for {} that says its shape, like torch.randn(64, 1) or "
                      "f32[64,1]",
                      name));
      return;
    }
    if (dtype) cursor_ = ahead;
    arguments_.push_back(
        fmt::format("{}={}{}{}", name, constant, dtype ? to_string(*dtype) : "", copy_argument()));
  }

  void parse_option(const std::string& name) {
    cursor_.skip_spaces();
    const char quote = cursor_.peek();
    if (quote == '\'' || quote == '"') {
      cursor_.skip(1);
      arguments_.push_back(fmt::format("{}={}", name, take_qualified_name(cursor_)));
      cursor_.expect(std::string_view(&quote, 1), "that closes the word");
      return;
    }
    const std::string_view word = take_qualified_name(cursor_);
    if (!word.empty()) {
      arguments_.push_back(fmt::format("{}={}", name, option_word(word)));
      return;
    }
    std::string list = copy_argument();
    std::replace_if(
        list.begin(), list.end(), [](char c) { return c == '(' || c == '{'; }, '[');
    std::replace_if(
        list.begin(), list.end(), [](char c) { return c == ')' || c == '}'; }, ']');
    arguments_.push_back(fmt::format("{}={}", name, list));
  }

  // As it stands, up to the comma or the bracket that ends it.
  std::string copy_argument() {
    constexpr std::string_view kOpen = "([{";
    constexpr std::string_view kClose = ")]}";
    const std::size_t start = cursor_.offset();
    std::string copied;
    std::string awaited;  // the brackets that close those that are open, the innermost last
    while (!cursor_.at_end()) {
      const char next = cursor_.peek();
      const bool closes = kClose.find(next) != std::string_view::npos;
      if (awaited.empty() && (next == ',' || closes)) break;
      if (closes && next != awaited.back()) break;
      const std::size_t opened = kOpen.find(next);
      if (opened != std::string_view::npos) awaited += kClose[opened];
      if (closes) awaited.pop_back();
      copied += next;
      cursor_.skip(1);
    }
    if (!awaited.empty()) cursor_.fail_at(start, "brackets that are closed");
    while (!copied.empty() && copied.back() == ' ') copied.pop_back();
    return copied;
  }

  // The seed of a case line; what people write behind a call.
  std::string parse_end() {
    std::string seed;
    if (cursor_.take("#")) {
      seed = fmt::format("#{}", cursor_.while_in("0123456789"));
    }
    for (const char* what : {".item()", ".item<float>()", ".backward()", ";"}) cursor_.take(what);
    cursor_.expect_end("the call");
    return seed;
  }

  Cursor cursor_;
  const LossSpecs& specs_;
  NamedLoss loss_;
  std::size_t next_ = 0;  // the operand that an argument without a name is
  std::vector<std::string> arguments_;
};

}  // namespace

std::string translated(std::string_view text, const LossSpecs& specs) {
  return Translator(text, specs).translate();
}

bool looks_pasted(std::string_view text, const LossSpecs& specs) {
  Cursor cursor(text);
  const std::string_view name = take_qualified_name(cursor);
  const bool is_own_name = std::any_of(specs.begin(), specs.end(),
                                       [&](const LossSpec* spec) { return spec->name == name; });
  for (const char* word : {"torch.", "torch::", "nn.", "nn::", "F.", "F::", "at::"}) {
    if (text.find(word) != std::string_view::npos) return true;
  }
  return !is_own_name && find_named_loss(name, specs).spec != nullptr;
}

}  // namespace shapefuzz
