// SPDX-License-Identifier: BSD-3-Clause
// Tables of what is enumerated: a row for each value, which begins with that value.
//
//   constexpr std::array<Row, 2> kRows = {{{Fruit::kApple, "apple"}, {Fruit::kPear, "pear"}}};
//   static_assert(is_table_of<Fruit>(kRows));
//   row_of(kRows, Fruit::kPear).name  // "pear"
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

namespace shapefuzz {

/// Whether the enumeration names this value: a compiler spells one that it does not name as a
/// number, `(Fruit)2`.
template <class Enum, Enum Value>
constexpr bool is_enumerator() {
  constexpr std::string_view kFunction = __PRETTY_FUNCTION__;
  constexpr std::string_view kBefore = "Value = ";
  return kFunction[kFunction.find(kBefore) + kBefore.size()] != '(';
}

/// Whether the rows are those of the enumeration's values, each once, in its order.
template <class Enum, class Row, std::size_t N>
constexpr bool is_table_of(const std::array<Row, N>& rows) {
  for (std::size_t i = 0; i < N; ++i) {
    if (rows[i].value != static_cast<Enum>(i)) return false;
  }
  return !is_enumerator<Enum, static_cast<Enum>(N)>();
}

template <class Enum, class Row, std::size_t N>
constexpr const Row& row_of(const std::array<Row, N>& rows, Enum value) {
  return rows[static_cast<std::size_t>(value)];
}

/// The values, in the order of the rows.
template <class Row, std::size_t N>
auto values_of_table(const std::array<Row, N>& rows) {
  std::vector<decltype(rows[0].value)> values;
  for (const Row& row : rows) values.push_back(row.value);
  return values;
}

/// The row of that name; null if there is none.
template <class Row, std::size_t N>
const Row* find_row(const std::array<Row, N>& rows, std::string_view name) {
  for (const Row& row : rows) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

}  // namespace shapefuzz
