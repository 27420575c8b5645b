// SPDX-License-Identifier: BSD-3-Clause
#include "harness/language/case/option.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

namespace shapefuzz {
namespace {

constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

// More cutoffs than this is no adaptive softmax but a slip of the keyboard.
constexpr std::size_t kMaxListLength = 64;

template <class Number, class Parse>
std::vector<Number> parse_list(Cursor& cursor, Parse parse) {
  std::vector<Number> list;
  cursor.expect("[");
  if (cursor.take("]")) return list;
  do {
    if (list.size() == kMaxListLength) cursor.fail("at most 64 numbers");
    list.push_back(parse());
  } while (cursor.take(","));
  cursor.expect("]", "or ','");
  return list;
}

std::string parse_choice(Cursor& cursor, const OptionSpec& spec) {
  cursor.skip_spaces();
  const std::size_t start = cursor.offset();
  const std::string word(cursor.name(spec.name));
  if (std::find(spec.choices.begin(), spec.choices.end(), word) == spec.choices.end()) {
    cursor.fail_at(start, fmt::format("one of {}{}", fmt::join(spec.choices, ", "),
                                      did_you_mean(word, spec.choices)));
  }
  return word;
}

}  // namespace

bool same_real(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

bool same_value(const OptionValue& a, const OptionValue& b) {
  if (a.index() != b.index()) return false;
  if (const auto* const x = std::get_if<double>(&a)) return same_real(*x, std::get<double>(b));
  if (const auto* const x = std::get_if<std::vector<double>>(&a)) {
    const auto& y = std::get<std::vector<double>>(b);
    return std::equal(x->begin(), x->end(), y.begin(), y.end(), same_real);
  }
  return a == b;
}

bool operator==(const Option& a, const Option& b) {
  return a.name == b.name && same_value(a.value, b.value);
}

std::string to_string(double value) {
  // fmt writes the shortest digits that read back as the same double.
  return fmt::format("{}", value);
}

std::string to_string(const OptionValue& value) {
  struct Printer {
    std::string operator()(bool flag) const { return flag ? "true" : "false"; }
    std::string operator()(std::int64_t number) const { return std::to_string(number); }
    std::string operator()(double number) const { return shapefuzz::to_string(number); }
    std::string operator()(const std::string& word) const { return word; }
    std::string operator()(const std::vector<std::int64_t>& list) const {
      return fmt::format("[{}]", fmt::join(list, ","));
    }
    std::string operator()(const std::vector<double>& list) const {
      return fmt::format("[{}]", fmt::join(list, ","));
    }
  };
  return std::visit(Printer{}, value);
}

double parse_real(Cursor& cursor, std::string_view what) {
  cursor.skip_spaces();
  const std::size_t start = cursor.offset();
  const std::string_view digits = cursor.while_in("+-.0123456789abcdefinEINF");
  double value = 0;
  const auto [end, status] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (status != std::errc() || end != digits.data() + digits.size()) cursor.fail_at(start, what);
  return value;
}

OptionValue parse_option_value(Cursor& cursor, const OptionSpec& spec) {
  switch (static_cast<std::size_t>(spec.standard.index())) {
    case 0:
      if (cursor.take("true")) return true;
      if (cursor.take("false")) return false;
      cursor.fail("true or false");
      return spec.standard;
    case 1:
      return cursor.integer(kLeast, kMost, "a whole number");
    case 2:
      return parse_real(cursor, "a number");
    case 3:
      return parse_choice(cursor, spec);
    case 4:
      return parse_list<std::int64_t>(
          cursor, [&] { return cursor.integer(kLeast, kMost, "a whole number"); });
    default:
      return parse_list<double>(cursor, [&] { return parse_real(cursor, "a number"); });
  }
}

}  // namespace shapefuzz
