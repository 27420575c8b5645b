// SPDX-License-Identifier: BSD-3-Clause
// JSON out of a text, with the place where a text stops being JSON.
//
// In a file of its own because nlohmann's parser is made where it is called: the fuzz targets look
// for new ways through our readers, not through it.
#pragma once

#include <fmt/core.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "harness/language/shape/shape.h"
#include "harness/language/text/cursor.h"

namespace shapefuzz {

/// How deep lists and objects may stand in one another. Ours need six levels; what has a million is
/// made to end the process, since a value is copied, printed and freed level by level.
constexpr std::size_t kMostLevels = 64;

/// All that is left of the text; null, and the cursor has failed there, where it is no JSON or has
/// more than kMostLevels. `expected` names what should stand there instead, as in "a result
/// record".
nlohmann::ordered_json parse_json(Cursor& cursor, std::string_view expected);

/// The text with what is no UTF-8 replaced.
std::string as_utf8(const std::string& text);

/// More than any machine counts, and so few that thousands of them can be added up.
constexpr std::uint64_t kMostCounted = std::uint64_t{1} << 48U;

/// A field that is not what it should be: "result_shape is -1, expected a list of sizes".
class FieldError : public std::runtime_error {
 public:
  FieldError(std::string_view field, const nlohmann::ordered_json& found,
             std::string_view expected);
};

/// The field of an object; throws FieldError where the object has none, or is none itself.
const nlohmann::ordered_json& field_of(const nlohmann::ordered_json& json, const char* field);
/// Throws FieldError where a terminal would not show all of the text, but obey some of it.
void require_word(const std::string& text, const char* field);
/// A text of which that is not so; throws FieldError.
std::string word_in(const nlohmann::ordered_json& json, const char* field);
/// A list of such texts; throws FieldError.
std::vector<std::string> words_in(const nlohmann::ordered_json& json, const char* field);
/// Any text; throws FieldError.
std::string text_in(const nlohmann::ordered_json& json, const char* field);

/// Throws FieldError where the value is no whole number from 0 to `most`.
std::uint64_t count_of(const nlohmann::ordered_json& value, const char* field,
                       std::uint64_t most = kMostCounted);
/// The same of a field.
std::uint64_t count_in(const nlohmann::ordered_json& json, const char* field,
                       std::uint64_t most = kMostCounted);

/// What `read` takes from the JSON that is left of the text, which `what` names, as in "a result
/// record"; the cursor fails where there is none, or where a field is not what it should be.
template <class Read>
auto read_json(Cursor& cursor, std::string_view what, Read read)
    -> decltype(read(nlohmann::ordered_json())) {
  const std::size_t start = cursor.offset();
  const nlohmann::ordered_json json = parse_json(cursor, what);
  if (cursor.failed()) return {};
  try {
    return read(json);
  } catch (const FieldError& error) {
    cursor.fail_with({start, fmt::format("{} with an error ({})", what, error.what()),
                      fmt::format("the fields of {}", what)});
  }
  return {};
}

/// The sizes as a list; null for no shape.
nlohmann::ordered_json to_json(const std::optional<Shape>& shape);
/// The shape of such a list; throws FieldError.
std::optional<Shape> shape_in(const nlohmann::ordered_json& sizes,
                              std::string_view field = "shape");

}  // namespace shapefuzz
